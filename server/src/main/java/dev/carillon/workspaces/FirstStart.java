package dev.carillon.workspaces;

import dev.carillon.store.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Creates the default workspace, number 1, when the database has none. */
public final class FirstStart {
  private static final int SITE_ID_BYTES = 10;
  private static final int KEY_BYTES = 16;

  private FirstStart() {}

  /** Gives a new workspace what it begins with. */
  @FunctionalInterface
  public interface Seed {
    /** In the transaction that creates the workspace. */
    void plant(Handle handle, WorkspaceId workspace);
  }

  /** The same with nothing in the workspace. */
  public static Optional<NewCredentials> ensure(
      Database database, InstantSource clock, GivenKeys given) {
    return ensure(database, clock, given, (_, _) -> {});
  }

  /**
   * Makes sure a workspace exists. When several nodes start at once on an empty database, one of
   * them creates it.
   *
   * @param given credentials to use instead of random ones; ignored when a workspace exists
   * @param seed what the workspace begins with; not called when one exists
   * @return what was created, for the operator's eyes; empty when a workspace existed
   */
  public static Optional<NewCredentials> ensure(
      Database database, InstantSource clock, GivenKeys given, Seed seed) {
    return database.inTransaction(handle -> {
      if (!createWorkspace(handle, clock)) {
        return Optional.empty();
      }
      var keys = addKeys(handle, clock, given);
      seed.plant(handle, keys.workspace());
      return Optional.of(keys);
    });
  }

  private static boolean createWorkspace(Handle handle, InstantSource clock) {
    // A second node waits here for the first one's commit and then inserts nothing.
    int created =
        handle
            .createUpdate(
                """
                INSERT INTO workspace (workspace_id, name, created_at)
                SELECT 1, 'Default', :now WHERE NOT EXISTS (SELECT FROM workspace)
                ON CONFLICT DO NOTHING
                """)
            .bind("now", clock.instant())
            .execute();
    if (created == 1) {
      // The number was given, not drawn: without this the next workspace would be number 1 again.
      handle
          .createQuery("SELECT setval(pg_get_serial_sequence('workspace', 'workspace_id'), 1)")
          .mapTo(Long.class)
          .one();
    }
    return created == 1;
  }

  private static NewCredentials addKeys(Handle handle, InstantSource clock, GivenKeys given) {
    var random = new SecureRandom();
    var keys =
        new NewCredentials(
            new WorkspaceId(1),
            orRandom(given.siteId(), random, SITE_ID_BYTES),
            orRandom(given.trackKey(), random, KEY_BYTES),
            orRandom(given.appKey(), random, KEY_BYTES),
            orRandom(given.cdpKey(), random, KEY_BYTES));
    var now = clock.instant();
    CredentialRepository.add(
        handle, keys.workspace(), CredentialKind.TRACK, keys.siteId(), keys.trackKey(), now);
    CredentialRepository.add(
        handle, keys.workspace(), CredentialKind.APP, null, keys.appKey(), now);
    CredentialRepository.add(
        handle, keys.workspace(), CredentialKind.CDP, null, keys.cdpKey(), now);
    return keys;
  }

  private static String orRandom(@Nullable String given, SecureRandom random, int bytes) {
    if (given != null) {
      return given;
    }
    var drawn = new byte[bytes];
    random.nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }
}
