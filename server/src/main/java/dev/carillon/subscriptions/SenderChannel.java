package dev.carillon.subscriptions;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The channels on which people opt out of one sender (app-data §2.11). */
public enum SenderChannel {
  /** Text messages. */
  SMS(1),
  /** WhatsApp messages. */
  WHATSAPP(2);

  private final int code;

  SenderChannel(int code) {
    this.code = code;
  }

  /** The number in {@code sender_opt_out.channel} and in the log. */
  public int code() {
    return code;
  }

  /** The word of the App API. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The channel of a word of the App API; empty for none of them. */
  public static Optional<SenderChannel> ofWire(String word) {
    return Arrays.stream(values()).filter(each -> each.wire().equals(word)).findFirst();
  }

  /**
   * The channel with this number.
   *
   * @throws IllegalArgumentException for a number no channel has
   */
  public static SenderChannel ofCode(int code) {
    return Arrays.stream(values())
        .filter(each -> each.code == code)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no channel has the number " + code));
  }
}
