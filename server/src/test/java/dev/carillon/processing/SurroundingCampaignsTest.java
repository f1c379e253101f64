package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.attribute;
import static dev.carillon.processing.Around.branch;
import static dev.carillon.processing.Around.campaign;
import static dev.carillon.processing.Around.delay;
import static dev.carillon.processing.Around.device;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.exit;
import static dev.carillon.processing.Around.is;
import static dev.carillon.processing.Around.not;
import static dev.carillon.processing.Around.onEntry;
import static dev.carillon.processing.Around.onEvent;
import static dev.carillon.processing.Around.related;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.ProcessingKit.Travel;
import dev.carillon.segments.CampaignActivity;
import dev.carillon.segments.Occurrences.Count;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Campaigns whose conditions look at devices, objects and journeys: what came before the trigger
 * counts, what comes after does not, however operations fell into batches.
 */
final class SurroundingCampaignsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final Identifier ADA = id("ada");
  private static final Identifier BEN = id("ben");
  private static final ObjectName ACME = object("acme");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.objectType(1);
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  private static Operation bought(Identifier person) {
    return KIT.eventOf(person, "bought", "{}");
  }

  private static void deviceOwnersOnly() {
    KIT.campaign(everyTime(onEvent("bought"), device(is("app", "2")), exit()));
  }

  @Test
  @DisplayName("device, then event, in one batch: the device counts")
  void shouldSeeWhatCameBefore() {
    deviceOwnersOnly();
    KIT.acceptTogether(List.of(THINGS.device(ADA, "t1", null, "app", "2"), bought(ADA)));
    assertThat(KIT.journeys(ADA)).hasSize(1);
  }

  @Test
  @DisplayName("event, then device, in one batch: the device does not count")
  void shouldNotSeeWhatComesAfter() {
    deviceOwnersOnly();
    KIT.acceptTogether(List.of(bought(ADA), THINGS.device(ADA, "t1", null, "app", "2")));
    assertThat(KIT.journeys(ADA)).isEmpty();
    assertThat(KIT.refusals(ADA)).containsExactly("filters_not_met=1");
  }

  @Test
  @DisplayName("a device that changes, moves, goes and comes back between the events of one batch")
  void shouldFollowDevicesThroughABatch() {
    deviceOwnersOnly();
    THINGS.apply(THINGS.device(ADA, "t1", null, "app", "2"));
    KIT.acceptTogether(
        List.of(
            bought(ADA), // 1
            THINGS.device(ADA, "t1", null, "app", "1"),
            bought(ADA),
            THINGS.device(BEN, "t1", null, "app", "2"), // from ada, who is named elsewhere only
            bought(ADA),
            bought(BEN), // 1
            THINGS.noDevice(BEN, "t1"),
            bought(BEN),
            THINGS.device(ADA, "t1", null, "app", "2"),
            bought(ADA))); // 2
    assertThat(KIT.journeys(ADA)).hasSize(2);
    assertThat(KIT.journeys(BEN)).hasSize(1);
  }

  @Test
  @DisplayName("relationships and objects that change between the events of one batch")
  void shouldFollowObjectsThroughABatch() {
    KIT.campaign(everyTime(onEvent("bought"), related(is("plan", "pro")), exit()));
    THINGS.apply(THINGS.relate(BEN, ACME));
    KIT.acceptTogether(
        List.of(
            bought(ADA),
            THINGS.identify(ACME, "plan", "pro"),
            bought(BEN), // 1
            bought(ADA),
            THINGS.relate(ADA, ACME),
            bought(ADA), // 1
            THINGS.identify(ACME, "plan", "free"),
            bought(ADA),
            bought(BEN),
            THINGS.identify(ACME, "plan", "pro"),
            THINGS.unrelate(ADA, ACME),
            bought(ADA),
            bought(BEN), // 2
            THINGS.delete(ACME),
            bought(BEN),
            THINGS.identify(ACME, "plan", "pro"),
            bought(BEN),
            THINGS.relate(BEN, ACME),
            bought(BEN))); // 3
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.journeys(BEN)).hasSize(3);
  }

  @Test
  @DisplayName("P-34: relationships that an identify claims count for the events it brings along")
  void shouldSeeClaimedRelationships() {
    KIT.campaign(everyTime(onEvent("bought"), related(Count.AT_LEAST, 1), exit()));
    KIT.accept(KIT.anonymousOf("anon", "bought", KIT.clock.instant()));
    THINGS.apply(THINGS.relateAnonymous("anon", ACME));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
  }

  @Test
  @DisplayName("one event starts two campaigns, and the second looks at the first")
  void shouldSeeJourneysOfTheSameEvent() {
    var first = KIT.campaign(everyTime(onEvent("bought"), null, delay(Duration.ofHours(1))));
    KIT.campaign(everyTime(onEvent("bought"), campaign(first.id(), CampaignActivity.IN), exit()));
    KIT.acceptTogether(List.of(bought(ADA), bought(BEN)));
    assertThat(KIT.journeys(ADA)).hasSize(2);
    assertThat(KIT.journeys(BEN)).hasSize(2);
  }

  @Test
  @DisplayName("branches and waits: what holds when the journey comes to them")
  void shouldAskWhenTheJourneyComesThere() {
    KIT.campaign(
        everyTime(
            onEvent("bought"),
            null,
            delay(Duration.ofHours(1)),
            branch(device()),
            delay(Duration.ofHours(1)),
            branch(not(related()))));
    KIT.accept(bought(ADA));
    KIT.accept(bought(BEN));
    KIT.settle();
    THINGS.apply(THINGS.device(ADA, "t1", null));
    KIT.advance(Duration.ofMinutes(61));
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("waiting");
    assertThat(KIT.journeys(BEN)).extracting(Travel::state).containsExactly("exited");
    THINGS.apply(THINGS.noDevice(ADA, "t1"), THINGS.relate(ADA, ACME));
    KIT.advance(Duration.ofMinutes(61));
    assertThat(KIT.journeys(ADA)).extracting(Travel::state).containsExactly("exited");
  }

  @Test
  @DisplayName(
      "entering a segment starts a campaign that looks at devices, live, by a timer and for who was merged")
  void shouldSeeSurroundingsOnEntry() {
    var pro = KIT.segment(attribute("plan", "pro"));
    KIT.campaign(everyTime(onEntry(pro), device(), exit()));
    KIT.acceptTogether(
        List.of(
            KIT.identifyOf(ADA),
            THINGS.device(ADA, "t1", null),
            KIT.identifyOf(ADA, "plan", "pro"),
            KIT.identifyOf(BEN, "plan", "pro")));
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.journeys(BEN)).isEmpty();
    var cleo = id("cleo");
    var dan = id("dan");
    THINGS.apply(THINGS.device(cleo, "t2", null));
    KIT.identify(dan, "plan", "pro");
    KIT.identify(id("eve"));
    KIT.settle();
    KIT.accept(KIT.mergeOf(id("eve"), cleo));
    KIT.accept(KIT.mergeOf(id("eve"), dan));
    KIT.settle();
    assertThat(KIT.journeys(id("eve"))).hasSize(1);
  }
}
