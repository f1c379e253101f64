package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.messages.Trigger;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeliveryRepositoryTest {
  private static final Instant START = Instant.parse("2026-03-01T23:59:58Z");

  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private final Shop shop = new Shop(TEST.database());
  private final DeliveryRepository deliveries = shop.deliveries;

  @Test
  void shouldReadWhatWasStored() {
    // given
    var trigger = new Trigger("ordered", "01ARZ3", 5L, Map.of("total", 12));
    var intent = shop.intent(7, START, trigger, false);

    // when
    var delivery = shop.delivery(shop.stored(intent));

    // then
    assertThat(delivery)
        .isEqualTo(
            new Delivery(
                intent.deliveryId(),
                START,
                shop.workspace,
                7,
                500_007L,
                Shop.CAMPAIGN,
                Shop.STEP,
                null,
                false,
                "email",
                "01ARZ3",
                DeliveryState.QUEUED,
                null,
                null,
                null,
                0,
                Map.of(Metric.CREATED, START),
                Map.of(),
                Map.of()));
    assertThat(Trigger.parse(trigger.json())).isEqualTo(trigger);
  }

  @Test
  @DisplayName("I5: another workspace sees nothing")
  void shouldHideFromOtherWorkspaces() throws Exception {
    // given
    var intent = shop.intent(shop.person("{\"email\":\"a@b.test\",\"first_name\":\"A\"}"), START);
    var id = shop.ids.parse(shop.stored(intent)).orElseThrow();
    try (var worker =
        new DeliveryWorker(
            DeliverySettings.standard(1, "carillon.test"),
            TEST.database(),
            shop.ids,
            Shop.LINKS,
            shop.templates(),
            (_, _) -> Optional.empty(),
            new MailTrap(),
            () -> START,
            new Random(1),
            () -> {})) {
      worker.runDue();
    }
    var other = new WorkspaceId(shop.workspace.value() + 1_000);

    // then
    assertThat(deliveries.archivedMessage(shop.workspace, id)).isPresent();
    assertThat(deliveries.find(other, id)).isEmpty();
    assertThat(deliveries.archivedMessage(other, id)).isEmpty();
    assertThat(deliveries.ofPerson(other, intent.personId(), all(10)).deliveries()).isEmpty();
    assertThat(deliveries.ofWorkspace(other, all(10)).deliveries()).isEmpty();
    assertThat(deliveries.ofCampaign(other, Shop.CAMPAIGN, all(10)).deliveries()).isEmpty();
  }

  @Test
  void shouldPageNewestFirstWithoutGapsOrRepeats() {
    // given three of one instant and others around them, over midnight
    var intents = new ArrayList<NewDelivery>();
    for (var index = 0; index < 10; index++) {
      var second = index < 4 ? index : index < 7 ? 4 : index;
      intents.add(shop.intent(7, START.plusSeconds(second)));
    }
    shop.store(intents);

    // when
    var seen = new ArrayList<Long>();
    var filter = all(3);
    while (true) {
      var page = deliveries.ofWorkspace(shop.workspace, filter);
      page.deliveries().forEach(each -> seen.add(each.id()));
      var next = page.next();
      if (next == null) {
        break;
      }
      var start = Cursor.parse(next.text()).orElseThrow();
      assertThat(start).isEqualTo(next);
      filter = new DeliveryFilter(null, null, false, null, null, null, null, start, 3);
    }

    // then
    assertThat(seen)
        .containsExactlyElementsOf(
            intents.reversed().stream().map(NewDelivery::deliveryId).toList());
  }

  @Test
  void shouldNarrow() throws Exception {
    // given
    var clock = new TurnedClock();
    var now = clock.instant();
    var good = shop.person("{\"email\":\"a@b.test\",\"first_name\":\"A\"}");
    var bad = shop.person("{\"email\":\"a@b.test\"}");
    var sent = shop.intent(good, now);
    var failed = shop.intent(bad, now);
    var draft = shop.intent(good, now, Trigger.NONE, true);
    var queued = shop.intent(good, now.plus(Duration.ofHours(1)));
    shop.store(List.of(sent, failed, draft, queued));
    new DeliveryWorker(
            DeliverySettings.standard(1, "carillon.test"),
            TEST.database(),
            shop.ids,
            Shop.LINKS,
            shop.templates(),
            (_, _) -> Optional.empty(),
            new MailTrap(),
            clock,
            new Random(1),
            () -> {})
        .runDue();

    // then
    assertThat(found(all(10))).containsExactlyInAnyOrder(sent, failed, queued);
    assertThat(found(new DeliveryFilter("sms", null, false, null, null, null, null, null, 10)))
        .isEmpty();
    assertThat(found(metric(Metric.SENT))).containsExactly(sent);
    assertThat(found(metric(Metric.FAILED))).containsExactly(failed);
    assertThat(found(metric(Metric.DRAFTED))).containsExactly(draft);
    assertThat(found(new DeliveryFilter("email", null, true, null, null, null, null, null, 10)))
        .containsExactly(draft);
    assertThat(found(all(10).ofCampaign(Shop.CAMPAIGN + 1))).isEmpty();
    assertThat(found(new DeliveryFilter(null, null, false, null, 5, null, null, null, 10)))
        .isEmpty();
    assertThat(
            found(
                new DeliveryFilter(
                    null, null, false, null, null, now.plusSeconds(1), null, null, 10)))
        .containsExactly(queued);
    assertThat(
            found(
                new DeliveryFilter(
                    null, null, false, null, null, now, now.plusSeconds(1), null, 10)))
        .containsExactlyInAnyOrder(sent, failed);
    for (var each : Metric.values()) {
      assertThat(Metric.ofWire(each.wire())).contains(each);
      deliveries.ofWorkspace(shop.workspace, metric(each));
    }
    assertThat(deliveries.ofPerson(shop.workspace, bad, all(10)).deliveries())
        .singleElement()
        .extracting(Delivery::id)
        .isEqualTo(failed.deliveryId());
  }

  @Test
  void shouldRefuseForeignCursors() {
    for (var text : List.of("", "x", "AAAA", "!".repeat(22), "A".repeat(100))) {
      assertThat(Cursor.parse(text)).isEmpty();
    }
  }

  private List<NewDelivery> found(DeliveryFilter filter) {
    return deliveries.ofWorkspace(shop.workspace, filter).deliveries().stream()
        .map(Delivery::id)
        .map(shop::intentOf)
        .toList();
  }

  private static DeliveryFilter all(int limit) {
    return DeliveryFilter.newest(limit);
  }

  private static DeliveryFilter metric(Metric metric) {
    return new DeliveryFilter(null, metric, false, null, null, null, null, null, 10);
  }
}
