package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.segments.Condition.Subscribed;
import dev.carillon.segments.Condition.Subscription;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Subscriptions: the own choice, else what the topic or channel gives (journeys §2.6). */
final class SubscriptionDefaultsTest {
  private static final Subscription NEWS = new Subscription.Topic(1);
  private static final Subscription OFFERS = new Subscription.Topic(2);

  /** A centre where one gets the news, and offers only on request. */
  private static final Terms TERMS =
      new Terms(_ -> 0, ZoneOffset.UTC, TestTerms.defaults(Set.of(OFFERS)));

  private static boolean subscribed(Subscription of, Map<String, ?> attributes) {
    var holds =
        List.of(true, false).stream()
            .filter(each ->
                CompiledCondition.compile(new Subscribed(of, each), TERMS)
                    .matches(Someone.with(attributes)))
            .toList();
    assertThat(holds).as("subscribed, or not").hasSize(1);
    return holds.getFirst();
  }

  private static Map<String, ?> chose(String topic, Object choice) {
    return Map.of(
        "cio_subscription_preferences",
        Map.of("topics", Map.of(topic, choice), "channels", Map.of()));
  }

  @Test
  @DisplayName("who has not chosen is what the topic gives")
  void shouldTakeTheDefault() {
    assertThat(subscribed(NEWS, Map.of())).isTrue();
    assertThat(subscribed(OFFERS, Map.of())).isFalse();
    assertThat(subscribed(NEWS, chose("topic_9", false))).isTrue();
    assertThat(subscribed(OFFERS, Map.of("cio_subscription_preferences", "nonsense"))).isFalse();
    assertThat(subscribed(NEWS, chose("topic_1", "maybe"))).isTrue();
    assertThat(subscribed(new Subscription.Channel("sms"), Map.of())).isTrue();
  }

  @Test
  @DisplayName("who has chosen is that, whatever the topic gives")
  void shouldTakeTheChoice() {
    assertThat(subscribed(NEWS, chose("topic_1", false))).isFalse();
    assertThat(subscribed(NEWS, chose("topic_1", "False"))).isFalse();
    assertThat(subscribed(OFFERS, chose("topic_2", true))).isTrue();
  }

  @Test
  @DisplayName("a change of the default is a change of the condition: it is compiled anew")
  void shouldBeWokenByTheChoiceAlone() {
    assertThat(CompiledCondition.compile(new Subscribed(NEWS, true), TERMS).wakes().attributes())
        .containsExactly("cio_subscription_preferences");
  }
}
