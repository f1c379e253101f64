package dev.carillon.segments;

import static dev.carillon.segments.Occurrences.Count.AT_LEAST;
import static dev.carillon.segments.Occurrences.Count.AT_MOST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.Counter;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Occurrences.Count;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CompiledConditionTest {
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);
  private static final int COUNTER = 3;

  private static final Condition PRO =
      new Condition.Attribute(new AttributeTest("plan", Operator.EQ, "pro"));
  private static final Condition VIP = new Condition.InSegment(12);

  @Test
  @DisplayName("S-20")
  void shouldCombineConditions() {
    // given
    var proOnly = new Someone(NOON, Map.of("plan", "pro"), Map.of(), Set.of());
    var both = new Someone(NOON, Map.of("plan", "pro"), Map.of(), Set.of(12));

    // then
    assertThat(matches(new Condition.And(List.of(PRO, VIP)), proOnly)).isFalse();
    assertThat(matches(new Condition.And(List.of(PRO, VIP)), both)).isTrue();
    assertThat(matches(new Condition.Or(List.of(VIP, PRO)), proOnly)).isTrue();
    assertThat(matches(new Condition.Not(VIP), proOnly)).isTrue();
    assertThat(matches(new Condition.Not(VIP), both)).isFalse();
    assertThat(matches(new Condition.And(List.of()), proOnly)).isTrue();
    assertThat(matches(new Condition.Or(List.of()), proOnly)).isFalse();
  }

  @Test
  void shouldReadOnlyTheTotalWithoutAWindow() {
    // given two orders, of which no time is kept
    var buyer = did(NOON, new Counter(2, new long[0]));

    // then
    assertThat(matches(orders(AT_LEAST, 2, null), buyer)).isTrue();
    assertThat(matches(orders(AT_LEAST, 3, null), buyer)).isFalse();
    assertThat(matches(orders(AT_MOST, 2, null), buyer)).isTrue();
    assertThat(matches(orders(AT_MOST, 1, null), buyer)).isFalse();
    assertThat(compiled(orders(AT_LEAST, 2, null)).nextChange(buyer)).isEmpty();
  }

  @Test
  @DisplayName("S-41: has not, within the past N, holds for someone who never did it")
  void shouldHoldForSomeoneWhoNeverDidIt() {
    assertThat(matches(orders(AT_MOST, 0, DAY), did(NOON, Counter.NONE))).isTrue();
    assertThat(compiled(orders(AT_MOST, 0, DAY)).nextChange(did(NOON, Counter.NONE))).isEmpty();
  }

  @Test
  void shouldCountTheWindowWithoutItsOldestInstantAndWithItsNewest() {
    assertThat(matches(orders(AT_LEAST, 1, DAY), did(NOON, at(NOON)))).isTrue();
    assertThat(matches(orders(AT_LEAST, 1, DAY), did(NOON, at(NOON.minus(DAY).plusMillis(1)))))
        .isTrue();
    assertThat(matches(orders(AT_LEAST, 1, DAY), did(NOON, at(NOON.minus(DAY))))).isFalse();
    assertThat(matches(orders(AT_LEAST, 1, DAY), did(NOON, at(NOON.plusMillis(1))))).isFalse();
  }

  @Test
  @DisplayName("S-42: exit is due when the oldest event still needed leaves the window")
  void shouldChangeWhenTheOldestNeededEventLeaves() {
    // given three orders, of which the newest two are needed
    var buyer =
        did(NOON, at(NOON.minusSeconds(7_200), NOON.minusSeconds(3_600), NOON.minusSeconds(60)));
    var condition = compiled(orders(AT_LEAST, 2, DAY));

    // when
    var change = condition.nextChange(buyer).orElseThrow();

    // then
    assertThat(change).isEqualTo(NOON.minusSeconds(3_600).plus(DAY));
    assertThat(condition.matches(buyer.at(change.minusMillis(1)))).isTrue();
    assertThat(condition.matches(buyer.at(change))).isFalse();
    assertThat(condition.nextChange(buyer.at(change))).isEmpty();
  }

  @Test
  @DisplayName("S-43: at most, with a window, is entered again by time alone")
  void shouldBeEnteredAgainByTimeAlone() {
    // given
    var buyer = did(NOON, at(NOON.minusSeconds(60), NOON));
    var condition = compiled(orders(AT_MOST, 1, DAY));

    // then
    assertThat(condition.matches(buyer)).isFalse();
    assertThat(condition.nextChange(buyer)).contains(NOON.minusSeconds(60).plus(DAY));
    assertThat(condition.matches(buyer.at(NOON.minusSeconds(60).plus(DAY)))).isTrue();
  }

  @Test
  @DisplayName("track §4.2: events dated in the future count from their time on")
  void shouldCountFutureEventsOnceTheirTimeHasCome() {
    // given
    var soon = NOON.plusSeconds(3_600);
    var buyer = did(NOON, at(soon));
    var condition = compiled(orders(AT_LEAST, 1, DAY));

    // then
    assertThat(condition.matches(buyer)).isFalse();
    assertThat(condition.nextChange(buyer)).contains(soon);
    assertThat(condition.matches(buyer.at(soon))).isTrue();
    assertThat(condition.nextChange(buyer.at(soon))).contains(soon.plus(DAY));
  }

  @Test
  @DisplayName("S-40: events dated ahead of the clock push out none that count")
  void shouldStayExactWithManyEventsDatedInTheFuture() {
    for (var count : Count.values()) {
      // given as many orders as are needed to tell, and a thousand ahead of time, with the times a
      // counter keeps
      var condition = orders(count, 3, DAY);
      var keep = CompiledCondition.specsOf(condition, TestTerms.with(_ -> 0)).getFirst().newest();
      var needed = count == AT_LEAST ? 3 : 4;
      var counter = Counter.NONE;
      for (var i = 0; i < needed; i++) {
        counter = counter.plus(NOON.minusSeconds(i).toEpochMilli(), keep, NOON.toEpochMilli());
      }
      for (var i = 1; i <= Counter.AHEAD; i++) {
        counter = counter.plus(NOON.plusSeconds(i).toEpochMilli(), keep, NOON.toEpochMilli());
      }

      // then
      assertThat(matches(condition, did(NOON, counter)))
          .as("%s", count)
          .isEqualTo(count == AT_LEAST);
    }
  }

  @Test
  void shouldNotChangeWhileOneEventReplacesAnother() {
    // given an order that enters at the very instant another leaves
    var buyer = did(NOON, at(NOON.minusSeconds(10), NOON.minusSeconds(10).plus(DAY)));

    // then
    assertThat(compiled(orders(AT_LEAST, 1, DAY)).nextChange(buyer))
        .contains(NOON.minusSeconds(10).plus(DAY).plus(DAY));
  }

  @Test
  void shouldChangeInTheFutureWhateverTheFractionOfTheMillisecond() {
    // given an instant between two milliseconds
    var now = NOON.plusNanos(999_999);
    var buyer = did(now, at(NOON.plusMillis(1).minus(DAY)));

    // then
    assertThat(compiled(orders(AT_LEAST, 1, DAY)).nextChange(buyer).orElseThrow()).isAfter(now);
  }

  @Test
  void shouldGiveTheEarliestChangeOfItsParts() {
    // given
    var buyer = did(NOON, at(NOON.minusSeconds(60)));
    var both =
        new Condition.And(
            List.of(
                new Condition.Not(orders(AT_LEAST, 1, DAY)),
                orders(AT_LEAST, 1, Duration.ofHours(1)),
                PRO));

    // then
    assertThat(compiled(both).nextChange(buyer)).contains(NOON.minusSeconds(60).plusSeconds(3_600));
  }

  @Test
  @DisplayName("journeys §2.7")
  void shouldNameEverythingThatWakesIt() {
    // given
    var condition =
        new Condition.Or(
            List.of(
                PRO, new Condition.Not(new Condition.And(List.of(VIP, orders(AT_LEAST, 1, DAY))))));

    // then
    assertThat(compiled(condition).wakes())
        .isEqualTo(
            new Wakes(Set.of("plan"), Set.of(COUNTER), Set.of(12), false, Set.of(), Set.of()));
  }

  @Test
  void shouldAskForCountersThatKeepEnoughTimes() {
    // given
    var where = List.of(new AttributeTest("total", Operator.GT, 50L));
    var condition =
        new Condition.And(
            List.of(
                new Condition.Event(EventKind.PAGE, "/pricing", AT_LEAST, 3, null, where),
                orders(AT_LEAST, 3, DAY),
                orders(AT_MOST, 3, DAY)));

    // when
    var specs = CompiledCondition.specsOf(condition, TestTerms.with(_ -> 0));

    // then: none for a total, one more to see that a limit is passed
    assertThat(specs.get(0)).isEqualTo(TestTerms.counter(EventKind.PAGE, "/pricing", where, 0));
    assertThat(specs.get(1).newest()).isGreaterThan(3);
    assertThat(specs.get(2).newest()).isEqualTo(specs.get(1).newest() + 1);
  }

  private static boolean matches(Condition condition, Facts facts) {
    return compiled(condition).matches(facts);
  }

  private static CompiledCondition compiled(Condition condition) {
    return CompiledCondition.compile(condition, TestTerms.with(_ -> COUNTER));
  }

  private static Condition orders(Count count, int times, @Nullable Duration within) {
    return new Condition.Event(EventKind.EVENT, "order", count, times, within, List.of());
  }

  private static Someone did(Instant now, Counter counter) {
    return new Someone(now, Map.of(), Map.of(COUNTER, counter), Set.of());
  }

  private static Counter at(Instant... times) {
    var counter = Counter.NONE;
    for (var time : times) {
      counter = counter.plus(time.toEpochMilli(), 100, NOON.toEpochMilli());
    }
    return counter;
  }
}
