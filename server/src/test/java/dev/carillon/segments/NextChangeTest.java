package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import dev.carillon.events.EventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NextChangeTest {
  private static final int WINDOW = 10;
  private static final int UNTIL = 40;

  private static Instant minute(int minute) {
    return Instant.ofEpochSecond(minute * 60L);
  }

  /** The answer by counting all events of the history, at most 1 event per minute of the window at hand. */
  private static boolean naive(Condition condition, List<Integer> history, int now) {
    return switch (condition) {
      case Condition.And(var all) -> all.stream().allMatch(each -> naive(each, history, now));
      case Condition.Or(var any) -> any.stream().anyMatch(each -> naive(each, history, now));
      case Condition.Not(var inner) -> !naive(inner, history, now);
      case Condition.Event event -> {
        var window = event.within() == null ? 0 : (int) event.within().toMinutes();
        var count =
            window == 0
                ? history.size()
                : history.stream().filter(at -> at > now - window && at <= now).count();
        yield event.count() == Condition.Count.AT_LEAST ? count >= event.times() : count <= event.times();
      }
      case Condition.Attribute _, Condition.InSegment _ -> throw new AssertionError("not made here");
    };
  }

  private static Condition random(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 1 : 4)) {
      case 1 -> new Condition.And(List.of(random(random, depth - 1), random(random, depth - 1)));
      case 2 -> new Condition.Or(List.of(random(random, depth - 1), random(random, depth - 1)));
      case 3 -> new Condition.Not(random(random, depth - 1));
      default ->
          new Condition.Event(
              EventKind.EVENT,
              "a",
              random.nextBoolean() ? Condition.Count.AT_LEAST : Condition.Count.AT_MOST,
              random.nextInt(4),
              random.nextInt(8) == 0 ? null : Duration.ofMinutes(1 + random.nextInt(WINDOW)),
              List.of());
    };
  }

  @Test
  @DisplayName("S-41, S-42, S-43: the next change is never late, and of one window exact")
  void shouldKnowTheNextChange() {
    var seed = new Random().nextLong();
    System.out.println("next change, seed " + seed);
    var random = new Random(seed);
    for (var round = 0; round < 3_000; round++) {
      var condition = random(random, round % 4);
      var history = new ArrayList<Integer>();
      for (var i = random.nextInt(7); i > 0; i--) {
        history.add(random.nextInt(30)); // some in the future of the instants looked at
      }
      var counter = Counter.NONE;
      for (var at : history) {
        counter = counter.plus(minute(at).toEpochMilli(), 20);
      }
      var compiled = CompiledCondition.compile(condition, _ -> 1);
      var counters = Counters.EMPTY.with(1, counter);
      for (var now = 0; now < UNTIL; now += 1 + random.nextInt(4)) {
        var facts = new StoredFacts(minute(now), Map.of(), counters, Set.of());
        var answer = naive(condition, history, now);
        assertThat(compiled.matches(facts)).as("%s at %d of %s", condition, now, history).isEqualTo(answer);
        var change = now + 1;
        while (change <= UNTIL && naive(condition, history, change) == answer) {
          change++;
        }
        var next = compiled.nextChange(facts).orElse(Instant.MAX);
        assertThat(next).isAfter(facts.now());
        if (change <= UNTIL) {
          assertThat(next).as("%s at %d of %s", condition, now, history).isBeforeOrEqualTo(minute(change));
        }
        if (condition instanceof Condition.Event) {
          assertThat(next)
              .as("%s at %d of %s", condition, now, history)
              .isEqualTo(change <= UNTIL ? minute(change) : Instant.MAX);
        }
      }
    }
  }
}
