package dev.carillon.workspaces;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  private static final Instant NOW = Instant.parse("2025-07-01T12:00:00Z");
  // Its base64 has a plus and a slash, so that the two alphabets differ.
  private static final String KEY = "k>>>???:éé";
  private static final Access DEFAULT = new Access(new WorkspaceId(1), true);

  @AutoClose private static final TestDatabase test = TestDatabase.create();

  @BeforeAll
  static void createWorkspace() {
    FirstStart.ensure(
        test.database(), InstantSource.fixed(NOW), new GivenKeys("site", KEY, "app-key", null));
  }

  private static Credentials credentials() {
    return new Credentials(new CredentialRepository(test.database()));
  }

  private static Optional<Access> track(@Nullable String authorization) {
    return credentials().track(authorization);
  }

  @Test
  @DisplayName("track §2: both base64 alphabets, padding optional, split at the first colon")
  void shouldReadEveryFormOfBasic() {
    var pair = ("site:" + KEY).getBytes(UTF_8);
    var standard = Base64.getEncoder().encodeToString(pair);
    var urlSafe = Base64.getUrlEncoder().encodeToString(pair);
    assertThat(standard).isNotEqualTo(urlSafe).contains("+").contains("=");

    assertThat(track("Basic " + standard)).contains(DEFAULT);
    assertThat(track("Basic " + urlSafe)).contains(DEFAULT);
    assertThat(track("Basic " + standard.replace("=", ""))).contains(DEFAULT);
    assertThat(track("basic  " + urlSafe.replace("=", "") + " ")).contains(DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic c2l0ZQ==", // site
        "Basic OmtleQ==", // :key
        "Basic c2l0ZTo=", // site:
        "Basic c2l0ZTp3cm9uZw==", // site:wrong
        "Bearer app-key",
        "Digest x"
      })
  void shouldRefuseAnythingElseOnTrack(String authorization) {
    assertThat(track(authorization)).isEmpty();
    assertThat(track(null)).isEmpty();
  }

  @Test
  void shouldRefuseTheKeyOfAnotherSite() {
    var pair = Base64.getEncoder().encodeToString(("other:" + KEY).getBytes(UTF_8));

    assertThat(track("Basic " + pair)).isEmpty();
    assertThat(track("Basic " + "A".repeat(2_000))).isEmpty();
  }

  @Test
  void shouldTellAppKeysFromTrackKeys() {
    var credentials = credentials();

    assertThat(credentials.app("Bearer app-key")).contains(DEFAULT);
    assertThat(credentials.app("bearer app-key")).contains(DEFAULT);
    assertThat(credentials.app("Bearer " + KEY)).isEmpty();
    assertThat(credentials.app("Bearer ")).isEmpty();
    assertThat(credentials.app("Basic app-key")).isEmpty();
    assertThat(credentials.app(null)).isEmpty();
  }

  @Test
  void shouldRefuseARevokedKeyAndOnlyOfItsWorkspace() {
    var repository = new CredentialRepository(test.database());
    var workspace = DEFAULT.workspace();
    test.jdbi()
        .useHandle(handle ->
            CredentialRepository.add(
                handle, workspace, CredentialKind.APP, null, "short-lived", NOW));
    assertThat(credentials().app("Bearer short-lived")).isPresent();

    assertThat(repository.revoke(new WorkspaceId(2), CredentialKind.APP, "short-lived", NOW))
        .isFalse();
    assertThat(repository.revoke(workspace, CredentialKind.APP, "short-lived", NOW)).isTrue();
    assertThat(repository.revoke(workspace, CredentialKind.APP, "short-lived", NOW)).isFalse();

    assertThat(credentials().app("Bearer short-lived")).isEmpty();
  }

  @Test
  void shouldNoticeRevokedAndNewKeysWithinThirtySeconds() {
    // given
    var repository = new CredentialRepository(test.database());
    var elapsed = new AtomicLong();
    var credentials = new Credentials(repository, elapsed::get);
    add("first");
    assertThat(credentials.app("Bearer first")).isPresent();
    assertThat(credentials.app("Bearer second")).isEmpty();

    // when
    repository.revoke(DEFAULT.workspace(), CredentialKind.APP, "first", NOW);
    add("second");
    elapsed.addAndGet(Duration.ofSeconds(30).toNanos());

    // then
    assertThat(credentials.app("Bearer first")).isEmpty();
    assertThat(credentials.app("Bearer second")).isPresent();
  }

  private static void add(String key) {
    test.jdbi()
        .useHandle(handle ->
            CredentialRepository.add(
                handle, DEFAULT.workspace(), CredentialKind.APP, null, key, NOW));
  }

  @Test
  @DisplayName("track §3.1: with e-mail disabled as identifier, an address in a path is an id")
  void shouldTellWhetherEmailIdentifies() {
    test.jdbi()
        .useHandle(handle -> {
          handle.execute(
              "INSERT INTO workspace (workspace_id, name, created_at, settings)"
                  + " VALUES (40, 'ids', now(), '{\"identifiers\":[\"id\"]}'),"
                  + " (41, 'both', now(), '{\"identifiers\":[\"id\",\"email\"]}')");
          for (int workspace : new int[] {40, 41}) {
            CredentialRepository.add(
                handle,
                new WorkspaceId(workspace),
                CredentialKind.APP,
                null,
                "key" + workspace,
                NOW);
          }
        });

    assertThat(credentials().app("Bearer key40")).contains(new Access(new WorkspaceId(40), false));
    assertThat(credentials().app("Bearer key41")).contains(new Access(new WorkspaceId(41), true));
  }

  @Test
  void shouldSayThatItCannotTellWithoutADatabase() {
    var closed = TestDatabase.create();
    closed.close();
    var credentials = new Credentials(new CredentialRepository(closed.database()));

    assertThatThrownBy(() -> credentials.app("Bearer app-key"))
        .isInstanceOf(CredentialsUnavailable.class);
  }

  @Test
  void shouldStoreOnlyHashes() {
    var stored =
        test.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT credential::text FROM credential")
                    .mapTo(String.class)
                    .list());

    assertThat(stored).isNotEmpty().noneMatch(row -> row.contains("app-key") || row.contains(KEY));
  }
}
