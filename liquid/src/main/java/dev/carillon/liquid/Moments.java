package dev.carillon.liquid;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What values mean as points in time. Without a zone they are in UTC. */
final class Moments {
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  private Moments() {}

  /** The point in time that {@code value} stands for; null when it stands for none. */
  static @Nullable ZonedDateTime of(@Nullable Object value, Rendering rendering) {
    return switch (value) {
      case ZonedDateTime time -> time;
      case Instant instant -> instant.atZone(ZoneOffset.UTC);
      case Number number -> unix(number);
      case String text -> ofText(text.strip(), rendering);
      case null, default -> null;
    };
  }

  private static @Nullable ZonedDateTime ofText(String text, Rendering rendering) {
    if (isNow(text)) {
      return rendering.now().atZone(ZoneOffset.UTC);
    }
    if (text.length() > 100) {
      return null;
    }
    Number number = Numbers.strict(text);
    return number == null ? DateReader.read(text, rendering.now()) : unix(number);
  }

  private static boolean isNow(String text) {
    String small = text.toLowerCase(Locale.ROOT);
    return small.equals("now") || small.equals("today");
  }

  /** Whether {@code value} is written as Unix seconds, or means now. */
  static boolean isUnix(@Nullable Object value) {
    return value instanceof Number
        || (value instanceof String text
            && (isNow(text.strip()) || Numbers.strict(text.strip()) != null));
  }

  private static @Nullable ZonedDateTime unix(Number seconds) {
    BigDecimal decimal = Numbers.decimal(seconds);
    BigDecimal whole = decimal.setScale(0, RoundingMode.FLOOR);
    try {
      return Instant.ofEpochSecond(
              whole.longValueExact(), decimal.subtract(whole).multiply(NANOS).longValue())
          .atZone(ZoneOffset.UTC);
    } catch (DateTimeException | ArithmeticException _) {
      return null;
    }
  }
}
