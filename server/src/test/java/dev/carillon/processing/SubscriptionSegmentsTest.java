package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Condition.Subscription;
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
}
