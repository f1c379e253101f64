package dev.carillon.workspaces;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Tells which workspace the {@code Authorization} header of a request opens. Answers come from
 * memory; a revoked or new credential is noticed after at most {@link #MEMORY}. Safe for many
 * threads.
 */
public final class Credentials {
  /** How long an answer is remembered; a revoked key works no longer than that. */
  public static final Duration MEMORY = Duration.ofSeconds(30);

  private static final int MOST_REMEMBERED = 10_000;
  private static final int LOOKUPS_AT_ONCE = 4;
  private static final int LONGEST_HEADER = 1_000;

  private final LoadingCache<Key, Optional<CredentialRepository.Live>> known;
  // Guessed keys are looked up too: they must not take all connections of the pool.
  private final Semaphore lookups = new Semaphore(LOOKUPS_AT_ONCE);
  private final CredentialRepository repository;

  private record Key(CredentialKind kind, SecretHash secret) {}

  /** What Basic authorization carries. */
  private record Pair(String name, String secret) {}

  /** Remembers what this repository says. */
  public Credentials(CredentialRepository repository) {
    this(repository, Ticker.systemTicker());
  }

  /**
   * @param ticker tells how long ago an answer was given
   */
  Credentials(CredentialRepository repository, Ticker ticker) {
    this.repository = repository;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .build(this::load);
  }

  /**
   * Checks {@code Basic base64(site_id:api_key)} (track §2): both base64 alphabets, padding
   * optional, split at the first colon.
   *
   * @param authorization the header; null when absent
   * @return empty unless it is the pair of a live Track credential
   * @throws CredentialsUnavailable when the database does not answer
   */
  public Optional<Access> track(@Nullable String authorization) {
    return basic(authorization).flatMap(this::track).map(CredentialRepository.Live::access);
  }

  /**
   * Checks {@code Basic base64(write_key:)}, or the pair of a Track credential in its place, which
   * stands for the workspace's first source (pipelines §2). Both base64 alphabets, padding
   * optional.
   *
   * @param authorization the header; null when absent
   * @return empty unless it is one of the two
   * @throws CredentialsUnavailable when the database does not answer
   */
  public Optional<Source> source(@Nullable String authorization) {
    return basic(authorization)
        .flatMap(pair -> pair.secret.isEmpty() ? find(CredentialKind.CDP, pair.name) : track(pair))
        .map(Credentials::source);
  }

  /**
   * The source of a write key.
   *
   * @return empty unless it is a live write key
   * @throws CredentialsUnavailable when the database does not answer
   */
  public Optional<Source> sourceOf(String writeKey) {
    return writeKey.length() > LONGEST_HEADER
        ? Optional.empty()
        : find(CredentialKind.CDP, writeKey).map(Credentials::source);
  }

  private static Source source(CredentialRepository.Live live) {
    return new Source(live.access(), live.source(), live.convertsTimes());
  }

  private Optional<CredentialRepository.Live> track(Pair pair) {
    return find(CredentialKind.TRACK, pair.secret)
        .filter(live -> sameText(live.siteId(), pair.name));
  }

  private static Optional<Pair> basic(@Nullable String authorization) {
    var encoded = after("basic ", authorization);
    var pair = encoded == null ? null : decode(encoded);
    int colon = pair == null ? -1 : pair.indexOf(':');
    return pair == null || colon < 1
        ? Optional.empty()
        : Optional.of(new Pair(pair.substring(0, colon), pair.substring(colon + 1)));
  }

  /**
   * Checks {@code Bearer key}.
   *
   * @param authorization the header; null when absent
   * @return empty unless it is a live App API key
   * @throws CredentialsUnavailable when the database does not answer
   */
  public Optional<Access> app(@Nullable String authorization) {
    return bearer(authorization).map(CredentialRepository.Live::access);
  }

  /**
   * The number of the credential that {@link #app} accepts, to be noted beside what it did; of a
   * revoked one as well, since credentials are never removed.
   *
   * @param authorization the header; null when absent
   * @return empty unless it is a live App API key
   * @throws CredentialsUnavailable when the database does not answer
   */
  public Optional<Integer> appCredential(@Nullable String authorization) {
    return bearer(authorization).map(CredentialRepository.Live::number);
  }

  private Optional<CredentialRepository.Live> bearer(@Nullable String authorization) {
    var key = after("bearer ", authorization);
    return key == null ? Optional.empty() : find(CredentialKind.APP, key);
  }

  private Optional<CredentialRepository.Live> find(CredentialKind kind, String secret) {
    return secret.isEmpty() ? Optional.empty() : known.get(new Key(kind, SecretHash.of(secret)));
  }

  private Optional<CredentialRepository.Live> load(Key key) {
    lookups.acquireUninterruptibly();
    try {
      return repository.find(key.kind(), key.secret());
    } catch (JdbiException failure) {
      throw new CredentialsUnavailable(failure);
    } finally {
      lookups.release();
    }
  }

  /** What follows the scheme, trimmed; null for another scheme or an overlong header. */
  private static @Nullable String after(String scheme, @Nullable String authorization) {
    return authorization != null
            && authorization.length() <= LONGEST_HEADER
            && authorization.regionMatches(true, 0, scheme, 0, scheme.length())
        ? authorization.substring(scheme.length()).strip()
        : null;
  }

  private static @Nullable String decode(String encoded) {
    try {
      var standard = encoded.replace('-', '+').replace('_', '/');
      return new String(Base64.getDecoder().decode(standard), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private static boolean sameText(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }
}
