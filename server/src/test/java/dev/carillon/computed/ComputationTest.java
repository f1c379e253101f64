package dev.carillon.computed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.AttributesJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of random histories, compared with an evaluation that looks at every event anew. */
class ComputationTest {
  private static final long SEED = System.nanoTime();
  private static final int HISTORIES = 400;

  private final Random random = new Random(SEED);

  private record Happened(long at, Object value) {}

  @ParameterizedTest
  @EnumSource(Aggregate.class)
  void shouldGiveTheValueOfAllEventsAndTellWhenItChanges(Aggregate aggregate) {
    for (var number = 0; number < HISTORIES; number++) {
      // given
      var window = random.nextBoolean() ? null : Duration.ofSeconds(1 + random.nextInt(20));
      var computation = new Computation(aggregate, aggregate.readsProperty() ? "v" : null, window);
      var history = new ArrayList<Happened>();
      Tally tally = null;
      var now = 100_000L;
      for (var step = 0; step < 12; step++) {
        now += random.nextInt(5_000);
        if (random.nextInt(4) > 0) {
          var event =
              new Happened(now - random.nextInt(8_000) + random.nextInt(2_000), value(aggregate));
          history.add(event);
          tally = stored(computation.plus(tally, event.at, event.value));
        }
        // when
        tally = computation.pruned(tally, at(now));
        var value = computation.value(tally, at(now));
        // then
        assertThat(value)
            .as("seed %d, case %d, %s", SEED, number, computation)
            .isEqualTo(naively(aggregate, window, history, now));
        var next =
            computation.nextChange(tally, at(now)).map(Instant::toEpochMilli).orElse(now + 60_000);
        for (var later = now; later < Math.min(next, now + 60_000); later += 100) {
          assertThat(naively(aggregate, window, history, later))
              .as(
                  "seed %d, case %d, %s: nothing changes before %d",
                  SEED, number, computation, next)
              .isEqualTo(value);
        }
      }
    }
  }

  private Object value(Aggregate aggregate) {
    return switch (aggregate) {
      case COUNT -> 1L;
      case SUM, MIN, MAX ->
          random.nextBoolean()
              ? (Object) (long) random.nextInt(50)
              : (Object) (random.nextInt(50) + 0.5);
      case FIRST, LAST, MOST_FREQUENT -> List.of("red", "green", "blue").get(random.nextInt(3));
    };
  }

  private static Tally stored(Tally tally) {
    return Tally.of(AttributesJson.parse(AttributesJson.print(tally.toMap())));
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private static @Nullable Object naively(
      Aggregate aggregate, @Nullable Duration window, List<Happened> history, long now) {
    var inside =
        history.stream()
            .filter(each -> window == null || (each.at > now - window.toMillis() && each.at <= now))
            .toList();
    if (inside.isEmpty()) {
      return !history.isEmpty()
              && window != null
              && (aggregate == Aggregate.COUNT || aggregate == Aggregate.SUM)
          ? (Object) 0L
          : null;
    }
    return switch (aggregate) {
      case COUNT -> (long) inside.size();
      case SUM -> plain(inside.stream().mapToDouble(ComputationTest::number).sum());
      case MIN -> plain(inside.stream().mapToDouble(ComputationTest::number).min().orElseThrow());
      case MAX -> plain(inside.stream().mapToDouble(ComputationTest::number).max().orElseThrow());
      case FIRST -> inside.stream().min(Comparator.comparingLong(Happened::at)).orElseThrow().value;
      case LAST -> inside.stream().reduce((a, b) -> b.at >= a.at ? b : a).orElseThrow().value;
      case MOST_FREQUENT -> {
        var times = new HashMap<Object, Long>();
        var last = new HashMap<Object, Long>();
        inside.forEach(each -> {
          times.merge(each.value, 1L, Long::sum);
          last.merge(each.value, each.at, Math::max);
        });
        yield times.keySet().stream()
            .max(
                Comparator.comparing((Object each) -> Objects.requireNonNull(times.get(each)))
                    .thenComparing(each -> Objects.requireNonNull(last.get(each)))
                    .thenComparing(Object::toString, Comparator.reverseOrder()))
            .orElseThrow();
      }
    };
  }

  private static double number(Happened event) {
    return ((Number) event.value).doubleValue();
  }

  private static Object plain(double number) {
    return number == Math.rint(number) ? (Object) (long) number : (Object) number;
  }

  @Test
  void shouldMakeOneTallyOfTwo() {
    for (var aggregate : Aggregate.values()) {
      for (var window : new Duration[] {null, Duration.ofSeconds(30)}) {
        var computation = new Computation(aggregate, "v", window);
        Tally one = null;
        Tally other = null;
        var history = new ArrayList<Happened>();
        for (var i = 0; i < 20; i++) {
          var event = new Happened(100_000 + i * 100L, value(aggregate));
          history.add(event);
          if (random.nextBoolean()) {
            one = computation.plus(one, event.at, event.value);
          } else {
            other = computation.plus(other, event.at, event.value);
          }
        }
        assertThat(computation.value(computation.merged(one, other), at(110_000)))
            .as("seed %d, %s", SEED, computation)
            .isEqualTo(naively(aggregate, window, history, 110_000));
      }
    }
  }

  @Test
  void shouldStayBounded() {
    var often = new Computation(Aggregate.MOST_FREQUENT, "v", null);
    var recent = new Computation(Aggregate.COUNT, null, Duration.ofDays(1));
    Tally values = null;
    Tally samples = null;
    for (var i = 0; i < 5_000; i++) {
      values = often.plus(values, i, i % 3 == 0 ? "hit" : "other " + i);
      samples = recent.plus(samples, i, 1L);
    }
    assertThat(((Tally.Frequencies) Objects.requireNonNull(values)).values())
        .hasSize(Computation.DISTINCT);
    assertThat(often.value(values, at(6_000))).isEqualTo("hit");
    assertThat(((Tally.Samples) Objects.requireNonNull(samples)).samples())
        .hasSize(Computation.SAMPLES);
  }

  @Test
  void shouldCountOnlyWhatIsUsable() {
    var sum = new Computation(Aggregate.SUM, "items[].price", null);
    assertThat(sum.usable(data("{\"items\":[{\"price\":\"12.5\"}]}"))).isEqualTo("12.5");
    assertThat(sum.usable(data("{\"items\":[{\"price\":\"cheap\"}]}"))).isNull();
    assertThat(sum.usable(data("{}"))).isNull();
    var last = new Computation(Aggregate.LAST, "shop", null);
    assertThat(last.usable(data("{\"shop\":\"\"}"))).isNull();
    assertThat(last.usable(data("{\"shop\":{\"name\":\"x\"}}"))).isNull();
    assertThat(last.usable(data("{\"shop\":true}"))).isEqualTo(true);
    assertThat(last.usable(new LinkedHashMap<>(Map.of("shop", "x".repeat(1_001))))).isNull();
  }

  private static Map<String, Object> data(String json) {
    return AttributesJson.parse(json);
  }
}
