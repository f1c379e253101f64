package dev.carillon.api.manage;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.store.Database;
import dev.carillon.webhooks.SigningKeys;
import dev.carillon.workspaces.Access;
import java.util.Map;

/** {@code …/signing_secret}: the key calls to the workspace's own addresses are signed with. */
final class SigningCalls {
  private final Database database;
  private final SigningKeys keys;

  SigningCalls(Database database, SigningKeys keys) {
    this.database = database;
    this.keys = keys;
  }

  /** Makes the key at the first look. */
  Reply show(Access access, Request request) {
    String key = database.inTransaction(handle -> keys.ensure(handle, access.workspace()));
    return shown(key);
  }

  /** The former key signs nothing any more. */
  Reply rotate(Access access, Request request) {
    String key = database.inTransaction(handle -> keys.rotate(handle, access.workspace()));
    return shown(key);
  }

  private static Reply shown(String key) {
    return Reply.json(200, Map.of("signing_secret", Map.of("secret", key)));
  }
}
