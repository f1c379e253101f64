package dev.carillon.computed;

import dev.carillon.computed.Tally.Dated;
import dev.carillon.computed.Tally.Extreme;
import dev.carillon.computed.Tally.Frequencies;
import dev.carillon.computed.Tally.Frequency;
import dev.carillon.computed.Tally.Sample;
import dev.carillon.computed.Tally.Samples;
import dev.carillon.computed.Tally.Total;
import dev.carillon.segments.EventData;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How events become a value. Pure: the same tally and the same instant give the same value.
 *
 * <p>Without a window each event is added to a sum, an extreme or a table of values and forgotten.
 * With one, events are kept one by one until they leave it. An event that carries nothing usable at
 * the property does not count.
 *
 * @param property path into the event's data; null exactly for a count
 * @param window only events that happened in this span before now count; null: all
 */
public record Computation(
    Aggregate aggregate, @Nullable String property, @Nullable Duration window) {
  /**
   * Choice: a window holds the newest 1,000 events of a person; with more the oldest ones fall out
   * early.
   */
  public static final int SAMPLES = 1_000;

  /**
   * Choice: the most frequent value is exact while a person has at most 100 different ones; beyond
   * that the rarest makes room and its count passes on, which keeps what is truly frequent.
   */
  public static final int DISTINCT = 100;

  /** Longer texts do not count: an attribute could not show them (P-14). */
  private static final int LONGEST_TEXT = 1_000;

  private static final Object ONE = 1L;

  /** The value of an event that counts; null when it does not count. */
  public @Nullable Object usable(Map<String, Object> data) {
    if (property == null) {
      return ONE;
    }
    var value = EventData.valueAt(property, data);
    if (aggregate.numeric()) {
      return value == null || EventData.number(value) == null ? null : value;
    }
    return switch (value) {
      case String text when text.isEmpty() || text.length() > LONGEST_TEXT -> null;
      case String text -> text;
      case Long number -> number;
      case Double number -> number;
      case Boolean flag -> flag;
      case null, default -> null;
    };
  }

  /**
   * The tally after one more event.
   *
   * @param before null: it is the first
   */
  public Tally plus(@Nullable Tally before, long atMillis, Object value) {
    if (window == null) {
      return added(before, atMillis, value);
    }
    var samples = before instanceof Samples(var known) ? known : List.<Sample>of();
    return newest(insert(samples, new Sample(atMillis, value)));
  }

  private static List<Sample> insert(List<Sample> samples, Sample sample) {
    var at = samples.size();
    while (at > 0 && samples.get(at - 1).atMillis() > sample.atMillis()) {
      at--;
    }
    var grown = new ArrayList<Sample>(samples.size() + 1);
    grown.addAll(samples.subList(0, at));
    grown.add(sample);
    grown.addAll(samples.subList(at, samples.size()));
    return grown;
  }

  private static Samples newest(List<Sample> samples) {
    return new Samples(samples.subList(Math.max(0, samples.size() - SAMPLES), samples.size()));
  }

  private Tally added(@Nullable Tally before, long atMillis, Object value) {
    return switch (aggregate) {
      case COUNT, SUM -> {
        var total = before instanceof Total known ? known : new Total(0, BigDecimal.ZERO);
        var sum = total.sum().add(decimal(value), MathContext.DECIMAL128);
        yield new Total(total.number() + 1, sum);
      }
      case MIN -> {
        var number = decimal(value);
        yield before instanceof Extreme known && known.value().compareTo(number) <= 0
            ? known
            : new Extreme(number);
      }
      case MAX -> {
        var number = decimal(value);
        yield before instanceof Extreme known && known.value().compareTo(number) >= 0
            ? known
            : new Extreme(number);
      }
      case FIRST ->
          before instanceof Dated known && known.atMillis() <= atMillis
              ? known
              : new Dated(atMillis, value);
      case LAST ->
          before instanceof Dated known && known.atMillis() > atMillis
              ? known
              : new Dated(atMillis, value);
      case MOST_FREQUENT ->
          counted(
              before instanceof Frequencies(var known) ? known : Map.of(),
              new Frequency(value, 1, atMillis));
    };
  }

  private static Frequencies counted(Map<String, Frequency> known, Frequency more) {
    var values = new LinkedHashMap<>(known);
    var key = String.valueOf(more.value());
    var present = values.get(key);
    if (present != null) {
      values.put(
          key,
          new Frequency(
              present.value(),
              present.times() + more.times(),
              Math.max(present.lastMillis(), more.lastMillis())));
    } else if (values.size() < DISTINCT) {
      values.put(key, more);
    } else {
      var rarest =
          values.entrySet().stream()
              .min(
                  Comparator.comparingLong(
                          (Map.Entry<String, Frequency> each) -> each.getValue().times())
                      .thenComparingLong(each -> each.getValue().lastMillis())
                      .thenComparing(Map.Entry::getKey))
              .orElseThrow();
      values.remove(rarest.getKey());
      values.put(
          key,
          new Frequency(more.value(), rarest.getValue().times() + more.times(), more.lastMillis()));
    }
    return new Frequencies(values);
  }

  /** Two people's tallies as those of one. */
  public @Nullable Tally merged(@Nullable Tally one, @Nullable Tally other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return switch (other) {
      case Total(var number, var sum) when one instanceof Total known ->
          new Total(known.number() + number, known.sum().add(sum, MathContext.DECIMAL128));
      case Extreme(var value) -> added(one, 0, value);
      case Dated(var at, var value) -> added(one, at, value);
      case Frequencies(var values) when one instanceof Frequencies known -> {
        var merged = known;
        for (var each : values.values()) {
          merged = counted(merged.values(), each);
        }
        yield merged;
      }
      case Samples(var samples) when one instanceof Samples known -> {
        var merged = known.samples();
        for (var each : samples) {
          merged = insert(merged, each);
        }
        yield newest(merged);
      }
      case Total _, Frequencies _, Samples _ ->
          throw new IllegalStateException("two tallies of one computation differ in kind");
    };
  }

  /**
   * The tally without what can never count again; null: nothing is left. Who once did what is
   * counted or summed keeps an empty tally: that tells 0 from no value.
   */
  public @Nullable Tally pruned(@Nullable Tally tally, Instant now) {
    if (window == null || !(tally instanceof Samples(var samples))) {
      return tally;
    }
    var from = now.toEpochMilli() - window.toMillis();
    var left = samples.stream().filter(each -> each.atMillis() > from).toList();
    return left.isEmpty() && !zeroWhenNone()
        ? null
        : left.size() == samples.size() ? tally : new Samples(left);
  }

  private boolean zeroWhenNone() {
    return aggregate == Aggregate.COUNT || aggregate == Aggregate.SUM;
  }

  /**
   * The value at an instant; null: the attribute has none.
   *
   * @param tally null: of the person nothing has ever counted, so there is no value either
   */
  public @Nullable Object value(@Nullable Tally tally, Instant now) {
    if (window == null || tally == null) {
      return shown(tally);
    }
    Tally inside = null;
    if (tally instanceof Samples(var samples)) {
      var until = now.toEpochMilli();
      var from = until - window.toMillis();
      for (var each : samples) {
        if (each.atMillis() > from && each.atMillis() <= until) {
          inside = added(inside, each.atMillis(), each.value());
        }
      }
    }
    // Who once did it has done it no time lately: that is a number, and not nothing.
    return inside == null && zeroWhenNone() ? (Object) 0L : shown(inside);
  }

  private @Nullable Object shown(@Nullable Tally tally) {
    return switch (tally) {
      case null -> null;
      case Total(var number, var sum) ->
          aggregate == Aggregate.COUNT ? (Object) number : plain(sum);
      case Extreme(var value) -> plain(value);
      case Dated(_, var value) -> value;
      case Frequencies(var values) ->
          values.entrySet().stream()
              .max(
                  Comparator.comparingLong(
                          (Map.Entry<String, Frequency> each) -> each.getValue().times())
                      .thenComparingLong(each -> each.getValue().lastMillis())
                      .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
              .map(each -> each.getValue().value())
              .orElse(null);
      case Samples _ -> throw new IllegalStateException("samples are shown through their window");
    };
  }

  /** The next instant at which the value can change with no new event. */
  public Optional<Instant> nextChange(@Nullable Tally tally, Instant now) {
    if (window == null || !(tally instanceof Samples(var samples))) {
      return Optional.empty();
    }
    var present = now.toEpochMilli();
    var earliest = Long.MAX_VALUE;
    for (var each : samples) {
      var enters = each.atMillis();
      var leaves = enters + window.toMillis();
      if (enters > present) {
        earliest = Math.min(earliest, enters);
      } else if (leaves > present) {
        earliest = Math.min(earliest, leaves);
      }
    }
    return earliest == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(earliest));
  }

  private static BigDecimal decimal(Object value) {
    var number = value instanceof BigDecimal exact ? exact : EventData.number(value);
    if (number == null) {
      throw new IllegalStateException("only numbers are added up, found " + value);
    }
    return number;
  }

  /** Whole numbers exactly, all others as doubles, as attributes keep them. */
  private static Object plain(BigDecimal number) {
    var stripped = number.stripTrailingZeros();
    if (stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= 18) {
      return stripped.longValueExact();
    }
    var real = number.doubleValue();
    return Double.isFinite(real) ? real : number.signum() * Double.MAX_VALUE;
  }
}
