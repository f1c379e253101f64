package dev.carillon.api.wire;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Unix times as callers send them (track §4.1). */
public final class Times {
  /** The answer for a time that is absent or cannot be read. */
  public static final long AT_RECEIPT = 0;

  private static final int LONGEST_ISO = 40;
  private static final double FIRST_MILLIS = 1e11;
  private static final long LAST_SECOND_OF_YEAR_9999 = 253_402_300_799L;

  private Times() {}

  /**
   * Unix milliseconds of a number or digit string of Unix seconds; a decimal fraction is cut. From
   * 100,000,000,000 on it is taken as milliseconds.
   *
   * @return {@link #AT_RECEIPT} for null, anything else, or a time outside the years 1 to 9999
   */
  public static long millis(@Nullable Object time) {
    return switch (time) {
      case Long number -> millis(number.doubleValue());
      case Double number -> millis(number.doubleValue());
      case String text when isNumber(text) -> millis(Double.parseDouble(text));
      case null, default -> AT_RECEIPT;
    };
  }

  /**
   * As {@link #millis(Object)}, and ISO 8601 as well, which reports of deliveries may carry.
   *
   * @return {@link #AT_RECEIPT} as there
   */
  public static long reported(@Nullable Object time) {
    if (time instanceof String text && text.indexOf('T') > 0 && text.length() <= LONGEST_ISO) {
      try {
        return inRange(OffsetDateTime.parse(text).toInstant().toEpochMilli());
      } catch (DateTimeParseException | ArithmeticException notIso) {
        return AT_RECEIPT;
      }
    }
    return millis(time);
  }

  private static long millis(double number) {
    // Exact: the largest time is far below 2^53.
    long whole = (long) number;
    long millis = Math.abs(number) >= FIRST_MILLIS ? whole : whole * 1000;
    return inRange(millis);
  }

  private static long inRange(long millis) {
    return Math.abs(millis / 1000) > LAST_SECOND_OF_YEAR_9999 || millis < -62_135_596_800_000L
        ? AT_RECEIPT
        : millis;
  }

  /** Digits, at most one dot among or behind them, an optional sign; at most 30 characters. */
  private static boolean isNumber(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    int dots = 0;
    if (text.length() == start || text.length() > 30) {
      return false;
    }
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && i > start) {
        dots++;
      } else if (c < '0' || c > '9') {
        return false;
      }
    }
    return dots <= 1;
  }
}
