package dev.carillon.api.pipelines;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Times of the Pipelines API: ISO 8601 in texts, milliseconds in numbers (pipelines §4, §5.1). */
final class IsoTimes {
  /** The answer for a time that is absent or cannot be read: that of receipt. */
  static final long AT_RECEIPT = 0;

  private static final int DATE = 10;
  private static final int MINUTE = 16;
  private static final int SECOND = 19;
  private static final int LONGEST_CONVERTED_FRACTION = 9;
  private static final int LONGEST = 60;
  private static final int LARGEST_OFFSET_MINUTES = 18 * 60;
  private static final long YEAR_1 = -62_135_596_800_000L;
  private static final long YEAR_10000 = 253_402_300_800_000L;

  private IsoTimes() {}

  /**
   * When something happened, in Unix milliseconds: a text of ISO 8601, or milliseconds as number or
   * digits.
   *
   * @return {@link #AT_RECEIPT} for anything else, and for times outside the years 1 to 9999
   */
  static long millis(@Nullable Object time) {
    long millis =
        switch (time) {
          case Long number -> number;
          case Double number -> number.longValue();
          case String text when isDigits(text) -> Long.parseLong(text);
          case String text -> parse(text, LONGEST).orElse(AT_RECEIPT);
          case null, default -> AT_RECEIPT;
        };
    return millis < YEAR_1 || millis >= YEAR_10000 ? AT_RECEIPT : millis;
  }

  private static boolean isDigits(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    if (text.length() == start || text.length() > 18) {
      return false;
    }
    for (int i = start; i < text.length(); i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The members with every text that is an ISO 8601 date or date-time as Unix seconds, also those
   * of objects inside, but not of arrays.
   */
  static Map<String, @Nullable Object> converted(Map<String, @Nullable Object> members) {
    var converted = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(members.size());
    members.forEach((name, value) -> converted.put(name, converted(value)));
    return converted;
  }

  private static @Nullable Object converted(@Nullable Object value) {
    return switch (value) {
      case String text -> {
        var millis = parse(text, LONGEST_CONVERTED_FRACTION);
        yield millis.isPresent() ? (Object) Math.floorDiv(millis.getAsLong(), 1000L) : text;
      }
      case Map<?, ?> object -> {
        var inner = LinkedHashMap.<String, @Nullable Object>newLinkedHashMap(object.size());
        object.forEach((name, each) -> inner.put((String) name, converted(each)));
        yield inner;
      }
      case null, default -> value;
    };
  }

  /**
   * Unix milliseconds of {@code yyyy-mm-dd} or {@code yyyy-mm-ddThh:mm[:ss[.fraction]][offset]}.
   * Without an offset it is UTC; what is finer than a millisecond is cut.
   *
   * @param longestFraction most digits of the fraction
   * @return empty for any other text
   */
  static OptionalLong parse(String text, int longestFraction) {
    int length = text.length();
    if (length < DATE
        || length > LONGEST + SECOND
        || text.charAt(4) != '-'
        || text.charAt(7) != '-') {
      return OptionalLong.empty();
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    if (year < 0
        || month < 1
        || month > 12
        || day < 1
        || day > YearMonth.of(year, month).lengthOfMonth()) {
      return OptionalLong.empty();
    }
    long midnight = LocalDate.of(year, month, day).toEpochDay() * 86_400_000L;
    return length == DATE ? OptionalLong.of(midnight) : time(text, midnight, longestFraction);
  }

  private static OptionalLong time(String text, long midnight, int longestFraction) {
    if (text.charAt(DATE) != 'T' || text.length() < MINUTE || text.charAt(13) != ':') {
      return OptionalLong.empty();
    }
    int hour = digits(text, 11, 2);
    int minute = digits(text, 14, 2);
    int second = 0;
    int millis = 0;
    int at = MINUTE;
    if (text.length() >= SECOND && text.charAt(MINUTE) == ':') {
      second = digits(text, 17, 2);
      at = SECOND;
      if (at < text.length() && text.charAt(at) == '.') {
        int end = at + 1;
        while (end < text.length() && isDigit(text.charAt(end))) {
          end++;
        }
        int count = end - at - 1;
        if (count == 0 || count > longestFraction) {
          return OptionalLong.empty();
        }
        millis = Integer.parseInt((text.substring(at + 1, end) + "00").substring(0, 3));
        at = end;
      }
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
      return OptionalLong.empty();
    }
    var offset = offsetMinutes(text, at);
    return offset.isEmpty()
        ? offset
        : OptionalLong.of(
            midnight + ((hour * 60L + minute - offset.getAsLong()) * 60 + second) * 1000 + millis);
  }

  /** Nothing, {@code Z}, or hours and perhaps minutes behind a sign. */
  private static OptionalLong offsetMinutes(String text, int at) {
    int rest = text.length() - at;
    if (rest == 0 || rest == 1 && text.charAt(at) == 'Z') {
      return OptionalLong.of(0);
    }
    char sign = text.charAt(at);
    boolean colon = rest == 6 && text.charAt(at + 3) == ':';
    if (sign != '+' && sign != '-' || rest != 3 && rest != 5 && !colon) {
      return OptionalLong.empty();
    }
    int hours = digits(text, at + 1, 2);
    int minutes = rest == 3 ? 0 : digits(text, text.length() - 2, 2);
    int total = hours * 60 + minutes;
    return hours < 0 || minutes < 0 || minutes > 59 || total > LARGEST_OFFSET_MINUTES
        ? OptionalLong.empty()
        : OptionalLong.of(sign == '-' ? -total : total);
  }

  /** The number at a place; negative when one of them is no digit. */
  private static int digits(String text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return -1;
      }
      number = number * 10 + c - '0';
    }
    return number;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
