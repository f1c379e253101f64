package dev.carillon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class SettingsTest {

  private static final Map<String, String> NONE = Map.of();

  @TempDir private Path home;

  @Test
  void shouldUseTheDefaultsWhenNothingIsGiven() {
    // when
    var settings = read(NONE, NONE);
    // then
    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.data()).isEqualTo(home.resolve("data"));
    assertThat(settings.databaseUrl()).isEmpty();
    assertThat(settings.roles()).containsExactlyInAnyOrder(Role.API, Role.WORKER);
    assertThat(settings.publicUrl()).isEmpty();
    assertThat(settings.siteId()).isEmpty();
    assertThat(settings.trackKey()).isEmpty();
    assertThat(settings.appKey()).isEmpty();
    assertThat(settings.cdpKey()).isEmpty();
    assertThat(settings.secretKey()).isEmpty();
    assertThat(settings.smtpUrl()).isEmpty();
    assertThat(settings.mailFrom()).isEqualTo("Carillon <carillon@localhost>");
    assertThat(settings.egressAddresses()).isEmpty();
    assertThat(settings.rateLimits()).isFalse();
    assertThat(settings.trackRate()).isEqualTo(1000);
    assertThat(settings.appRate()).isEqualTo(10);
    assertThat(settings.pipelinesRate()).isEqualTo(3000);
    assertThat(settings.pipelinesStrict()).isFalse();
    assertThat(settings.region()).isEqualTo(Region.US);
    assertThat(settings.logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(settings.logLevel()).isEqualTo(Level.INFO);
    assertThat(settings.clock()).isEmpty();
    assertThat(settings.postgresSharedBuffers()).isEqualTo(128);
    assertThat(settings.processors()).isBetween(1, 2);
  }

  @Test
  void shouldReadEveryKindOfValue() {
    // given
    String key = Base64.getEncoder().encodeToString(new byte[32]);
    var environment =
        Map.ofEntries(
            Map.entry("CARILLON_PUBLIC_URL", "https://mail.example.com/"),
            Map.entry("CARILLON_SMTP_URL", "smtps://user:p%40ss@mail.example.com:465"),
            Map.entry("CARILLON_DATABASE_URL", "postgresql://user@db.example.com/carillon"),
            Map.entry("CARILLON_ROLES", "worker"),
            Map.entry("CARILLON_RATE_LIMITS", "on"),
            Map.entry("CARILLON_REGION", "eu"),
            Map.entry("CARILLON_LOG_FORMAT", "json"),
            Map.entry("CARILLON_LOG_LEVEL", "debug"),
            Map.entry("CARILLON_CLOCK", "2026-01-31T09:00:00Z"),
            Map.entry("CARILLON_ALLOW_TEST_CLOCK", "yes"),
            Map.entry("CARILLON_SECRET_KEY", key),
            Map.entry("CARILLON_JAVA_OPTS", "-Xmx1g"),
            Map.entry("PATH", "/bin"));
    // when
    var settings = read(NONE, environment);
    // then
    assertThat(settings.publicUrl()).contains(URI.create("https://mail.example.com"));
    assertThat(settings.smtpUrl().orElseThrow().getUserInfo()).isEqualTo("user:p@ss");
    assertThat(settings.databaseUrl()).contains("postgresql://user@db.example.com/carillon");
    assertThat(settings.roles()).containsExactly(Role.WORKER);
    assertThat(settings.rateLimits()).isTrue();
    assertThat(settings.region()).isEqualTo(Region.EU);
    assertThat(settings.logFormat()).isEqualTo(LogFormat.JSON);
    assertThat(settings.logLevel()).isEqualTo(Level.DEBUG);
    assertThat(settings.clock()).contains(Instant.parse("2026-01-31T09:00:00Z"));
    assertThat(settings.secretKey().orElseThrow().getEncoded()).hasSize(32);
  }

  @Test
  void shouldPreferFlagThenEnvironmentThenFile() throws IOException {
    // given
    Path file = fileInDataFolder("port=1001", "host=file.example", "region=eu");
    // when
    var settings =
        read(
            Map.of("port", "1003"),
            Map.of("CARILLON_PORT", "1002", "CARILLON_HOST", "variable.example"));
    // then
    assertThat(settings.port()).isEqualTo(1003);
    assertThat(settings.host()).isEqualTo("variable.example");
    assertThat(settings.region()).isEqualTo(Region.EU);
    assertThat(origin(settings, "port")).isEqualTo("flag --port");
    assertThat(origin(settings, "host")).isEqualTo("environment");
    assertThat(origin(settings, "region")).isEqualTo("file " + file);
    assertThat(origin(settings, "roles")).isEqualTo("default");
  }

  @Test
  void shouldReadTheNamedFileInsteadOfTheOneInTheDataFolder() throws IOException {
    // given
    fileInDataFolder("port=1001");
    Path named =
        Files.writeString(
            home.resolve("other.properties"), "host=named.example\ndata=" + home.resolve("d"));
    // when
    var settings = read(Map.of("config", named.toString()), NONE);
    // then
    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.host()).isEqualTo("named.example");
    assertThat(settings.data()).isEqualTo(home.resolve("d"));
  }

  @Test
  void shouldTakeAnEmptyValueForNotGiven() {
    assertThat(read(Map.of("host", " "), Map.of("CARILLON_PORT", "")).port()).isEqualTo(8080);
  }

  @Test
  void shouldReportAllMistakesTogetherAndSuggestTheNearestName() throws IOException {
    // given
    Path file =
        fileInDataFolder("prot=1", "log-levl=info", "wholly-unrelated-word=1", "app-rate=0");
    // when
    var mistakes =
        mistakes(
            Map.of("prot", "80", "port", "http"),
            Map.of("CARILLON_PROT", "1", "CARILLON_JAVA_OPT", "", "CARILLON_ROLES", "api,mailer"));
    // then
    assertThat(mistakes)
        .containsExactlyInAnyOrder(
            "--prot is not a setting; did you mean --port?",
            "CARILLON_PROT is not a setting; did you mean CARILLON_PORT?",
            "CARILLON_JAVA_OPT is not a setting; did you mean CARILLON_JAVA_OPTS?",
            "prot in " + file + " is not a setting; did you mean port?",
            "log-levl in " + file + " is not a setting; did you mean log-level?",
            "wholly-unrelated-word in " + file + " is not a setting.",
            "--port must be a whole number from 0 to 65535, but is \"http\".",
            "CARILLON_ROLES must be a comma-separated list of api, worker, but is \"api,mailer\".",
            "app-rate in " + file + " must be a whole number from 1 to 1000000, but is \"0\".");
  }

  @Test
  void shouldRefuseValuesOutsideTheirForm() {
    var wrong =
        Map.ofEntries(
            Map.entry("port", "65536"),
            Map.entry("public-url", "https://mail.example.com/carillon"),
            Map.entry("database-url", "mysql://db"),
            Map.entry("smtp-url", "smtp:user"),
            Map.entry("site-id", "a:b"),
            Map.entry("track-key", "a b"),
            Map.entry("secret-key", "c2hvcnQ="),
            Map.entry("mail-from", "nobody"),
            Map.entry("clock", "yesterday"),
            Map.entry("postgres-shared-buffers", "64"),
            Map.entry("processors", "0"),
            Map.entry("host", "a/b"),
            Map.entry("region", "EU"),
            Map.entry("rate-limits", "yes"));
    // when, then
    assertThat(mistakes(wrong, NONE))
        .hasSize(wrong.size())
        .allMatch(each -> each.contains(" must "));
  }

  @Test
  void shouldRefuseTheTestClockUnlessItIsAllowed() {
    assertThat(mistakes(NONE, Map.of("CARILLON_CLOCK", "2026-01-31T09:00:00Z")))
        .containsExactly(
            "A test clock (CARILLON_CLOCK) is refused unless CARILLON_ALLOW_TEST_CLOCK=yes.");
  }

  @Test
  void shouldRefuseAFileThatIsMissingOrNamesItsOwnPlace() throws IOException {
    // given
    Path file = fileInDataFolder("config=x", "data=y");
    Path missing = home.resolve("missing.properties");
    // when, then
    assertThat(mistakes(NONE, NONE))
        .containsExactlyInAnyOrder(
            "config in " + file + " has no effect: a settings file cannot name another one.",
            "data in "
                + file
                + " has no effect: this file was found by the data folder. Name it with --config.");
    assertThat(mistakes(Map.of("config", missing.toString()), NONE))
        .singleElement()
        .asString()
        .startsWith("The settings file " + missing + " cannot be read");
  }

  @Test
  void shouldNeverShowSecrets() {
    // given
    String secret = "hunter2hunter2";
    var environment =
        Map.of(
            "CARILLON_TRACK_KEY", secret,
            "CARILLON_APP_KEY", secret,
            "CARILLON_CDP_KEY", secret,
            "CARILLON_DATABASE_URL", "postgresql://carillon:" + secret + "@db/carillon",
            "CARILLON_SMTP_URL", "smtp://user:" + secret + "@mail.example.com");
    var broken =
        Map.of(
            "database-url",
            secret,
            "smtp-url",
            "smtp://u:" + secret + " @x",
            "secret-key",
            secret,
            "app-key",
            secret + " ü");
    // when
    String table = SettingsTable.of(read(NONE, environment));
    // then
    assertThat(table).doesNotContain(secret).contains("CARILLON_TRACK_KEY").contains("***");
    assertThat(mistakes(broken, NONE)).hasSize(4).noneMatch(each -> each.contains(secret));
  }

  @Test
  void shouldListEverySettingWithValueOriginAndDefault() {
    // when
    String table = SettingsTable.of(read(Map.of("port", "9"), NONE));
    // then
    assertThat(table.lines()).hasSize(1 + Settings.ALL.size() + Settings.LAUNCHER_VARIABLES.size());
    assertThat(table).containsPattern("CARILLON_PORT +9 +flag --port +8080 +HTTP port");
  }

  private Settings read(Map<String, String> flags, Map<String, String> environment) {
    return Settings.read(new SettingSources(flags, environment, home, List.of()));
  }

  private List<String> mistakes(Map<String, String> flags, Map<String, String> environment) {
    return catchThrowableOfType(InvalidSettings.class, () -> read(flags, environment)).mistakes();
  }

  private Path fileInDataFolder(String... lines) throws IOException {
    Path folder = Files.createDirectories(home.resolve("data"));
    return Files.write(folder.resolve("carillon.properties"), List.of(lines));
  }

  private static String origin(Settings settings, String name) {
    return settings.effective().stream()
        .filter(each -> each.setting().name().equals(name))
        .findFirst()
        .orElseThrow()
        .shownOrigin();
  }
}
