package dev.carillon.api.wire;

import dev.carillon.people.Identifier;
import dev.carillon.workspaces.Access;

/** Tells by its shape what kind of identifier stands in a path (track §3.1). */
public final class PathIdentifier {
  /** What a cio_id begins with in a path. */
  public static final String CIO_ID_PREFIX = "cio_";

  /** Of an id, in UTF-8. */
  public static final int LONGEST_ID_BYTES = 150;

  private static final int LONGEST_EMAIL = 254;
  private static final int LONGEST_LOCAL_PART = 64;

  private PathIdentifier() {}

  /**
   * The identifier: {@code cio_…} is a cio_id; an e-mail address is one where the workspace
   * identifies people by it; anything else is an id.
   *
   * @throws Refused when it is longer than 150 bytes and no e-mail address
   */
  public static Identifier of(String segment, Access access) {
    boolean cioId = segment.startsWith(CIO_ID_PREFIX);
    if (!cioId && access.emailIdentifies() && isEmail(segment)) {
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

  /**
   * Whether the text looks like an e-mail address: {@code local@domain}, where the domain has a dot
   * and no empty label, and no character is white space or a control character.
   */
  public static boolean isEmail(String text) {
    int at = text.lastIndexOf('@');
    return at >= 1
        && at <= LONGEST_LOCAL_PART
        && text.length() <= LONGEST_EMAIL
        && isLocalPart(text, at)
        && isDomain(text, at + 1);
  }

  private static boolean isLocalPart(String text, int end) {
    if (text.charAt(0) == '"' && end > 2 && text.charAt(end - 1) == '"') {
      return noControls(text, end);
    }
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == 127 || "()<>[]:;@\\,\"".indexOf(c) >= 0 || Character.isWhitespace(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean noControls(String text, int end) {
    for (int i = 0; i < end; i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) == 127) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDomain(String text, int start) {
    int label = 0;
    int dots = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        if (label == 0) {
          return false;
        }
        dots++;
        label = 0;
      } else if (Character.isLetterOrDigit(c) || c == '-' || Character.isSurrogate(c)) {
        label++;
      } else {
        return false;
      }
    }
    return dots > 0 && label > 0;
  }
}
