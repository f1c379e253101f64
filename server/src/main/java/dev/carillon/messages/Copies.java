package dev.carillon.messages;

/**
 * Who else gets a mail (journeys §5.4).
 *
 * @param cc addresses separated by commas, seen by all; empty for none
 * @param bcc the same, seen by nobody
 * @param fakeBcc whether those of {@code bcc} get a mail of their own whose subject names the real
 *     recipient
 */
public record Copies(String cc, String bcc, boolean fakeBcc) {
  /** Nobody else. */
  public static final Copies NONE = new Copies("", "", false);
}
