package dev.carillon.subscriptions;

import java.util.Locale;

/**
 * Somebody wants nothing more from a sender.
 *
 * @param from the sender's number or name, as the caller wrote it
 */
public record OptOut(SenderChannel channel, String from) {

  /** The sender in the form that is compared: trimmed, in lower case. */
  public String sender() {
    return comparable(from);
  }

  /** The form of a sender that is compared. */
  public static String comparable(String from) {
    return from.strip().toLowerCase(Locale.ROOT);
  }
}
