package dev.carillon.processing;

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
import dev.carillon.segments.ConditionJson;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Days begin in the zone of the workspace, and what reads days follows it when it changes. */
final class WorkspaceZoneTest {
  @AutoClose private final ProcessingKit kit = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");

  @AfterEach
  void nothingIsBroken() {
    kit.assertConsistent();
    assertThat(kit.deadLetters()).isEmpty();
  }

  private static Condition condition(String json) {
    return ConditionJson.stored(json.replace('\'', '"'));
  }

  private void moveTo(String zone) {
    kit.settings(present ->
        new WorkspaceSettings(
            present.autoMerge(),
            present.emailUpdatesById(),
            present.mergeAnonymousEvents(),
            present.identifiers(),
            ZoneId.of(zone)));
  }

  private Map<Integer, Integer> versions() {
    var versions = new TreeMap<Integer, Integer>();
    kit.database.<Integer, RuntimeException>read(handle -> {
      kit.segments
          .list(handle, kit.workspace())
          .forEach(segment -> versions.put(segment.id(), segment.version()));
      return 1;
    });
    return versions;
  }

  private static long seconds(String instant) {
    return Instant.parse(instant).getEpochSecond();
  }

  @Test
  @DisplayName("journeys §2.3, §2.4: the segments that read days are built anew, and no others")
  void shouldBuildAnewWhatReadsDays() {
    // given, in Greenwich: New Year's Eve, an hour before midnight
    var eve = seconds("2025-12-31T23:00:00Z");
    var after =
        kit.segment(
            condition(
                "{'attribute':{'field':'paid_at','operator':'ts_after','value':{'date':'2026-01-01'}}}"));
    var item =
        kit.segment(
            condition(
                "{'not':{'attribute':{'field':'bills','operator':'any_item','where':[{'field':'at','operator':'ts_before','value':{'date':'2026-01-01'}}]}}}"));
    var dated =
        kit.segment(
            condition(
                "{'event':{'name':'bought','window':{'kind':'after','from':{'date':'2026-01-01'}}}}"));
    var where =
        kit.segment(
            condition(
                "{'event':{'name':'bought','where':[{'field':'at','operator':'ts_after','value':{'date':'2026-01-01'}}]}}"));
    var plain = kit.segment(condition("{'attribute':{'field':'plan','operator':'exists'}}"));
    var fixed =
        kit.segment(
            condition(
                "{'attribute':{'field':'paid_at','operator':'ts_after','value':{'at':%d}}}"
                    .formatted(eve)));
    kit.identify(ADA, "paid_at", eve, "bills", List.of(Map.of("at", eve)), "plan", "pro");
    kit.accept(
        new Operation.Event(
            kit.workspace(),
            ADA,
            null,
            EventKind.EVENT,
            "bought",
            null,
            eve * 1_000,
            "{\"at\":%d}".formatted(eve).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    kit.settle();
    assertThat(kit.segmentsOf(ADA)).containsExactly(plain);
    var versions = versions();
    // when: it is the next year in Berlin, but not the next minute
    moveTo("Europe/Berlin");
    kit.build();
    kit.settle();
    // then: midnight itself is not after midnight, but it is in the window and not before it
    assertThat(kit.segmentsOf(ADA)).containsExactlyInAnyOrder(plain, item, dated);
    var moved = new TreeMap<>(versions);
    List.of(after, item, dated, where).forEach(each -> moved.merge(each, 1, Integer::sum));
    assertThat(versions()).isEqualTo(moved).containsEntry(plain, 1).containsEntry(fixed, 1);
    // and what happens from now on goes by Berlin
    kit.identify(ADA, "paid_at", eve + 1);
    kit.accept(kit.eventOf(ADA, "bought", "{\"at\":%d}".formatted(eve + 1)));
    kit.settle();
    assertThat(kit.segmentsOf(ADA))
        .containsExactlyInAnyOrder(plain, item, dated, after, where, fixed);
  }

  @Test
  @DisplayName("journeys §2.3: anniversaries are timed anew")
  void shouldTimeAnniversariesAnew() {
    // given: it is 18:00 in Greenwich on 2 March and 03:00 in Tokyo on the 3rd
    var birthday =
        kit.segment(condition("{'attribute':{'field':'born','operator':'anniversary'}}"));
    kit.identify(ADA, "born", seconds("2000-03-03T12:00:00Z"));
    kit.identify(id("bob"), "born", seconds("2000-03-02T12:00:00Z"));
    kit.settle();
    assertThat(kit.segmentsOf(ADA)).isEmpty();
    assertThat(kit.segmentsOf(id("bob"))).containsExactly(birthday);
    // when
    moveTo("Asia/Tokyo");
    kit.build();
    // then
    assertThat(kit.segmentsOf(ADA)).containsExactly(birthday);
    assertThat(kit.segmentsOf(id("bob"))).isEmpty();
    kit.advance(Duration.ofHours(20));
    assertThat(kit.segmentsOf(ADA)).containsExactly(birthday);
    kit.advance(Duration.ofHours(2));
    assertThat(kit.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("campaigns ask with the new days; their counters exist and are filled")
  void shouldKeepCampaignsGoing() {
    // given
    var newYear =
        condition(
            "{'event':{'name':'bought','window':{'kind':'after','from':{'date':'2026-01-01'}}}}");
    var birthday = condition("{'attribute':{'field':'born','operator':'anniversary'}}");
    var draft =
        new CampaignDefinition(
            "thanks",
            "",
            new TriggerRule.EventTrigger(EventKind.EVENT, "looked", List.of()),
            new Condition.And(List.of(newYear, birthday)),
            Frequency.EVERY_TIME,
            ExitRule.NEVER,
            List.of(new Step.Exit(0, "")));
    kit.campaign(draft);
    kit.identify(ADA, "born", seconds("2000-03-03T12:00:00Z"));
    kit.accept(kit.eventAt(ADA, "bought", Instant.parse("2025-12-31T18:00:00Z")));
    kit.event(ADA, "looked");
    kit.settle();
    assertThat(kit.refusals(ADA)).containsExactly("filters_not_met=1");
    // when
    moveTo("Asia/Tokyo");
    kit.build();
    kit.event(ADA, "looked");
    kit.settle();
    // then
    assertThat(kit.journeys(ADA)).hasSize(1);
  }

  @Test
  void shouldBuildNothingWhenDaysStayAsTheyWere() {
    var birthday =
        kit.segment(condition("{'attribute':{'field':'born','operator':'anniversary'}}"));
    moveTo("Etc/UTC");
    assertThat(versions()).containsExactly(Map.entry(birthday, 1));
    kit.settings(
        present -> new WorkspaceSettings(false, true, false, List.of("id"), present.zone()));
    assertThat(versions()).containsExactly(Map.entry(birthday, 1));
  }

  @Test
  void shouldLeaveOtherWorkspacesAlone() {
    var ours = kit.segment(condition("{'attribute':{'field':'born','operator':'anniversary'}}"));
    var here = kit.workspace();
    kit.inNewWorkspace();
    moveTo("Asia/Tokyo");
    assertThat(
            kit.database.<Integer, RuntimeException>read(
                handle -> kit.segments.find(handle, here, ours).orElseThrow().version()))
        .isEqualTo(1);
  }
}
