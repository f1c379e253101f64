package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks tests of values that are found by path, and when the answers change by themselves. The clock
 * counts in milliseconds here: what is finer is cut off.
 */
final class ValueTests {
  /** In place of an instant: never. */
  static final long NEVER = Long.MAX_VALUE;

  private ValueTests() {}

  /**
   * When and where a test is asked.
   *
   * @param zone where days begin
   */
  record When(Instant now, ZoneId zone) {}

  /** Whether a test holds, given how to read a top-level value. */
  static boolean holds(AttributeTest test, Function<String, @Nullable Object> read, When when) {
    var denied = test.operator().denied();
    return denied == null
        ? some(test, test.operator(), read, when)
        : !some(test, denied, read, when);
  }

  /** Whether all tests hold. */
  static boolean hold(
      List<AttributeTest> tests, Function<String, @Nullable Object> read, When when) {
    for (var test : tests) {
      if (!holds(test, read, when)) {
        return false;
      }
    }
    return true;
  }

  private static boolean some(
      AttributeTest test, Operator operator, Function<String, @Nullable Object> read, When when) {
    return any(test.field(), read, value -> holds(operator, value, test.value(), when));
  }

  /** Whether some value at a path fulfils something; the path of a plain field is its name. */
  private static boolean any(
      String field,
      Function<String, @Nullable Object> read,
      Predicate<@Nullable Object> predicate) {
    var whole = read.apply(field);
    if (whole != null || isPlain(field)) {
      return predicate.test(whole);
    }
    var path = Path.of(field);
    return any(read.apply(path.root()), path.steps(), predicate);
  }

  /**
   * What a field reads: the value there, of {@code list[]} all values there; null when there is
   * none.
   */
  static @Nullable Object read(String field, Function<String, @Nullable Object> read) {
    var found = new ArrayList<Object>();
    any(
        field,
        read,
        value -> {
          if (value != null) {
            found.add(value);
          }
          return false;
        });
    var many = read.apply(field) == null && Path.of(field).steps().contains(new Path.Step.Any());
    return many ? found : found.isEmpty() ? null : found.getFirst();
  }

  /** The first value at a path that is there; null when there is none. */
  static @Nullable Object first(String field, Function<String, @Nullable Object> read) {
    var found = new Object[1];
    any(
        field,
        read,
        value -> {
          found[0] = value;
          return value != null;
        });
    return found[0];
  }

  private static boolean isPlain(String field) {
    return field.indexOf('.') < 0 && field.indexOf('[') < 0;
  }

  /** The name of the top-level value a field reads. */
  static String root(String field) {
    return isPlain(field) ? field : Path.of(field).root();
  }

  private static boolean any(
      @Nullable Object value, List<Path.Step> steps, Predicate<@Nullable Object> predicate) {
    if (steps.isEmpty()) {
      return predicate.test(value);
    }
    var rest = steps.subList(1, steps.size());
    return switch (steps.getFirst()) {
      case Path.Step.Member(var name) ->
          any(value instanceof Map<?, ?> map ? map.get(name) : null, rest, predicate);
      case Path.Step.Element(var index) ->
          any(
              value instanceof List<?> list && index < list.size() ? list.get(index) : null,
              rest,
              predicate);
      case Path.Step.Any() ->
          value instanceof List<?> list
              && list.stream().anyMatch(each -> any(each, rest, predicate));
    };
  }

  private static boolean holds(
      Operator operator, @Nullable Object value, @Nullable Object wanted, When when) {
    return switch (operator) {
      case EQ -> Values.equal(value, wanted);
      case EXISTS -> Values.exists(value);
      case CONTAINS -> Values.contains(value, wanted);
      case STARTS_WITH -> Values.startsWith(value, wanted);
      case ENDS_WITH -> Values.endsWith(value, wanted);
      case IN -> list(wanted).stream().anyMatch(each -> Values.equal(value, each));
      case LT -> Values.compare(value, wanted) instanceof Integer order && order < 0;
      case GT -> Values.compare(value, wanted) instanceof Integer order && order > 0;
      case LTE -> Values.compare(value, wanted) instanceof Integer order && order <= 0;
      case GTE -> Values.compare(value, wanted) instanceof Integer order && order >= 0;
      case BETWEEN ->
          Values.compare(value, list(wanted).getFirst()) instanceof Integer low
              && low >= 0
              && Values.compare(value, list(wanted).getLast()) instanceof Integer high
              && high <= 0;
      case IS_TIMESTAMP -> Values.timestamp(value) >= 0;
      case TS_BEFORE -> {
        var seconds = Values.timestamp(value);
        yield seconds >= 0 && seconds * 1_000 < millis(wanted, when);
      }
      case TS_AFTER -> {
        var seconds = Values.timestamp(value);
        yield seconds >= 0 && seconds * 1_000 > millis(wanted, when);
      }
      case ANNIVERSARY -> {
        var seconds = Values.timestamp(value);
        yield seconds >= 0 && isAnniversary(day(seconds, when.zone), today(when));
      }
      case ANY_ITEM ->
          value instanceof List<?> items
              && items.stream().anyMatch(item -> hold(tests(wanted), reader(item), when));
      case NEQ, NOT_EXISTS, NOT_CONTAINS, NOT_IN ->
          throw new IllegalStateException(operator + " is asked as what it denies");
    };
  }

  private static List<?> list(@Nullable Object wanted) {
    return wanted instanceof List<?> list ? list : List.of();
  }

  private static List<AttributeTest> tests(@Nullable Object wanted) {
    return list(wanted).stream().map(AttributeTest.class::cast).toList();
  }

  private static Function<String, @Nullable Object> reader(@Nullable Object item) {
    return name -> item instanceof Map<?, ?> map ? map.get(name) : null;
  }

  private static long millis(@Nullable Object wanted, When when) {
    if (wanted instanceof Moment moment) {
      return moment.instant(when.zone, when.now).toEpochMilli();
    }
    throw new IllegalStateException("expected a moment to compare with, found " + wanted);
  }

  private static LocalDate today(When when) {
    return LocalDate.ofInstant(when.now, when.zone);
  }

  private static LocalDate day(long seconds, ZoneId zone) {
    return LocalDate.ofInstant(Instant.ofEpochSecond(seconds), zone);
  }

  /** 29 February is kept on the 28th in common years. */
  private static boolean isAnniversary(LocalDate of, LocalDate day) {
    return MonthDay.from(of).atYear(day.getYear()).equals(day);
  }

  /** Whether the answer can change with no new data. */
  static boolean movesWithTime(AttributeTest test) {
    return switch (test.operator()) {
      case ANNIVERSARY -> true;
      case TS_BEFORE, TS_AFTER -> test.value() instanceof Moment.Relative;
      case ANY_ITEM -> tests(test.value()).stream().anyMatch(ValueTests::movesWithTime);
      case EQ,
          NEQ,
          EXISTS,
          NOT_EXISTS,
          CONTAINS,
          NOT_CONTAINS,
          STARTS_WITH,
          ENDS_WITH,
          IN,
          NOT_IN,
          LT,
          GT,
          LTE,
          GTE,
          BETWEEN,
          IS_TIMESTAMP ->
          false;
    };
  }

  /**
   * The next instant at which the answer can change with no new data, in Unix milliseconds; {@link
   * #NEVER}. It may be early, never late (S-32).
   */
  static long nextChange(AttributeTest test, Function<String, @Nullable Object> read, When when) {
    if (!movesWithTime(test)) {
      return NEVER;
    }
    var earliest = new long[] {NEVER};
    any(
        test.field(),
        read,
        value -> {
          earliest[0] = Math.min(earliest[0], nextChange(test, value, when));
          return false;
        });
    return earliest[0];
  }

  private static long nextChange(AttributeTest test, @Nullable Object value, When when) {
    if (test.operator() == Operator.ANY_ITEM) {
      var earliest = NEVER;
      for (var item : list(value)) {
        for (var each : tests(test.value())) {
          earliest = Math.min(earliest, nextChange(each, reader(item), when));
        }
      }
      return earliest;
    }
    var seconds = Values.timestamp(value);
    if (seconds < 0) {
      return NEVER;
    }
    if (test.operator() == Operator.ANNIVERSARY) {
      return nextDay(day(seconds, when.zone), when);
    }
    // v < now + d and v > now + d turn round as now passes v - d; strictly, so "before" a moment
    // later
    var moves = millis(test.value(), when) - when.now.toEpochMilli();
    var at = seconds * 1_000 - moves + (test.operator() == Operator.TS_BEFORE ? 1 : 0);
    return at > when.now.toEpochMilli() ? at : NEVER;
  }

  /**
   * When the day in the zone next makes the other answer. Days mostly turn at midnight, but a
   * change of the offset may turn them as well, forwards or back; so this goes from one such change
   * to the next.
   */
  private static long nextDay(LocalDate of, When when) {
    var rules = when.zone.getRules();
    var holds = isAnniversary(of, today(when));
    var from = when.now;
    while (true) {
      var offset = rules.getOffset(from);
      var today = LocalDate.ofInstant(from, offset);
      if (isAnniversary(of, today) != holds) {
        return from.toEpochMilli();
      }
      var day = holds ? today.plusDays(1) : anniversaryAfter(today, of);
      var turns = day.atStartOfDay().toInstant(offset);
      var shifts = rules.nextTransition(from);
      if (shifts == null || turns.isBefore(shifts.getInstant())) {
        return turns.toEpochMilli();
      }
      from = shifts.getInstant();
    }
  }

  private static LocalDate anniversaryAfter(LocalDate day, LocalDate of) {
    var thisYear = MonthDay.from(of).atYear(day.getYear());
    return thisYear.isAfter(day) ? thisYear : MonthDay.from(of).atYear(day.getYear() + 1);
  }
}
