package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.AttributeTest.Operator;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Year;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests on timestamps as time passes: the answer is asked second by second and minute by minute
 * around the instant that is claimed to change it, and compared with one worked out otherwise. A
 * failure names the seed: put it into {@link #SEED} to see the same run.
 */
class ValuesThroughTimeTest {
  private static final long SEED = System.nanoTime();
  private static final long MINUTE = 60_000;
  private static final long DAY = 1_440 * MINUTE;

  private final Random random = new Random(SEED);

  private static CompiledCondition compiled(AttributeTest test, ZoneId zone) {
    return CompiledCondition.compile(
        new Condition.Attribute(test), new Terms(_ -> 0, zone, TestTerms.SUBSCRIBED));
  }

  /** One test on one person, whose clock can be set. */
  private record Asked(CompiledCondition condition, Someone someone) {
    boolean at(long millis) {
      return condition.matches(someone.at(Instant.ofEpochMilli(millis)));
    }

    long changesAfter(long millis) {
      return condition
          .nextChange(someone.at(Instant.ofEpochMilli(millis)))
          .map(Instant::toEpochMilli)
          .orElse(Long.MAX_VALUE);
    }
  }

  // ── moments that move ─────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("S-31, S-32, S-51: relative rules turn at the very millisecond")
  void shouldClaimTheInstantAtWhichARelativeRuleTurns() {
    for (var trial = 0; trial < 2_000; trial++) {
      // given
      var value = 1_700_000_000L + random.nextInt(100_000_000);
      var span = Duration.ofMinutes(1 + random.nextInt(random.nextBoolean() ? 10 : 600_000));
      var ago = random.nextBoolean();
      var before = random.nextBoolean();
      var turns = value * 1_000 + (ago ? span.toMillis() : -span.toMillis());
      var test =
          new AttributeTest(
              "a", before ? Operator.TS_BEFORE : Operator.TS_AFTER, new Moment.Relative(span, ago));
      var asked = new Asked(compiled(test, ZoneId.of("UTC")), Someone.with(Map.of("a", value)));
      var story = "seed %d, trial %d, %s of %d".formatted(SEED, trial, test, value);
      // then: what the two before rules make true stays, what the two after rules make false too
      for (var now :
          LongStream.concat(
                  LongStream.rangeClosed(-130, 130).map(i -> turns + i * 1_000),
                  LongStream.rangeClosed(-5, 5).map(i -> turns + i))
              .toArray()) {
        assertThat(asked.at(now))
            .as("%s, at %d", story, now)
            .isEqualTo(before ? now > turns : now < turns);
        var claimed = asked.changesAfter(now);
        if (now < turns || before && now == turns) {
          assertThat(claimed)
              .as("%s, claimed at %d", story, now)
              .isEqualTo(turns + (before ? 1 : 0));
        } else {
          assertThat(claimed).as("%s, claimed at %d", story, now).isEqualTo(Long.MAX_VALUE);
        }
      }
    }
  }

  @Test
  @DisplayName("S-51: of many values in a list the first that turns is claimed, never a later one")
  void shouldNeverClaimTooLateForLists() {
    for (var trial = 0; trial < 500; trial++) {
      // given
      var items = new ArrayList<Map<String, Object>>();
      for (var i = random.nextInt(5); i >= 0; i--) {
        var item = new HashMap<String, Object>();
        item.put("at", 1_700_000_000L + random.nextInt(7_200));
        item.put("to", 1_700_000_000L + random.nextInt(7_200));
        item.put("size", (long) random.nextInt(2));
        items.add(item);
      }
      var test =
          random.nextBoolean()
              ? new AttributeTest("l[].at", turning(), moment())
              : new AttributeTest(
                  "l",
                  Operator.ANY_ITEM,
                  List.of(
                      new AttributeTest("at", turning(), moment()),
                      new AttributeTest("to", turning(), moment()),
                      new AttributeTest("size", Operator.EQ, 1L)));
      var asked = new Asked(compiled(test, ZoneId.of("UTC")), Someone.with(Map.of("l", items)));
      var story = "seed %d, trial %d, %s of %s".formatted(SEED, trial, test, items);
      // then
      var start = 1_700_000_000_000L - 3_700_000;
      var claimed = asked.changesAfter(start);
      var answer = asked.at(start);
      for (var now = start; now < start + 5 * 3_600_000; now += 1_000) {
        if (now >= claimed) {
          answer = asked.at(now);
          claimed = asked.changesAfter(now);
        }
        assertThat(asked.at(now)).as("%s, at %d", story, now).isEqualTo(answer);
      }
      assertThat(claimed).as(story).isEqualTo(Long.MAX_VALUE);
    }
  }

  private Operator turning() {
    return random.nextBoolean() ? Operator.TS_BEFORE : Operator.TS_AFTER;
  }

  private Moment moment() {
    return new Moment.Relative(Duration.ofMinutes(1 + random.nextInt(60)), random.nextBoolean());
  }

  @Test
  void shouldNotMoveWithFixedMoments() {
    for (var moment :
        List.of(new Moment.At(Instant.EPOCH), new Moment.Date(LocalDate.parse("2030-01-01")))) {
      for (var operator : List.of(Operator.TS_BEFORE, Operator.TS_AFTER)) {
        var test = new AttributeTest("a", operator, moment);
        var asked =
            new Asked(compiled(test, ZoneId.of("UTC")), Someone.with(Map.of("a", 1_800_000_000L)));
        assertThat(asked.changesAfter(0)).isEqualTo(Long.MAX_VALUE);
      }
    }
  }

  // ── anniversaries ─────────────────────────────────────────────────────────────────────────────

  /** Worked out from the calendar. */
  private static boolean isAnniversary(long seconds, long now, ZoneId zone) {
    var of = LocalDate.ofInstant(Instant.ofEpochSecond(seconds), zone);
    var today = LocalDate.ofInstant(Instant.ofEpochMilli(now), zone);
    var leapDay = of.getMonthValue() == 2 && of.getDayOfMonth() == 29;
    return of.getMonth() == today.getMonth()
        && (of.getDayOfMonth() == today.getDayOfMonth()
            || leapDay && today.getDayOfMonth() == 28 && !Year.isLeap(today.getYear()));
  }

  /**
   * Zones whose clocks leap at midnight, forwards (Cairo, Beirut, Asunción, Havana, São Paulo until
   * 2018) or back into the day before (St. John's until 2011), zones that left out a day (Apia,
   * Kwajalein), and ordinary ones.
   */
  @ParameterizedTest
  @DisplayName(
      "journeys §2.3, S-51: anniversaries begin and end with the day, wherever and whenever")
  @ValueSource(
      strings = {
        "UTC",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/New_York",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Asuncion",
        "America/Havana",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kwajalein"
      })
  void shouldClaimTheBeginningAndTheEndOfAnniversaries(String name) {
    var zone = ZoneId.of(name);
    for (var trial = 0; trial < 60; trial++) {
      // given: now is near a leap of the clock, and the anniversary mostly too
      var now = near(zone);
      var of =
          switch (trial % 3) {
            case 0 -> yearsApart(now, zone, random.nextInt(5) - 2);
            case 1 -> Instant.parse("2000-02-29T12:00:00Z").getEpochSecond();
            default -> (long) random.nextInt(2_000_000_000);
          };
      var asked =
          new Asked(
              compiled(new AttributeTest("a", Operator.ANNIVERSARY, null), zone),
              Someone.with(Map.of("a", of)));
      var story =
          "seed %d, %s, of %s at %s"
              .formatted(SEED, name, Instant.ofEpochSecond(of), Instant.ofEpochMilli(now));
      // when
      var answer = asked.at(now);
      var claimed = asked.changesAfter(now);
      // then
      assertThat(answer).as(story).isEqualTo(isAnniversary(of, now, zone));
      assertThat(claimed).as(story).isBetween(now + 1, now + 9 * 366 * DAY);
      assertThat(asked.at(claimed)).as("%s, turned", story).isNotEqualTo(answer);
      assertThat(isAnniversary(of, claimed, zone)).as("%s, turned", story).isNotEqualTo(answer);
      for (var each : looks(now, claimed)) {
        assertThat(isAnniversary(of, each, zone))
            .as(
                "%s, at %s before %s",
                story, Instant.ofEpochMilli(each), Instant.ofEpochMilli(claimed))
            .isEqualTo(answer);
      }
    }
  }

  /** Every minute of three days at both ends, every hour between, and the last instant. */
  private static long[] looks(long now, long claimed) {
    var first = Math.min(now + 3 * DAY, claimed);
    var last = Math.max(now, claimed - 3 * DAY);
    return LongStream.concat(
            LongStream.concat(
                LongStream.iterate(now, at -> at < first, at -> at + MINUTE),
                LongStream.iterate(first, at -> at < last, at -> at + 60 * MINUTE)),
            LongStream.iterate(claimed - 1, at -> at >= last, at -> at - MINUTE))
        .toArray();
  }

  /** Within two days of a change of the offset, if the zone has any. */
  private long near(ZoneId zone) {
    var some = Instant.ofEpochSecond(700_000_000L + random.nextInt(1_200_000_000));
    var shift = zone.getRules().nextTransition(some);
    var middle = shift == null ? some : shift.getInstant();
    return middle.toEpochMilli() + random.nextLong(-2 * DAY, 2 * DAY);
  }

  /** A day around the same one of another year. */
  private long yearsApart(long now, ZoneId zone, int years) {
    var day = LocalDate.ofInstant(Instant.ofEpochMilli(now), zone).plusYears(years);
    return Math.max(
        0, day.plusDays(random.nextInt(3) - 1L).atTime(12, 0).atZone(zone).toEpochSecond());
  }

  @Test
  @DisplayName("journeys §2.3: a clock that goes back over midnight makes the day begin twice")
  void shouldEndAnAnniversaryThatBeginsTwice() {
    // given: in St. John's the clock went from 00:01 on 7 November 2010 back to 23:01 on the 6th
    var zone = ZoneId.of("America/St_Johns");
    var asked =
        new Asked(
            compiled(new AttributeTest("a", Operator.ANNIVERSARY, null), zone),
            Someone.with(Map.of("a", Instant.parse("2000-11-07T12:00:00Z").getEpochSecond())));
    var now = Instant.parse("2010-11-01T00:00:00Z").toEpochMilli();

    // when
    var turns = new ArrayList<String>();
    for (var i = 0; i < 4; i++) {
      now = asked.changesAfter(now);
      turns.add(Instant.ofEpochMilli(now) + (asked.at(now) ? " begins" : " ends"));
    }

    // then
    assertThat(turns)
        .containsExactly(
            "2010-11-07T02:30:00Z begins",
            "2010-11-07T02:31:00Z ends",
            "2010-11-07T03:30:00Z begins",
            "2010-11-08T03:30:00Z ends");
  }
}
