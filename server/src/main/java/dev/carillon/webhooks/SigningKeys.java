package dev.carillon.webhooks;

import dev.carillon.store.SecretBox;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The key of each workspace that calls to its own addresses are signed with, stored sealed
 * (events-out A.4). Made when it is first needed.
 */
public final class SigningKeys {
  private static final int BYTES = 32;

  private final SecretBox box;
  private final SecureRandom random;
  private final InstantSource clock;

  /** Seals keys in this box. */
  public SigningKeys(SecretBox box, SecureRandom random, InstantSource clock) {
    this.box = box;
    this.random = random;
    this.clock = clock;
  }

  /** The workspace's key; makes one if it has none. */
  public String ensure(Handle handle, WorkspaceId workspace) {
    var found = find(handle, workspace);
    if (found.isPresent()) {
      return found.get();
    }
    put(handle, workspace, "DO NOTHING");
    return find(handle, workspace)
        .orElseThrow(() ->
            new IllegalStateException("workspace " + workspace.value() + " got no signing key"));
  }

  /** Makes a new key, which holds from the next call on; the former one is gone. */
  public String rotate(Handle handle, WorkspaceId workspace) {
    return put(
        handle,
        workspace,
        "DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at");
  }

  private Optional<String> find(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery("SELECT sealed FROM signing_key WHERE workspace_id = :workspace")
        .bind("workspace", workspace.value())
        .mapTo(byte[].class)
        .findOne()
        .map(sealed -> open(workspace, sealed));
  }

  private String put(Handle handle, WorkspaceId workspace, String onConflict) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    var key = "whsec_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    handle
        .createUpdate(
            """
            INSERT INTO signing_key (workspace_id, sealed, created_at) VALUES (:workspace, :sealed, :now)
            ON CONFLICT (workspace_id)
            """
                + onConflict)
        .bind("workspace", workspace.value())
        .bind("sealed", box.seal(key.getBytes(StandardCharsets.UTF_8), purpose(workspace)))
        .bind("now", clock.instant())
        .execute();
    return key;
  }

  /** The key a row of {@code signing_key} holds. */
  String open(WorkspaceId workspace, byte[] sealed) {
    return new String(box.open(sealed, purpose(workspace)), StandardCharsets.UTF_8);
  }

  private static String purpose(WorkspaceId workspace) {
    return "signing key of workspace " + workspace.value();
  }
}
