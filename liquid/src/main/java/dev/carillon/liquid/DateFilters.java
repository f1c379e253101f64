package dev.carillon.liquid;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Filters of timestamps: Unix seconds, dates as text, {@code 'now'} and {@code 'today'}. */
final class DateFilters {
  private static final int MAX_PATTERN = 1_000;

  private DateFilters() {}

  static void addTo(FilterTable table) {
    table.add("date", 0, 1, DateFilters::date);
    table.add("timezone", 1, 1, DateFilters::timezone);
    shift(table, "minute", ZonedDateTime::plusMinutes);
    shift(table, "hour", ZonedDateTime::plusHours);
    shift(table, "day", ZonedDateTime::plusDays);
    shift(table, "week", ZonedDateTime::plusWeeks);
    shift(table, "month", ZonedDateTime::plusMonths);
    shift(table, "year", ZonedDateTime::plusYears);
  }

  private static void shift(
      FilterTable table, String unit, BiFunction<ZonedDateTime, Long, ZonedDateTime> plus) {
    table.add("add_" + unit, 1, 1, (input, args, r) -> shifted(input, args, 1, plus, r));
    table.add("subtract_" + unit, 1, 1, (input, args, r) -> shifted(input, args, -1, plus, r));
  }

  private static @Nullable Object date(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    String format = rendering.text(arguments.get(0));
    ZonedDateTime time = format.isEmpty() ? null : Moments.of(input, rendering);
    if (time == null) {
      return input;
    }
    if (format.length() > MAX_PATTERN) {
      throw LiquidRenderException.badArgument(
          "the pattern behind date is longer than " + MAX_PATTERN + " characters");
    }
    return DateFormat.format(time, format);
  }

  private static @Nullable Object timezone(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    String name = rendering.text(arguments.get(0));
    ZoneId zone;
    try {
      zone = ZoneId.of(name, ZoneId.SHORT_IDS);
    } catch (DateTimeException _) {
      throw LiquidRenderException.badArgument("there is no time zone called '" + name + "'");
    }
    ZonedDateTime time = Moments.of(input, rendering);
    return time == null ? input : time.withZoneSameInstant(zone);
  }

  /**
   * Calendar arithmetic in the timestamp's own zone; days past a month's end become its last day.
   *
   * <p>Choice: what came as Unix seconds or as {@code 'now'} leaves as Unix seconds, so that it can
   * be compared and stored; what carries a zone or came as a written date keeps being a timestamp.
   */
  private static @Nullable Object shifted(
      @Nullable Object input,
      Arguments arguments,
      int direction,
      BiFunction<ZonedDateTime, Long, ZonedDateTime> plus,
      Rendering rendering) {
    ZonedDateTime time = Moments.of(input, rendering);
    if (time == null) {
      return input;
    }
    long amount = Integers.of(arguments.get(0), "an amount of time");
    ZonedDateTime result;
    try {
      result = plus.apply(time, Math.multiplyExact(amount, (long) direction));
    } catch (DateTimeException | ArithmeticException _) {
      throw LiquidRenderException.badArgument("an amount of time is too large: " + amount);
    }
    return Moments.isUnix(input) ? (Object) result.toEpochSecond() : result;
  }
}
