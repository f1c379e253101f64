package dev.carillon.webhooks;

import java.security.SecureRandom;
import java.time.Instant;

/**
 * Texts of 26 characters in Crockford's base 32 that sort by time. Safe for any number of threads.
 */
final class Ulids {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 26;
  private static final int TIME_BITS_LOW = 16;

  private final SecureRandom random = new SecureRandom();

  /** A new one of this instant. */
  String next(Instant at) {
    var high = at.toEpochMilli() << TIME_BITS_LOW | random.nextInt(1 << TIME_BITS_LOW);
    return text(high, random.nextLong());
  }

  /**
   * A number in the same form. Choice: journeys have numbers here, and events are to name them by
   * such a text.
   */
  static String ofNumber(long number) {
    return text(0, number);
  }

  private static String text(long high, long low) {
    var text = new char[LENGTH];
    var upper = high;
    var lower = low;
    for (var i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (lower & 31));
      lower = lower >>> 5 | upper << 59;
      upper >>>= 5;
    }
    return new String(text);
  }
}
