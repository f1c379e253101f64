package dev.carillon.segments;

import dev.carillon.segments.Condition.Subscription;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The person is subscribed to a topic or channel, or is not.
 *
 * @param byDefault what holds for who has not chosen
 */
record SubscriptionLeaf(Condition.Subscribed condition, boolean byDefault) implements Leaf {
  /** The attribute that holds the choices. */
  static final String PREFERENCES = "cio_subscription_preferences";

  @Override
  public boolean holds(Facts facts) {
    var own = chosen(facts);
    return (own == null ? byDefault : own) == condition.subscribed();
  }

  /** What the person has chosen; null when nothing. */
  @Nullable Boolean chosen(Facts facts) {
    var preferences = facts.attribute(PREFERENCES);
    var chosen =
        switch (condition.of()) {
          case Subscription.Topic(var id) -> below(below(preferences, "topics"), "topic_" + id);
          case Subscription.Channel(var type) -> below(below(preferences, "channels"), type);
        };
    return switch (chosen) {
      case Boolean flag -> flag;
      case String text when text.equalsIgnoreCase("true") -> true;
      case String text when text.equalsIgnoreCase("false") -> false;
      case null, default -> null;
    };
  }

  private static @Nullable Object below(@Nullable Object value, String name) {
    return value instanceof Map<?, ?> map ? map.get(name) : null;
  }
}
