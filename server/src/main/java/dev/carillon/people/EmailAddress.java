package dev.carillon.people;

/** The shape of e-mail addresses, as paths and profiles know them (track §3.1). */
public final class EmailAddress {
  private static final int LONGEST_EMAIL = 254;
  private static final int LONGEST_LOCAL_PART = 64;

  private EmailAddress() {}

  /**
   * Whether the text looks like an e-mail address: {@code local@domain}, where the domain has a dot
   * and no empty label, and no character is white space or a control character.
   */
  public static boolean isWellFormed(String text) {
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
