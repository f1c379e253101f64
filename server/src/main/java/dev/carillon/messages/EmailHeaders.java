package dev.carillon.messages;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which headers a mail may have beside those that are ours alone. */
public final class EmailHeaders {
  private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,100}");

  /** Headers that say who a mail is from, whom it is for and how it is built. */
  private static final Set<String> RESERVED =
      Set.of(
          "from",
          "sender",
          "reply-to",
          "to",
          "cc",
          "bcc",
          "subject",
          "date",
          "message-id",
          "mime-version",
          "return-path",
          "received",
          "dkim-signature");

  private EmailHeaders() {}

  /**
   * Whether this can be the name of a header: 1 to 100 ASCII characters without spaces or colons.
   */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether a header of this name is ours alone. */
  public static boolean isReserved(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return RESERVED.contains(lower) || lower.startsWith("content-");
  }
}
