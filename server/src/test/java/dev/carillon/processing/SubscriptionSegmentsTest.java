package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.delay;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.onEvent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Condition.Subscription;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.SubscriptionOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments over subscriptions, live (journeys §2.6). */
final class SubscriptionSegmentsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Identifier ADA = id("ada");
  private static final Identifier BOB = id("bob");
  private static final Identifier EVE = id("eve");

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
  }

  @AfterEach
  void nothingIsBroken() {
    KIT.assertConsistent();
    assertThat(KIT.deadLetters()).isEmpty();
  }

  @Test
  @DisplayName("§2.6, P-12: the own choice counts, however it is written; without one the default")
  void shouldFollowChoices() {
    KIT.topic(3, true);
    KIT.channel(ChannelType.EMAIL, true);
    var topic = KIT.segment(new Condition.Subscribed(new Subscription.Topic(3), true));
    var noMail = KIT.segment(new Condition.Subscribed(new Subscription.Channel("email"), false));
    KIT.identify(ADA);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).as("subscribed by default").containsExactly(topic);
    KIT.identify(ADA, "cio_subscription_preferences.topics.topic_3", false);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).isEmpty();
    KIT.identify(
        ADA,
        "cio_subscription_preferences",
        Map.of("topics", Map.of("topic_3", true), "channels", Map.of("email", false)));
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactlyInAnyOrder(topic, noMail);
    KIT.identify(ADA, "cio_subscription_preferences", null);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(topic);
  }

  @Test
  @DisplayName("U-7: another default reaches whoever has not chosen, now and later; choices stay")
  void shouldFollowDefaults() {
    KIT.topic(2, true);
    var segment = KIT.segment(new Condition.Subscribed(new Subscription.Topic(2), true));
    var reader = KIT.segment(new Condition.Not(new Condition.InSegment(segment)));
    var other = KIT.segment(new Condition.Subscribed(new Subscription.Topic(1), true));
    KIT.identify(ADA);
    KIT.identify(BOB, "cio_subscription_preferences.topics.topic_2", true);
    KIT.settle();
    assertThat(KIT.segmentsOf(ADA)).containsExactly(segment, other);

    KIT.topic(2, false);
    assertThat(KIT.segmentsOf(ADA)).containsExactly(reader, other);
    assertThat(KIT.segmentsOf(BOB)).containsExactly(segment, other);
    KIT.identify(EVE);
    KIT.settle();
    assertThat(KIT.segmentsOf(EVE)).containsExactly(reader, other);

    KIT.topic(2, true);
    assertThat(KIT.segmentsOf(EVE)).containsExactly(segment, other);
  }

  @Test
  @DisplayName("U-6: what a segment or a campaign asks about is not deleted; both are named")
  void shouldNameItsUsers() {
    KIT.topic(2, true);
    var topic = new Condition.Subscribed(new Subscription.Topic(2), false);
    var segment = KIT.segment(new Condition.And(List.of(topic)));
    var campaign = KIT.campaign(everyTime(onEvent("came"), topic, delay(Duration.ofDays(1))));
    assertThat(delete(2))
        .isEqualTo(
            new SubscriptionOutcome.InUse(
                List.of(
                    "segment %d \"segment\"".formatted(segment),
                    "campaign %d \"%s\"".formatted(campaign.id(), campaign.name()))));
    assertThat(delete(1)).isEqualTo(new SubscriptionOutcome.Deleted());
  }

  private static SubscriptionOutcome delete(int topic) {
    return KIT.database.<SubscriptionOutcome, RuntimeException>inTransaction(
        handle -> KIT.subscriptions.delete(handle, KIT.workspace(), Kind.TOPIC, topic));
  }
}
