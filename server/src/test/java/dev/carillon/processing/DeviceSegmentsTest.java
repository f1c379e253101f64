package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.both;
import static dev.carillon.processing.Around.device;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.exit;
import static dev.carillon.processing.Around.is;
import static dev.carillon.processing.Around.not;
import static dev.carillon.processing.Around.onEntry;
import static dev.carillon.processing.Around.usedWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments over devices, live and built (journeys §2.6, §2.7). */
final class DeviceSegmentsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final Duration DAY = Duration.ofDays(1);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private Operation.DeviceUpdate android(Identifier person, String token) {
    return new Operation.DeviceUpdate(
        KIT.workspace(), person, token, "android", 0, ProcessingKit.attributes());
  }

  @Test
  @DisplayName("§2.6, §2.7: a device that comes, changes or goes moves its person in and out")
  void shouldFollowDevices() {
    var any = KIT.segment(device());
    var android = KIT.segment(new Condition.Device("android", null, List.of()));
    var newest = KIT.segment(device(is("app", "2"), is("push", true)));
    var none = KIT.segment(not(device()));
    KIT.identify(ADA);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(none);
    // when
    THINGS.apply(
        THINGS.device(ADA, "t1", null, "app", "2"), THINGS.device(ADA, "t2", null, "push", true));
    // then: no one device has both
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    THINGS.apply(THINGS.device(ADA, "t1", null, "push", true));
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(any, newest);
    THINGS.apply(android(ADA, "t1"));
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(any, newest, android);
    THINGS.apply(THINGS.noDevice(ADA, "t1"));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    THINGS.apply(THINGS.noDevice(ADA, "t2"));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(none);
  }

  @Test
  @DisplayName(
      "§2.7: a device that moves to somebody else changes both, also when nobody names the former owner")
  void shouldLookAtBothWhenADeviceMoves() {
    var any = KIT.segment(device());
    THINGS.apply(THINGS.device(ADA, "t1", null));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    THINGS.apply(THINGS.device(BEN, "t1", null));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(BEN)).containsExactly(any);
    // and within one batch, there and back
    KIT.acceptTogether(
        List.of(
            THINGS.device(ADA, "t1", null),
            THINGS.device(BEN, "t1", null),
            THINGS.device(ADA, "t1", null)));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    assertThat(KIT.segmentsOf(BEN)).isEmpty();
  }

  @Test
  @DisplayName(
      "§2.6: last used within a span: left when it has passed, entered again with the next use")
  void shouldFollowTheClock() {
    var recent = KIT.segment(usedWithin(DAY.multipliedBy(30)));
    THINGS.apply(THINGS.device(ADA, "t1", null));
    KIT.advance(DAY.multipliedBy(20));
    THINGS.apply(THINGS.device(ADA, "t1", null));
    KIT.advance(DAY.multipliedBy(29));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
    KIT.advance(DAY.plusMinutes(1));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    THINGS.apply(THINGS.device(ADA, "t1", null));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(recent);
  }

  @Test
  @DisplayName("track §5.1: the device that has to go for a new one counts no more")
  void shouldNoticeADroppedDevice() {
    var first = KIT.segment(device(is("first", true)));
    THINGS.apply(THINGS.device(ADA, "t00", KIT.clock.instant().minus(DAY), "first", true));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(first);
    for (var i = 1; i <= 25; i++) {
      KIT.accept(THINGS.device(ADA, "t%02d".formatted(i), null));
    }
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("§2.7, P-26: a merge looks at all of the primary; a deletion leaves nothing behind")
  void shouldFollowMergesAndDeletions() {
    var any = KIT.segment(device());
    KIT.identify(ADA);
    THINGS.apply(THINGS.device(BEN, "t1", null));
    KIT.accept(KIT.mergeOf(ADA, BEN));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    KIT.delete(ADA);
    THINGS.apply(THINGS.device(ADA, "t2", null));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(any);
    KIT.acceptTogether(
        List.of(THINGS.device(BEN, "t3", null), new Operation.Delete(KIT.workspace(), BEN)));
    assertThat(KIT.people()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "S-9: segments of segments: a slow one reads a fast one and is read by one, ranks in order")
  void shouldCascadeBothWays() {
    var pro = KIT.segment(Around.attribute("plan", "pro"));
    var both = KIT.segment(both(new Condition.InSegment(pro), device()));
    var not = KIT.segment(not(new Condition.InSegment(both)));
    var again = KIT.segment(both(not(new Condition.InSegment(not)), device()));
    KIT.campaign(everyTime(onEntry(both), null, exit()));
    THINGS.apply(THINGS.device(ADA, "t1", null));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(not);
    KIT.identify(ADA, "plan", "pro");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(pro, both, again);
    assertThat(KIT.journeys(ADA)).hasSize(1);
    THINGS.apply(THINGS.noDevice(ADA, "t1"));
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(pro, not);
  }

  @Test
  @DisplayName("S-50: due work is told at once: nobody waits for its next look, twice a second")
  void shouldBeQuick() {
    var any = KIT.segment(device());
    var quickest = Duration.ofDays(1);
    for (var i = 0; i < 10; i++) {
      var person = id("p" + i);
      var begun = System.nanoTime();
      KIT.accept(THINGS.device(person, "t" + i, null));
      var expected = i + 1;
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> members(any).size() == expected);
      var took = Duration.ofNanos(System.nanoTime() - begun);
      quickest = took.compareTo(quickest) < 0 ? took : quickest;
    }
    assertThat(quickest).isLessThan(Duration.ofMillis(250));
  }

  @Test
  @DisplayName("S-53: coming and going within one batch is no change")
  void shouldNotEnterForAMoment() {
    var any = KIT.segment(device());
    KIT.campaign(everyTime(onEntry(any), null, exit()));
    KIT.acceptTogether(List.of(THINGS.device(ADA, "t1", null), THINGS.noDevice(ADA, "t1")));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.journeys(ADA)).isEmpty();
  }

  @Test
  @DisplayName(
      "S-4, S-6: a build finds the same people as living through it, and starts no campaign")
  void shouldBuildWhatLiveWouldHaveFound() {
    var condition = both(usedWithin(DAY.multipliedBy(3)), device(is("app", "2")));
    var live = KIT.segment(condition);
    for (var i = 0; i < 12; i++) {
      var used = KIT.clock.instant().minus(DAY.multipliedBy(i % 4 * 2));
      KIT.accept(THINGS.device(id("p" + i), "t" + i, used, "app", i % 3 == 0 ? "1" : "2"));
    }
    KIT.settle();
    var built = KIT.segment(condition);
    assertThat(members(built)).isEqualTo(members(live)).hasSize(4);
    KIT.advance(DAY.multipliedBy(2));
    assertThat(members(built)).isEqualTo(members(live)).hasSize(2);
    assertThat(KIT.segment(condition)).isPositive();
  }

  private static List<Long> members(int segment) {
    return KIT.database.read(handle ->
        handle
            .select("SELECT person_id FROM segment_member WHERE segment_id = ? ORDER BY 1", segment)
            .mapTo(Long.class)
            .list());
  }
}
