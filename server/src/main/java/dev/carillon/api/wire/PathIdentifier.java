package dev.carillon.api.wire;

import dev.carillon.people.EmailAddress;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.Access;

/** Tells by its shape what kind of identifier stands in a path (track §3.1). */
public final class PathIdentifier {
  /** What a cio_id begins with in a path. */
  public static final String CIO_ID_PREFIX = "cio_";

  /** Of an id, in UTF-8. */
  public static final int LONGEST_ID_BYTES = 150;

  private PathIdentifier() {}

  /**
   * The identifier: {@code cio_…} is a cio_id; an e-mail address is one where the workspace
   * identifies people by it; anything else is an id.
   *
   * @throws Refused when it is longer than 150 bytes and no e-mail address
   */
  public static Identifier of(String segment, Access access) {
    boolean cioId = segment.startsWith(CIO_ID_PREFIX);
    if (!cioId && access.emailIdentifies() && EmailAddress.isWellFormed(segment)) {
      return Identifier.email(segment);
    }
    checkId(segment);
    return cioId
        ? Identifier.cioId(segment.substring(CIO_ID_PREFIX.length()))
        : Identifier.id(segment);
  }

  /**
   * Refuses an id that is too long to be stored (track §8).
   *
   * @throws Refused naming {@code id}
   */
  public static void checkId(String id) {
    if (Sizes.utf8(id) > LONGEST_ID_BYTES) {
      throw Refused.tooLarge("id", "id cannot be longer than " + LONGEST_ID_BYTES + " bytes");
    }
  }
}
