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
import dev.carillon.segments.ConditionJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Conditions on what is counted: events, pages, screens, forms (journeys §2.4). */
final class CountedConditionsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);

  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  static int segment(String condition) {
    return KIT.segment(ConditionJson.stored(condition));
  }

  private static Operation.Event saw(Identifier person, EventKind kind, String name, String data) {
    return new Operation.Event(
        KIT.workspace(), person, null, kind, name, null, 0, data.getBytes(StandardCharsets.UTF_8));
  }

  private static void page(Identifier person, String name) {
    KIT.accept(saw(person, EventKind.PAGE, name, "{}"));
  }

  // ── windows with fixed bounds ─────────────────────────────────────────────────────────────────

  @Test
  @DisplayName(
      "§2.4, S-40: before, after and between go by the event's own time, live and in builds")
  void shouldCountBetweenFixedBounds() {
    KIT.accept(KIT.eventAt(BOB, "bought", MARCH.minusSeconds(1)));
    KIT.accept(KIT.eventAt(BOB, "bought", MARCH));
    KIT.settle();
    var window =
        "{\"event\":{\"name\":\"bought\",\"count\":{\"op\":\"gte\",\"n\":1},\"window\":%s}}";
    var before =
        segment(window.formatted("{\"kind\":\"before\",\"to\":{\"date\":\"2026-03-01\"}}"));
    var after =
        segment(
            window.formatted(
                "{\"kind\":\"after\",\"from\":{\"at\":%d}}".formatted(MARCH.getEpochSecond() + 1)));
    var between =
        segment(
            window.formatted(
                "{\"kind\":\"between\",\"from\":{\"date\":\"2026-03-01\"},\"to\":{\"date\":\"2026-03-02\"}}"));
    assertThat(KIT.segmentsOf(BOB)).containsExactlyInAnyOrder(before, between);
    // when: each event is the last before a bound, or the first behind it
    for (var at : List.of(MARCH.minusSeconds(1), MARCH, MARCH.plusSeconds(1))) {
      KIT.accept(KIT.eventAt(id("at " + at), "bought", at));
    }
    KIT.accept(KIT.eventAt(ADA, "bought", MARCH.plus(DAY)));
    KIT.settle();
    // then
    assertThat(KIT.segmentsOf(id("at " + MARCH.minusSeconds(1)))).containsExactly(before);
    assertThat(KIT.segmentsOf(id("at " + MARCH))).containsExactly(between);
    assertThat(KIT.segmentsOf(id("at " + MARCH.plusSeconds(1))))
        .containsExactlyInAnyOrder(after, between);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(after);
    assertThat(
            KIT.number(
                "SELECT count(*) FROM segment_timer WHERE segment_id IN (?, ?, ?)",
                before,
                after,
                between))
        .as("fixed bounds do not move")
        .isZero();
  }

  @Test
  @DisplayName("§2.4, S-43: exactly N is left by one more, and comes back by time alone")
  void shouldCountExactly() {
    var twice =
        segment(
            "{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"eq\",\"n\":2},\"window\":{\"kind\":\"within_past\",\"n\":1,\"unit\":\"day\"}}}");
    var onceEver = segment("{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"eq\",\"n\":1}}}");
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(onceEver);
    KIT.advance(Duration.ofHours(1));
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(twice);
    KIT.advance(Duration.ofHours(1));
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.advance(Duration.ofHours(22).plusSeconds(5));
    assertThat(KIT.segmentsOf(ADA)).as("the first has left the window").containsExactly(twice);
    KIT.advance(Duration.ofHours(1));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  @Test
  @DisplayName("S-40: any number of events dated ahead of the clock push out none that count")
  void shouldKeepWhatCountsBesideEventsOfTheFuture() {
    var three =
        segment(
            "{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"gte\",\"n\":3},\"window\":{\"kind\":\"within_past\",\"n\":1,\"unit\":\"day\"}}}");
    var now = KIT.clock.instant();
    for (var i = 0; i < 3; i++) {
      KIT.accept(KIT.eventAt(ADA, "looked", now.minusSeconds(10 + i)));
    }
    for (var i = 0; i < 60; i++) {
      KIT.accept(KIT.eventAt(ADA, "looked", now.plus(DAY.multipliedBy(2)).plusSeconds(i)));
    }
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(three);
    KIT.advance(DAY.plusSeconds(1));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.advance(DAY.plusSeconds(30));
    assertThat(KIT.segmentsOf(ADA)).as("their time has come").containsExactly(three);
    KIT.advance(DAY.plusSeconds(60));
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  // ── kinds and patterns ────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("§2.4, P-44, track §5: names of different kinds never meet")
  void shouldKeepKindsApart() {
    var condition =
        "{\"event\":{\"name\":\"home\",\"type\":\"%s\",\"count\":{\"op\":\"gte\",\"n\":1}}}";
    for (var kind : EventKind.values()) {
      var segment = segment(condition.formatted(kind.wire()));
      KIT.accept(saw(id("who " + kind), kind, "home", "{}"));
      KIT.settle();
      assertThat(KIT.segmentsOf(id("who " + kind))).as("%s", kind).containsExactly(segment);
    }
  }

  @Test
  @DisplayName("§2.4: a star in the name of a page stands for any characters, live and in builds")
  void shouldCountByPatterns() {
    page(BOB, "https://shop.test/sale/shoes");
    KIT.accept(saw(BOB, EventKind.SCREEN, "https://shop.test/sale/shoes", "{}"));
    page(BOB, "https://shop.test/about");
    KIT.settle();
    var sale =
        segment(
            "{\"event\":{\"name\":\"https://shop.test/sale/*\",\"type\":\"page\",\"count\":{\"op\":\"gte\",\"n\":2}}}");
    var shoes =
        segment(
            "{\"event\":{\"name\":\"https://shop.test/sale/shoes\",\"type\":\"page\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    var any =
        segment("{\"event\":{\"name\":\"*\",\"type\":\"page\",\"count\":{\"op\":\"eq\",\"n\":2}}}");
    assertThat(KIT.segmentsOf(BOB)).containsExactlyInAnyOrder(shoes, any);
    // when
    page(BOB, "https://shop.test/sale/hats");
    page(ADA, "https://shop.test/SALE/hats");
    page(ADA, "https://shop.test/sale/hats");
    KIT.event(ADA, "https://shop.test/sale/hats");
    KIT.settle();
    // then
    assertThat(KIT.segmentsOf(BOB)).containsExactlyInAnyOrder(shoes, sale);
    assertThat(KIT.segmentsOf(ADA)).as("upper and lower case differ").containsExactly(any);
  }

  @Test
  @DisplayName("§2.4: tests on data hold for events found by a pattern; a build finds as many")
  void shouldTestTheDataOfWhatAPatternFinds() {
    var condition =
        "{\"event\":{\"name\":\"*/item/*\",\"type\":\"page\",\"count\":{\"op\":\"gte\",\"n\":2},\"where\":[{\"field\":\"price\",\"operator\":\"gt\",\"value\":10}]}}";
    var live = segment(condition);
    for (var price : List.of(11, 9, 12)) {
      KIT.accept(saw(ADA, EventKind.PAGE, "shop/item/" + price, "{\"price\":%d}".formatted(price)));
    }
    for (var price : List.of(11, 9)) {
      KIT.accept(saw(BOB, EventKind.PAGE, "shop/item/" + price, "{\"price\":%d}".formatted(price)));
    }
    KIT.accept(saw(BOB, EventKind.PAGE, "shop/cart/1", "{\"price\":99}"));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(live);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
    // when
    KIT.deleteSegment(live);
    var built = segment(condition);
    // then
    assertThat(KIT.segmentsOf(ADA)).containsExactly(built);
    assertThat(KIT.segmentsOf(BOB)).isEmpty();
  }

  @Test
  @DisplayName("§2.4: a pattern of one workspace counts nothing of another")
  void shouldKeepWorkspacesApart() {
    segment("{\"event\":{\"name\":\"*\",\"type\":\"page\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    KIT.inNewWorkspace();
    page(ADA, "home");
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
  }

  // ── counters nobody reads any more ────────────────────────────────────────────────────────────

  private static Set<Integer> keptCounters() {
    return KIT.database.read(handle ->
        handle
            .select(
                "SELECT counter_id FROM counter WHERE workspace_id = ? AND unused_at IS NULL",
                KIT.workspace().value())
            .mapTo(Integer.class)
            .set());
  }

  @Test
  @DisplayName("§2.4: a counter goes with its last reader, and what comes back counts anew")
  void shouldForgetCountersNobodyReads() {
    var looked = "{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"gte\",\"n\":2}}}";
    var first = segment(looked);
    var second = segment(looked);
    var bought = segment("{\"event\":{\"name\":\"bought\",\"count\":{\"op\":\"gte\",\"n\":1}}}");
    KIT.event(ADA, "looked");
    KIT.event(ADA, "bought");
    KIT.settle();
    var counters = keptCounters();
    assertThat(counters).hasSize(2);
    var lookedCounter =
        counters.stream().filter(each -> isOf(each, "looked")).findFirst().orElseThrow();
    // when: one of two readers goes
    KIT.deleteSegment(first);
    KIT.event(ADA, "looked");
    KIT.settle();
    // then: it is still counted
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(second, bought);
    // when: the other one reads something else
    KIT.changeSegment(
        second,
        ConditionJson.stored(
            "{\"event\":{\"name\":\"bought\",\"count\":{\"op\":\"gte\",\"n\":2}}}"));
    // then
    assertThat(keptCounters()).hasSize(1).doesNotContain(lookedCounter);
    assertThat(KIT.countersOf(KIT.personId(ADA)).get(lookedCounter).total()).isEqualTo(2);
    // when: events come that nobody counts, then one that somebody does
    KIT.event(ADA, "looked");
    KIT.settle();
    assertThat(KIT.countersOf(KIT.personId(ADA)).get(lookedCounter).total()).isEqualTo(2);
    KIT.event(ADA, "bought");
    KIT.settle();
    // then: what is rewritten is rewritten without it
    assertThat(KIT.countersOf(KIT.personId(ADA)).get(lookedCounter).total()).isZero();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(second, bought);
    // when
    KIT.advance(Duration.ofMinutes(11));
    KIT.build();
    // then
    assertThat(KIT.number("SELECT count(*) FROM counter WHERE counter_id = ?", lookedCounter))
        .isZero();
    // when: it is wanted again
    var again = segment("{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"eq\",\"n\":3}}}");
    // then: it is another counter, and right
    assertThat(KIT.segmentsOf(ADA)).contains(again);
    assertThat(keptCounters()).hasSize(2).doesNotContain(lookedCounter);
  }

  private static boolean isOf(int counterId, String name) {
    return KIT.number(
            "SELECT count(*) FROM counter JOIN event_name USING (name_id) WHERE counter_id = ? AND name = ?",
            counterId,
            name)
        == 1;
  }

  private static CampaignDefinition asking(String name) {
    return new CampaignDefinition(
        "asks",
        "",
        new TriggerRule.EventTrigger(EventKind.EVENT, "left", List.of()),
        ConditionJson.stored(
            "{\"event\":{\"name\":\"%s\",\"count\":{\"op\":\"gte\",\"n\":2}}}".formatted(name)),
        Frequency.EVERY_TIME,
        ExitRule.NEVER,
        List.of(new Step.Exit(0, "")));
  }

  @Test
  @DisplayName(
      "C-10, C-62: campaigns keep the counters of their present version, until they are deleted")
  void shouldKeepCountersOfCampaigns() {
    var segment = segment("{\"event\":{\"name\":\"looked\",\"count\":{\"op\":\"gte\",\"n\":9}}}");
    KIT.event(ADA, "looked");
    KIT.settle();
    var campaign = KIT.campaign(asking("looked"));
    assertThat(keptCounters()).hasSize(1);
    // when: only the campaign is left to read it
    KIT.deleteSegment(segment);
    KIT.event(ADA, "looked");
    KIT.event(ADA, "left");
    KIT.settle();
    // then
    assertThat(KIT.journeys(ADA)).hasSize(1);
    // when: an edit asks for what is not counted yet, so it has to wait
    var edited = asking("bought");
    assertThat(KIT.campaigns.update(campaign, edited).toString()).contains("still being counted");
    assertThat(keptCounters()).as("the old one for now, the new one for then").hasSize(2);
    KIT.event(ADA, "left");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(2);
    KIT.build();
    KIT.campaigns.update(campaign, edited);
    // then
    assertThat(keptCounters()).hasSize(1).allMatch(each -> isOf(each, "bought"));
    KIT.event(ADA, "left");
    KIT.settle();
    assertThat(KIT.journeys(ADA)).hasSize(2);
    // when
    KIT.campaigns.delete(KIT.workspace(), campaign.id());
    assertThat(keptCounters()).isEmpty();
  }
}
