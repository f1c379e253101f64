package dev.carillon;

import static dev.carillon.SettingParsers.either;
import static dev.carillon.SettingParsers.number;
import static dev.carillon.SettingParsers.oneOf;
import static dev.carillon.SettingParsers.someOf;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * What the operator chose, read once at start from flags, the environment and a file, in that order
 * of precedence, and checked as a whole. Immutable.
 */
public final class Settings {

  /** Where the settings file is; the only setting that cannot come from that file. */
  public static final Setting<Path> CONFIG =
      Setting.optional(
          "config",
          "settings file; absent: carillon.properties in the data folder, if there",
          SettingParsers::path);

  /** The data folder. */
  public static final Setting<Path> DATA =
      Setting.of(
          "data",
          "./data",
          "data folder; the default lies beside the launcher",
          SettingParsers::path);

  /** The HTTP port. */
  public static final Setting<Integer> PORT =
      Setting.of("port", "8080", "HTTP port, 0 to 65535; 0 takes any free port", number(0, 65_535));

  /** The listen address. */
  public static final Setting<String> HOST =
      Setting.of(
          "host",
          "127.0.0.1",
          "address to listen on; 0.0.0.0 opens the server to the network",
          SettingParsers::host);

  /** The base URL clients see. */
  public static final Setting<URI> PUBLIC_URL =
      Setting.optional(
          "public-url",
          "base URL that clients and mails use; absent: http://host:port",
          SettingParsers::publicUrl);

  /** The external database. */
  public static final Setting<String> DATABASE_URL =
      Setting.secret(
          "database-url",
          "PostgreSQL to use, as postgresql:// or jdbc: URL; absent: the embedded one",
          SettingParsers::databaseUrl);

  /** Memory of the embedded database. */
  public static final Setting<Integer> POSTGRES_SHARED_BUFFERS =
      Setting.of(
          "postgres-shared-buffers",
          "128MB",
          "shared_buffers of the embedded PostgreSQL",
          SettingParsers::megabytes);

  /** What this process does. */
  public static final Setting<Set<Role>> ROLES =
      Setting.of(
          "roles",
          "api,worker",
          "what this process does: api answers calls, worker processes and sends",
          someOf(Role.class));

  /** Processing threads. */
  public static final Setting<Integer> PROCESSORS =
      Setting.of(
          "processors",
          String.valueOf(Math.min(2, Runtime.getRuntime().availableProcessors())),
          "threads that process the log, 1 to 64; default 2, or 1 on a single core",
          number(1, 64));

  /** The default workspace's Track API site id. */
  public static final Setting<String> SITE_ID =
      Setting.optional(
          "site-id",
          "Track API site id that the first start gives the default workspace",
          SettingParsers::credential);

  /** The default workspace's Track API key. */
  public static final Setting<String> TRACK_KEY =
      Setting.secret(
          "track-key",
          "Track API key that the first start gives the default workspace",
          SettingParsers::credential);

  /** The default workspace's App API key. */
  public static final Setting<String> APP_KEY =
      Setting.secret(
          "app-key",
          "App API key that the first start gives the default workspace",
          SettingParsers::credential);

  /** The default workspace's Pipelines API write key. */
  public static final Setting<String> CDP_KEY =
      Setting.secret(
          "cdp-key",
          "Pipelines API write key that the first start gives the default workspace",
          SettingParsers::credential);

  /** The key that secrets are encrypted with. */
  public static final Setting<SecretKey> SECRET_KEY =
      Setting.secret(
          "secret-key",
          "32 bytes in base64 that encrypt and sign; absent: made once in the data folder",
          SettingParsers::secretKey);

  /** The mail server. */
  public static final Setting<URI> SMTP_URL =
      Setting.secret(
          "smtp-url",
          "mail server, smtp:// or smtps://; absent: mails stay in the mail trap",
          SettingParsers::smtpUrl);

  /** The name server asked when a sending domain is verified. */
  public static final Setting<String> DNS_SERVER =
      Setting.optional(
          "dns-server",
          "name server asked about sending domains, host:port; absent: those of the system",
          SettingParsers::hostAndPort);

  /** The default sender. */
  public static final Setting<String> MAIL_FROM =
      Setting.of(
          "mail-from",
          "Carillon <carillon@localhost>",
          "sender of mails whose template names none",
          SettingParsers::mailbox);

  /** Whether calls are limited. */
  public static final Setting<Boolean> RATE_LIMITS =
      Setting.of(
          "rate-limits",
          "off",
          "on: answer 429 above the three rates below; off: accept all",
          either("on", "off"));

  /** Track API rate. */
  public static final Setting<Integer> TRACK_RATE =
      Setting.of(
          "track-rate",
          "1000",
          "Track API requests per second and workspace with rate limits on",
          number(1, 1_000_000));

  /** App API rate. */
  public static final Setting<Integer> APP_RATE =
      Setting.of(
          "app-rate",
          "10",
          "App API requests per second and workspace with rate limits on",
          number(1, 1_000_000));

  /** Rate of calls that send. */
  public static final Setting<Integer> SEND_RATE =
      Setting.of(
          "send-rate",
          "100",
          "Transactional messages per second and workspace with rate limits on",
          number(1, 1_000_000));

  /** Pipelines API rate. */
  public static final Setting<Integer> PIPELINES_RATE =
      Setting.of(
          "pipelines-rate",
          "3000",
          "Pipelines API requests per 3 seconds and workspace with rate limits on",
          number(1, 1_000_000));

  /** Whether wrong Pipelines API calls are told. */
  public static final Setting<Boolean> PIPELINES_STRICT =
      Setting.of(
          "pipelines-strict",
          "off",
          "on: answer wrong Pipelines API calls with 4xx also without X-Strict-Mode",
          either("on", "off"));

  /** The addresses calls to the outside come from. */
  public static final Setting<List<String>> EGRESS_ADDRESSES =
      Setting.optional(
          "egress-addresses",
          "IP addresses that calls of this server come from, told by GET /v1/info/ip_addresses; absent: none",
          SettingParsers::addresses);

  /** Whether calls may go to private networks. */
  public static final Setting<Boolean> ALLOW_PRIVATE_TARGETS =
      Setting.of(
          "allow-private-targets",
          "no",
          "yes: webhooks may name loopback and private addresses; link-local ones never",
          either("yes", "no"));

  /** The account's region. */
  public static final Setting<Region> REGION =
      Setting.of(
          "region", "us", "region that the account answers with: us or eu", oneOf(Region.class));

  /** The form of log lines. */
  public static final Setting<LogFormat> LOG_FORMAT =
      Setting.of(
          "log-format",
          "text",
          "form of log lines on standard output: text or json",
          oneOf(LogFormat.class));

  /** The least severe level that is logged. */
  public static final Setting<Level> LOG_LEVEL =
      Setting.of(
          "log-level",
          "info",
          "least severe level that is logged: error, warn, info, debug, trace",
          oneOf(Level.class));

  /** Start of the test clock. */
  public static final Setting<Instant> CLOCK =
      Setting.optional(
          "clock",
          "instant at which a test clock starts; absent: the system's clock",
          SettingParsers::instant);

  /** Consent to the test clock. */
  public static final Setting<Boolean> ALLOW_TEST_CLOCK =
      Setting.of(
          "allow-test-clock",
          "no",
          "yes: accept the setting clock, on servers for tests only",
          either("yes", "no"));

  /** Every setting, in the order in which it is explained to operators. */
  public static final List<Setting<?>> ALL =
      List.of(
          CONFIG,
          DATA,
          PORT,
          HOST,
          PUBLIC_URL,
          DATABASE_URL,
          POSTGRES_SHARED_BUFFERS,
          ROLES,
          PROCESSORS,
          SITE_ID,
          TRACK_KEY,
          APP_KEY,
          CDP_KEY,
          SECRET_KEY,
          SMTP_URL,
          DNS_SERVER,
          MAIL_FROM,
          RATE_LIMITS,
          TRACK_RATE,
          APP_RATE,
          SEND_RATE,
          PIPELINES_RATE,
          PIPELINES_STRICT,
          EGRESS_ADDRESSES,
          ALLOW_PRIVATE_TARGETS,
          REGION,
          LOG_FORMAT,
          LOG_LEVEL,
          CLOCK,
          ALLOW_TEST_CLOCK);

  /** Environment variables that the launcher reads before the program runs, with their meaning. */
  public static final Map<String, String> LAUNCHER_VARIABLES =
      Map.of(
          "CARILLON_JAVA_OPTS",
          "further options for the Java virtual machine, read by the launcher");

  private final List<EffectiveSetting> effective;
  private final Map<String, Object> values;

  private Settings(List<EffectiveSetting> effective, Map<String, Object> values) {
    this.effective = List.copyOf(effective);
    this.values = Map.copyOf(values);
  }

  /**
   * Reads and checks all settings.
   *
   * @throws InvalidSettings with every mistake: unknown names, unusable values, an unreadable file
   */
  public static Settings read(SettingSources sources) {
    var mistakes = new ArrayList<>(sources.mistakes());
    List<EffectiveSetting> effective = new SettingLookup(sources, mistakes).effective();
    var values = new HashMap<String, Object>();
    for (var each : effective) {
      each.parse(mistakes).ifPresent(value -> values.put(each.setting().name(), value));
    }
    boolean testClockAllowed = Boolean.TRUE.equals(values.get(ALLOW_TEST_CLOCK.name()));
    if (values.containsKey(CLOCK.name()) && !testClockAllowed) {
      mistakes.add(
          "A test clock ("
              + CLOCK.environmentName()
              + ") is refused unless "
              + ALLOW_TEST_CLOCK.environmentName()
              + "=yes.");
    }
    if (!mistakes.isEmpty()) {
      throw new InvalidSettings(mistakes);
    }
    return new Settings(effective, values);
  }

  /** Every setting with its value and origin, in the order of {@link #ALL}. */
  public List<EffectiveSetting> effective() {
    return effective;
  }

  /** The data folder, absolute. It need not exist yet. */
  public Path data() {
    return value(DATA);
  }

  /** The port to listen on, 0 to 65535; 0 stands for any free port. */
  public int port() {
    return value(PORT);
  }

  /** The address to listen on. */
  public String host() {
    return value(HOST);
  }

  /**
   * The base URL that clients and mails use, without a path and closing slash; absent: derived from
   * host and bound port.
   */
  public Optional<URI> publicUrl() {
    return optional(PUBLIC_URL);
  }

  /**
   * The external PostgreSQL as {@code postgresql://}, {@code postgres://} or {@code
   * jdbc:postgresql://}; absent: embedded.
   */
  public Optional<String> databaseUrl() {
    return optional(DATABASE_URL);
  }

  /** Page cache of the embedded PostgreSQL in MB, 1 to 1,048,576. */
  public int postgresSharedBuffers() {
    return value(POSTGRES_SHARED_BUFFERS);
  }

  /** What this process does; never empty. */
  public Set<Role> roles() {
    return value(ROLES);
  }

  /** Number of threads that process the log, 1 to 64. */
  public int processors() {
    return value(PROCESSORS);
  }

  /**
   * Site id for the default workspace; absent: generated. Counts on the first start only, like the
   * three keys.
   */
  public Optional<String> siteId() {
    return optional(SITE_ID);
  }

  /** Track API key for the default workspace; absent: generated. */
  public Optional<String> trackKey() {
    return optional(TRACK_KEY);
  }

  /** App API key for the default workspace; absent: generated. */
  public Optional<String> appKey() {
    return optional(APP_KEY);
  }

  /** Pipelines API write key for the default workspace; absent: generated. */
  public Optional<String> cdpKey() {
    return optional(CDP_KEY);
  }

  /**
   * The 256-bit AES key that encrypts stored secrets and signs; absent: see {@link SecretKeyFile}.
   */
  public Optional<SecretKey> secretKey() {
    return optional(SECRET_KEY);
  }

  /**
   * The mail server, {@code smtp} or {@code smtps}, user info percent-encoded; absent: mails stay
   * in the mail trap.
   */
  public Optional<URI> smtpUrl() {
    return optional(SMTP_URL);
  }

  /** The name server asked about sending domains; absent: those of the system. */
  public Optional<String> dnsServer() {
    return optional(DNS_SERVER);
  }

  /** Sender of mails whose template names none: one RFC 5322 mailbox. */
  public String mailFrom() {
    return value(MAIL_FROM);
  }

  /**
   * Whether calls above {@link #trackRate}, {@link #appRate}, {@link #sendRate} and {@link
   * #pipelinesRate} are answered with 429. See docs/decisions/0002.
   */
  public boolean rateLimits() {
    return value(RATE_LIMITS);
  }

  /**
   * Track API requests per second and workspace, at least 1; counts only when {@link #rateLimits}.
   */
  public int trackRate() {
    return value(TRACK_RATE);
  }

  /**
   * App API requests per second and workspace, at least 1; counts only when {@link #rateLimits}.
   */
  public int appRate() {
    return value(APP_RATE);
  }

  /**
   * Transactional messages per second and workspace, at least 1; counts only when {@link
   * #rateLimits}.
   */
  public int sendRate() {
    return value(SEND_RATE);
  }

  /**
   * Pipelines API requests per three seconds and workspace, at least 1; counts only when {@link
   * #rateLimits}.
   */
  public int pipelinesRate() {
    return value(PIPELINES_RATE);
  }

  /** Whether every call of the Pipelines API is treated as if it asked for strict mode. */
  public boolean pipelinesStrict() {
    return value(PIPELINES_STRICT);
  }

  /** The IP addresses that calls of this server come from; empty when the operator names none. */
  public List<String> egressAddresses() {
    return optional(EGRESS_ADDRESSES).orElse(List.of());
  }

  /** Whether addresses that users name may lead to loopback and private networks. */
  public boolean allowPrivateTargets() {
    return value(ALLOW_PRIVATE_TARGETS);
  }

  /** The region that the account answers with. */
  public Region region() {
    return value(REGION);
  }

  /** The form of log lines. */
  public LogFormat logFormat() {
    return value(LOG_FORMAT);
  }

  /** The least severe level of Carillon's own lines that is logged. */
  public Level logLevel() {
    return value(LOG_LEVEL);
  }

  /**
   * The instant at which a clock that tests turn starts; absent: the system's clock. Present only
   * when it was allowed.
   */
  public Optional<Instant> clock() {
    return optional(CLOCK);
  }

  private <T> T value(Setting<T> setting) {
    return Objects.requireNonNull(
        stored(setting), () -> setting.name() + " has a default and is never absent");
  }

  private <T> Optional<T> optional(Setting<T> setting) {
    return Optional.ofNullable(stored(setting));
  }

  /**
   * The cast holds because {@link #read} stores under a setting's name only what that setting's
   * parser returned.
   */
  @SuppressWarnings("unchecked")
  private <T> @Nullable T stored(Setting<T> setting) {
    return (T) values.get(setting.name());
  }
}
