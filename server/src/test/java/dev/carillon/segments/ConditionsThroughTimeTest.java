package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Occurrences.Count;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random conditions over random histories, compared with an evaluator that keeps every event and
 * counts anew each time. A failure names the seed: put it into {@link #SEED} to see the same run.
 */
class ConditionsThroughTimeTest {
  private static final long SEED = System.nanoTime();
  private static final int HISTORIES = 3_000;
  private static final List<String> NAMES = List.of("order", "visit");

  private final Random random = new Random(SEED);

  /** Everything a person did, and what a server keeps of it. */
  private final class History {
    private final Map<String, List<Long>> events = new HashMap<>();
    private final Map<CounterSpec, Integer> ids = new LinkedHashMap<>();
    private Counters counters = Counters.EMPTY;

    int counterOf(CounterSpec spec) {
      return ids.computeIfAbsent(spec, _ -> ids.size() + 1);
    }

    void happened(String name, long at, long now) {
      events.computeIfAbsent(name, _ -> new ArrayList<>()).add(at);
      ids.forEach((spec, id) -> {
        if (TestTerms.name(spec).equals(name)) {
          counters = counters.with(id, counters.get(id).plus(at, spec.newest(), now));
        }
      });
    }

    Someone at(long now) {
      var kept = new HashMap<Integer, Counter>();
      ids.values().forEach(id -> kept.put(id, counters.get(id)));
      return new Someone(Instant.ofEpochMilli(now), Map.of("plan", "pro"), kept, Set.of(1));
    }

    boolean naively(Condition condition, long now) {
      return switch (condition) {
        case Condition.And(var all) -> all.stream().allMatch(each -> naively(each, now));
        case Condition.Or(var any) -> any.stream().anyMatch(each -> naively(each, now));
        case Condition.Not(var inner) -> !naively(inner, now);
        case Condition.Attribute(var test) -> "pro".equals(test.value());
        case Condition.InSegment(var segmentId) -> segmentId == 1;
        case Condition.Event event -> {
          var window = event.often().window();
          var count =
              events.getOrDefault(event.name(), List.of()).stream()
                  .filter(at ->
                      !(window instanceof Window.Within(var span))
                          || (at > now - span.toMillis() && at <= now))
                  .count();
          var times = event.often().times();
          yield switch (event.often().count()) {
            case AT_LEAST -> count >= times;
            case AT_MOST -> count <= times;
            case EXACTLY -> count == times;
          };
        }
        case Condition.Message _,
            Condition.Subscribed _,
            Condition.Device _,
            Condition.Related _,
            Condition.InCampaign _,
            Condition.Sample _ ->
            throw new AssertionError("not among the random conditions");
      };
    }
  }

  @Test
  @DisplayName("S-22, S-40, S-42, S-43, S-51")
  void shouldAnswerLikeSomebodyWhoKeepsEveryEventAndNeverMissAChange() {
    for (var number = 0; number < HISTORIES; number++) {
      // given
      var history = new History();
      var condition = condition(3);
      var compiled = CompiledCondition.compile(condition, TestTerms.with(history::counterOf));
      var story = "seed %d, history %d, %s".formatted(SEED, number, condition);
      var now = 1_000_000L;
      for (var step = 0; step < 30; step++) {
        // when
        now += random.nextInt(2_000);
        var name = NAMES.get(random.nextInt(NAMES.size()));
        history.happened(name, happening(now), now);
        // then
        check(history, condition, compiled, now, story);
      }
    }
  }

  private void check(
      History history, Condition condition, CompiledCondition compiled, long now, String story) {
    var expected = history.naively(condition, now);
    assertThat(compiled.matches(history.at(now))).as(story).isEqualTo(expected);
    var change =
        compiled.nextChange(history.at(now)).map(Instant::toEpochMilli).orElse(now + 100_000);
    assertThat(change).as(story).isGreaterThan(now);
    for (var look = 0; look < 5; look++) {
      var between = now + random.nextLong(change - now);
      assertThat(history.naively(condition, between))
          .as("%s, at %d of %d", story, between, change)
          .isEqualTo(expected);
    }
    assertThat(history.naively(condition, change - 1))
        .as("%s, before %d", story, change)
        .isEqualTo(expected);
    if (condition instanceof Condition.Event && compiled.nextChange(history.at(now)).isPresent()) {
      assertThat(history.naively(condition, change))
          .as("%s, at %d", story, change)
          .isNotEqualTo(expected);
    }
  }

  /** Mostly now, sometimes late, sometimes ahead; on a coarse grid, so that instants coincide. */
  private long happening(long now) {
    var at =
        switch (random.nextInt(4)) {
          case 0 -> now - random.nextInt(20_000);
          case 1 -> now + random.nextInt(8_000);
          default -> now;
        };
    return random.nextBoolean() ? at / 1_000 * 1_000 : at;
  }

  private Condition condition(int depth) {
    var kind = random.nextInt(depth == 0 ? 4 : 8);
    return switch (kind) {
      case 0 ->
          new Condition.Attribute(
              new AttributeTest("plan", Operator.EQ, random.nextBoolean() ? "pro" : "free"));
      case 1 -> new Condition.InSegment(random.nextInt(2));
      case 5 -> new Condition.And(conditions(depth - 1));
      case 6 -> new Condition.Or(conditions(depth - 1));
      case 7 -> new Condition.Not(condition(depth - 1));
      default ->
          new Condition.Event(
              EventKind.EVENT,
              NAMES.get(random.nextInt(NAMES.size())),
              Count.values()[random.nextInt(Count.values().length)],
              random.nextInt(4),
              random.nextInt(5) == 0 ? null : Duration.ofMillis(1_000L * (1 + random.nextInt(12))),
              List.of());
    };
  }

  private List<Condition> conditions(int depth) {
    var conditions = new ArrayList<Condition>();
    for (var i = random.nextInt(4); i > 0; i--) {
      conditions.add(condition(depth));
    }
    return conditions;
  }
}
