package dev.carillon.processing;

import static dev.carillon.people.Identifier.cioId;
import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events: whose they become, repeats, time, anonymous ones (track §4). */
final class EventsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  private static int onEvent(String name) {
    return KIT.campaign(
            new CampaignDefinition(
                "on " + name,
                "",
                new TriggerRule.EventTrigger(EventKind.EVENT, name, List.of()),
                null,
                Frequency.EVERY_TIME,
                ExitRule.NEVER,
                List.of(new Step.Exit(0, ""))))
        .id();
  }

  private static int everDid(String name) {
    return KIT.segment(
        new Condition.Event(EventKind.EVENT, name, Occurrences.Count.AT_LEAST, 1, null, List.of()));
  }

  @Test
  @DisplayName("P-45, track §4.2: an event of an unknown id or e-mail creates the person")
  void shouldCreateTheUnknownPerson() {
    KIT.event(ADA, "bought");
    KIT.event(email("Bob@Example.test"), "bought");
    KIT.event(email("bob@example.TEST"), "looked");
    KIT.settle();
    assertThat(KIT.people()).isEqualTo(2);
    assertThat(KIT.attributesOf(ADA)).isEqualTo(Map.of("id", "ada"));
    assertThat(KIT.attributesOf(email("bob@example.test")))
        .isEqualTo(Map.of("email", "Bob@Example.test"));
    assertThat(KIT.events(email("bob@example.test"))).containsExactly("bought", "looked");
  }

  @Test
  @DisplayName("track §4.2: an event for an unknown or deleted cio_id is dropped")
  void shouldDropEventsOfUnknownCioIds() {
    KIT.identify(ADA);
    KIT.settle();
    var dead = KIT.cioId(ADA);
    KIT.delete(ADA);
    KIT.event(dead, "bought");
    KIT.event(cioId("a3123456789abc"), "bought");
    KIT.settle();
    assertThat(KIT.people()).isZero();
    assertThat(
            KIT.number(
                "SELECT count(*) FROM event WHERE workspace_id = ?", KIT.workspace().value()))
        .isZero();
    KIT.identify(BOB);
    KIT.settle();
    KIT.event(KIT.cioId(BOB), "bought");
    KIT.settle();
    assertThat(KIT.events(BOB)).containsExactly("bought");
  }

  @Test
  @DisplayName(
      "P-42: an id seen before is ignored, be it a ULID or any other text; within a batch and across batches")
  void shouldIgnoreRepeats() {
    var ulid = "01KJQ3Z5M0ABCDEFGHJKMNPQRS"; // of early March 2026
    var events = new ArrayList<Operation>();
    for (var eventId :
        List.of(
            ulid,
            "order-1",
            ulid,
            "order-1",
            "order-2",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")) {
      events.add(KIT.eventWithId(ADA, "bought", eventId));
    }
    KIT.acceptTogether(events);
    assertThat(KIT.events(ADA)).hasSize(5);
    for (var eventId :
        List.of(
            ulid,
            ulid.toLowerCase(java.util.Locale.ROOT),
            "order-1",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ")) {
      KIT.accept(KIT.eventWithId(BOB, "bought", eventId));
    }
    KIT.settle();
    assertThat(KIT.events(ADA)).hasSize(5);
    assertThat(KIT.find(BOB)).as("a repeat creates nobody").isEmpty();
    KIT.accept(KIT.eventWithId(ADA, "bought", "ORDER-1"));
    KIT.settle();
    assertThat(KIT.events(ADA)).hasSize(6);
  }

  @Test
  @DisplayName("P-42: event ids of different workspaces never meet")
  void shouldRememberIdsPerWorkspace() {
    KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    KIT.settle();
    KIT.inNewWorkspace();
    KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("bought");
  }

  @Test
  @DisplayName("P-42, track §4.2: repeats are known for 30 days, whatever time a ULID names")
  void shouldRememberIdsForThirtyDays() {
    var kit = KIT;
    var now = kit.clock.instant();
    var ids =
        List.of(
            "plain-text",
            ulid(now),
            ulid(now.minus(Duration.ofDays(4))),
            ulid(now.minus(Duration.ofDays(20))),
            ulid(now.minus(Duration.ofDays(34))),
            ulid(now.minus(Duration.ofDays(35))),
            ulid(now.plus(Duration.ofDays(2))),
            ulid(now.plus(Duration.ofDays(13))));
    ids.forEach(eventId -> kit.accept(kit.eventWithId(ADA, "bought", eventId)));
    kit.settle();
    for (var day = 0; day < 29; day++) {
      kit.clock.advance(Duration.ofDays(1));
      ids.forEach(eventId -> kit.accept(kit.eventWithId(ADA, "bought", eventId)));
      kit.settle();
      assertThat(kit.events(ADA)).as("after %d days", day + 1).hasSize(ids.size());
    }
  }

  private static String ulid(java.time.Instant at) {
    var digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    var text = new StringBuilder();
    var millis = at.toEpochMilli();
    for (var i = 0; i < 10; i++) {
      text.insert(0, digits.charAt((int) (millis & 31)));
      millis >>= 5;
    }
    return text + "ABCDEFGHJKMNPQRS";
  }

  @Test
  @DisplayName("P-42: a repeat on the other side of midnight in one batch")
  void shouldIgnoreARepeatAcrossMidnightInOneBatch() {
    // given: both lie in the log before either is read
    KIT.settle();
    var midnight =
        KIT.clock
            .instant()
            .truncatedTo(java.time.temporal.ChronoUnit.DAYS)
            .plus(Duration.ofDays(1));
    KIT.clock.advance(Duration.between(KIT.clock.instant(), midnight.minusSeconds(60)));
    KIT.gather(() -> {
      KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
      KIT.clock.advance(Duration.ofMinutes(2));
      KIT.accept(KIT.eventWithId(ADA, "bought", "order-1"));
    });
    assertThat(KIT.events(ADA)).containsExactly("bought");
  }

  @Test
  @DisplayName("P-42, I3: two nodes that hear the same events count each once")
  void shouldIgnoreRepeatsAcrossNodes() throws Exception {
    try (var kit = ProcessingKit.start(1)) {
      var second = kit.addNode(1);
      kit.shareLanes();
      var people = 20;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var copy = 0; copy < 3; copy++) {
          var node = copy % 2 == 0 ? kit.node(0) : second;
          threads.submit(() -> {
            for (var i = 0; i < 200; i++) {
              ProcessingKit.accept(
                  node, kit.eventWithId(id("p" + i % people), "bought", "order-" + i));
            }
          });
        }
      }
      kit.settle();
      assertThat(kit.number("SELECT count(*) FROM event")).isEqualTo(200);
      assertThat(kit.number("SELECT count(DISTINCT event_id) FROM event")).isEqualTo(200);
    }
  }

  @Test
  @DisplayName("P-41, C-7: an event older than 72 hours is stored and counts, but starts nothing")
  void shouldNotTriggerByOldEvents() {
    var campaign = onEvent("bought");
    var segment = everDid("bought");
    var now = KIT.clock.instant();
    KIT.accept(KIT.eventAt(ADA, "bought", now.minus(Duration.ofHours(73))));
    KIT.accept(KIT.eventAt(BOB, "bought", now.minus(Duration.ofHours(71))));
    KIT.settle();
    assertThat(KIT.journeys(ADA)).isEmpty();
    assertThat(KIT.refusals(ADA)).containsExactly("event_too_old=1");
    assertThat(KIT.events(ADA)).containsExactly("bought");
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.journeys(BOB))
        .extracting(ProcessingKit.Travel::campaignId)
        .containsExactly(campaign);
  }

  @Test
  @DisplayName(
      "P-41, track §4.2: an event in the future is stored as given and triggers on receipt")
  void shouldTriggerByFutureEventsOnReceipt() {
    onEvent("bought");
    var tomorrow =
        KIT.clock
            .instant()
            .plus(Duration.ofDays(1))
            .truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    KIT.accept(KIT.eventAt(ADA, "bought", tomorrow));
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM event WHERE person_id = ? AND occurred_at = ?",
                KIT.personId(ADA),
                tomorrow))
        .isEqualTo(1);
  }

  @Test
  @DisplayName("track §4.1: events, pages and screens of one name are different things")
  void shouldKeepKindsApart() {
    var segment = everDid("home");
    KIT.accept(
        new Operation.Event(
            KIT.workspace(),
            ADA,
            null,
            EventKind.PAGE,
            "home",
            null,
            0,
            "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.event(ADA, "home");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
  }

  @Test
  @DisplayName("P-30, P-31, P-35: anonymous events wait, inert, until an identify brings their id")
  void shouldAttachAnonymousEvents() {
    // given
    var segment = everDid("looked");
    onEvent("looked");
    var now = KIT.clock.instant();
    KIT.accept(KIT.anonymousOf("anon", "looked", now.minusSeconds(5)));
    KIT.accept(KIT.anonymousOf("anon", "looked", now.minusSeconds(9)));
    KIT.accept(KIT.anonymousOf("other", "looked", now));
    KIT.accept(KIT.anonymousOf("", "looked", now));
    KIT.settle();
    assertThat(KIT.people()).isZero();
    // when
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    // then
    assertThat(KIT.events(ADA)).containsExactly("looked", "looked");
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.journeys(ADA)).hasSize(2);
    assertThat(KIT.activityTypes(ADA)).contains("anon_merge");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM anonymous_event WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isEqualTo(2);
  }

  @Test
  @DisplayName(
      "P-31: for five minutes after the identify later events find the person, then a new identify is needed")
  void shouldFollowForFiveMinutes() {
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.advance(Duration.ofMinutes(4).plusSeconds(50));
    KIT.accept(KIT.anonymousOf("anon", "soon", KIT.clock.instant()));
    KIT.advance(Duration.ofSeconds(20));
    KIT.accept(KIT.anonymousOf("anon", "late", KIT.clock.instant()));
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("soon");
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("soon", "late");
  }

  @Test
  @DisplayName("P-31: the same within one batch")
  void shouldAttachWithinOneBatch() {
    var now = KIT.clock.instant();
    var segment =
        KIT.segment(
            new Condition.Event(
                EventKind.EVENT, "looked", Occurrences.Count.AT_LEAST, 2, null, List.of()));
    KIT.acceptTogether(
        List.of(
            KIT.anonymousOf("anon", "looked", now.minusSeconds(9)),
            KIT.identifyOf(ADA, "anonymous_id", "anon"),
            KIT.anonymousOf("anon", "looked", now),
            KIT.identifyOf(BOB, "anonymous_id", "anon"),
            KIT.anonymousOf("anon", "bob did", now)));
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.events(ADA)).as("Ada keeps the id").contains("looked", "looked", "bob did");
    assertThat(KIT.events(BOB)).isEmpty();
    assertThat(KIT.activityTypes(BOB)).contains("failed_attribute_change");
  }

  @Test
  @DisplayName(
      "P-36: a second person who claims the id gets only what came after the first attachment")
  void shouldGiveTheSecondClaimantOnlyWhatIsNew() {
    var now = KIT.clock.instant();
    KIT.accept(KIT.anonymousOf("anon", "first", now));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.advance(Duration.ofMinutes(6));
    KIT.accept(KIT.anonymousOf("anon", "second", KIT.clock.instant()));
    KIT.identify(BOB, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("first");
    assertThat(KIT.events(BOB)).containsExactly("second");
  }

  @Test
  @DisplayName(
      "P-36, track §4.3: an anonymous id of somebody else is a failed change; the owner keeps it")
  void shouldRefuseAForeignAnonymousId() {
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.identify(BOB, "anonymous_id", "anon", "plan", "pro");
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("looked");
    assertThat(KIT.attributesOf(BOB))
        .doesNotContainKey("anonymous_id")
        .containsEntry("plan", "pro");
    assertThat(KIT.activities(KIT.personId(BOB)))
        .contains(
            new ProcessingKit.Activity(
                "failed_attribute_change",
                java.util.Map.of(
                    "reason", "it belongs to another person", "anonymous_id", "anon")));
    // and again by the owner: nothing to say
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.activityTypes(ADA)).doesNotContain("failed_attribute_change");
  }

  @Test
  @DisplayName("P-33: where the workspace leaves them anonymous, events stay anonymous and inert")
  void shouldLeaveEventsAnonymous() {
    KIT.settings(now ->
        new dev.carillon.workspaces.WorkspaceSettings(
            now.autoMerge(), now.emailUpdatesById(), false, now.identifiers(), now.zone()));
    KIT.accept(KIT.anonymousOf("anon", "before", KIT.clock.instant()));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.accept(KIT.anonymousOf("anon", "after", KIT.clock.instant()));
    KIT.accept(KIT.linkingOf(ADA, "anon", "known"));
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("known");
    assertThat(KIT.attributesOf(ADA)).containsEntry("anonymous_id", "anon");
    assertThat(
            KIT.number(
                "SELECT count(*) FROM anonymous_event WHERE workspace_id = ?",
                KIT.workspace().value()))
        .isEqualTo(2);
  }

  @Test
  @DisplayName(
      "pipelines §5.2: an event that names both gives the anonymous id to the person, once")
  void shouldLinkByAnEventOfBoth() {
    // given
    var segment = everDid("looked");
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    // when
    KIT.accept(KIT.linkingOf(ADA, "anon", "bought"));
    KIT.settle();
    // then
    assertThat(KIT.events(ADA)).containsExactlyInAnyOrder("looked", "bought");
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.activityTypes(ADA)).containsExactly("anon_merge");
    // when
    KIT.accept(KIT.linkingOf(ADA, "anon", "bought"));
    KIT.accept(KIT.linkingOf(BOB, "anon", "bought"));
    KIT.accept(KIT.anonymousOf("anon", "soon", KIT.clock.instant()));
    KIT.settle();
    // then
    assertThat(KIT.activityTypes(ADA)).hasSize(1);
    assertThat(KIT.activityTypes(BOB)).isEmpty();
    assertThat(KIT.events(BOB)).containsExactly("bought");
    assertThat(KIT.events(ADA)).contains("soon");
  }

  @Test
  @DisplayName("pipelines §5.2: the same within one batch, by two people")
  void shouldLinkWithinOneBatch() {
    KIT.acceptTogether(
        List.of(
            KIT.anonymousOf("anon", "looked", KIT.clock.instant()),
            KIT.linkingOf(ADA, "anon", "bought"),
            KIT.linkingOf(BOB, "anon", "bought"),
            KIT.linkingOf(BOB, "anon-2", "sold"),
            KIT.anonymousOf("anon-2", "looked", KIT.clock.instant())));
    assertThat(KIT.events(ADA)).containsExactlyInAnyOrder("looked", "bought");
    assertThat(KIT.events(BOB)).containsExactlyInAnyOrder("bought", "sold", "looked");
  }

  @Test
  @DisplayName("P-30: after 30 days anonymous events are attached no more")
  void shouldNotAttachAfterThirtyDays() {
    KIT.accept(KIT.anonymousOf("anon", "old", KIT.clock.instant()));
    KIT.advance(Duration.ofDays(2));
    KIT.accept(KIT.anonymousOf("anon", "young", KIT.clock.instant()));
    KIT.advance(Duration.ofDays(28).plusSeconds(60));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("young");
  }

  @Test
  @DisplayName("P-32: an attached event triggers if attached within 72 hours of its own time")
  void shouldTriggerByAttachedEventsOfTheLast72Hours() {
    onEvent("looked");
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.advance(Duration.ofHours(71));
    KIT.accept(
        KIT.anonymousOf("anon-2", "looked", KIT.clock.instant().minus(Duration.ofHours(71))));
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.advance(Duration.ofHours(2));
    KIT.identify(BOB, "anonymous_id", "anon-2");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(1);
    assertThat(KIT.events(BOB)).containsExactly("looked");
    assertThat(KIT.journeys(BOB)).isEmpty();
    assertThat(KIT.refusals(BOB)).containsExactly("event_too_old=1");
  }

  @Test
  @DisplayName("P-6, P-31: an identify that may not create leaves anonymous events where they are")
  void shouldKeepAnonymousEventsOfARefusedIdentify() {
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.accept(
        new Operation.Identify(
            KIT.workspace(), ADA, ProcessingKit.attributes("anonymous_id", "anon"), 0, true));
    KIT.settle();
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("looked");
  }

  @Test
  @DisplayName("P-15: what a deleted person did is erased; the deletion itself stays")
  void shouldEraseWhatDeletedPeopleDid() {
    // given
    onEvent("bought");
    everDid("bought");
    KIT.identify(ADA, "plan", "pro");
    KIT.identify(ADA, "plan", "free");
    KIT.event(ADA, "bought");
    KIT.settle();
    var person = KIT.personId(ADA);
    // when
    KIT.delete(ADA);
    KIT.settle();
    KIT.erase();
    assertThat(KIT.events(person))
        .as("a batch under way may still write for two minutes")
        .isNotEmpty();
    KIT.advance(Duration.ofMinutes(3));
    KIT.erase();
    // then
    assertThat(KIT.events(person)).isEmpty();
    assertThat(KIT.activities(person))
        .extracting(ProcessingKit.Activity::type)
        .containsExactly("profile_delete");
    assertThat(KIT.journeys(person))
        .extracting(ProcessingKit.Travel::trigger)
        .containsExactly("{}");
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-15: an anonymous id of somebody deleted follows nobody")
  void shouldNotFollowTheDeleted() {
    KIT.identify(ADA, "anonymous_id", "anon");
    KIT.delete(ADA);
    KIT.accept(KIT.anonymousOf("anon", "looked", KIT.clock.instant()));
    KIT.settle();
    assertThat(KIT.people()).isZero();
    KIT.identify(BOB, "anonymous_id", "anon");
    KIT.settle();
    assertThat(KIT.events(BOB)).containsExactly("looked");
  }

  @Test
  @DisplayName(
      "P-15: a deletion that waited long in the log is erased two minutes after it is applied, not accepted")
  void shouldCountTheTimeOfErasureFromTheDeletion() {
    // given
    KIT.event(ADA, "bought");
    KIT.settle();
    var person = KIT.personId(ADA);
    // when
    KIT.gather(() -> {
      KIT.delete(ADA);
      KIT.clock.advance(Duration.ofMinutes(10));
    });
    KIT.erase();
    // then
    assertThat(KIT.events(person)).as("a batch under way may still write").isNotEmpty();
    KIT.advance(Duration.ofMinutes(3));
    KIT.erase();
    assertThat(KIT.events(person)).isEmpty();
  }

  @Test
  @DisplayName("P-40: a name is another one in other letters")
  void shouldTellNamesApartByCase() {
    var segment = everDid("bought");
    var campaign = onEvent("bought");
    KIT.event(ADA, "Bought");
    KIT.event(BOB, "bought");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    assertThat(KIT.journeys(ADA)).isEmpty();
    assertThat(KIT.segmentsOf(BOB)).containsExactly(segment);
    assertThat(KIT.journeys(BOB))
        .extracting(ProcessingKit.Travel::campaignId)
        .containsExactly(campaign);
  }

  @ParameterizedTest
  @EnumSource(
      value = EventKind.class,
      names = {"PAGE", "SCREEN"})
  @DisplayName("P-44: pages and screens trigger and fulfil conditions, each kind its own")
  void shouldReactToPagesAndScreens(EventKind kind) {
    var segment =
        KIT.segment(
            new Condition.Event(kind, "/home", Occurrences.Count.AT_LEAST, 1, null, List.of()));
    var campaign =
        KIT.campaign(
                new CampaignDefinition(
                    "on home",
                    "",
                    new TriggerRule.EventTrigger(kind, "/home", List.of()),
                    null,
                    Frequency.EVERY_TIME,
                    ExitRule.NEVER,
                    List.of(new Step.Exit(0, ""))))
            .id();
    for (var each : List.of(EventKind.EVENT, EventKind.PAGE, EventKind.SCREEN)) {
      KIT.accept(
          new Operation.Event(
              KIT.workspace(),
              each == kind ? ADA : BOB,
              null,
              each,
              "/home",
              null,
              0,
              "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment);
    assertThat(KIT.journeys(ADA))
        .extracting(ProcessingKit.Travel::campaignId)
        .containsExactly(campaign);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    assertThat(KIT.journeys(BOB)).isEmpty();
  }

  @Test
  @DisplayName(
      "P-46: an event that cannot be stored is a failed_event of its person, with a reason")
  void shouldNoteWhatCouldNotBecomeAnEvent() {
    KIT.identify(ADA);
    KIT.accept(KIT.eventOf(ADA, "bad\u0000name", "{}"));
    KIT.event(ADA, "good name");
    KIT.settle();
    assertThat(KIT.events(ADA)).containsExactly("good name");
    assertThat(KIT.activities(KIT.personId(ADA)))
        .containsExactly(
            new ProcessingKit.Activity(
                "failed_event",
                Map.of("name", "bad?name", "reason", "the event could not be processed")));
  }

  @Test
  @DisplayName(
      "P-42, I3: an id that two nodes hear about different people, in different lanes, counts once")
  void shouldIgnoreRepeatsAcrossLanesOfTwoNodes() throws Exception {
    try (var kit = ProcessingKit.start(1)) {
      var second = kit.addNode(1);
      kit.shareLanes();
      var ids = 200;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var copy = 0; copy < 3; copy++) {
          var name = "copy-" + copy;
          var node = copy % 2 == 0 ? kit.node(0) : second;
          threads.submit(() -> {
            for (var i = 0; i < ids; i++) {
              var eventId = i % 2 == 0 ? "order-" + i : ulid(ProcessingKit.START.plusMillis(i));
              ProcessingKit.accept(node, kit.eventWithId(id(name + "-" + i), "bought", eventId));
            }
          });
        }
      }
      kit.settle();
      assertThat(kit.number("SELECT count(*) FROM event")).isEqualTo(ids);
      assertThat(kit.number("SELECT count(DISTINCT event_id) FROM event")).isEqualTo(ids);
      assertThat(kit.people()).as("a repeat creates nobody").isEqualTo(ids);
      assertThat(kit.node(0).stats().operations()).isPositive();
      assertThat(second.stats().operations()).isPositive();
    }
  }
}
