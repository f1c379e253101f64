package dev.carillon.subscriptions;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What holds for people of a workspace who made no choice of their own (U-4), and with it who is
 * subscribed. Immutable.
 *
 * @param topics number of each topic there is → whether people are subscribed by default
 * @param channels the same for the channels there are
 */
public record SubscriptionDefaults(
    Map<Integer, Boolean> topics, Map<ChannelType, Boolean> channels) {
  /** A workspace without topics and channels. */
  public static final SubscriptionDefaults NONE = new SubscriptionDefaults(Map.of(), Map.of());

  private static final String PREFERENCES = "cio_subscription_preferences";
  private static final String TOPICS = "topics";
  private static final String CHANNELS = "channels";

  /** Copies the maps. */
  public SubscriptionDefaults {
    topics = Map.copyOf(topics);
    channels = Map.copyOf(channels);
  }

  /** The key of a topic in preferences: {@code topic_7}. */
  public static String topicKey(int topicId) {
    return "topic_" + topicId;
  }

  /**
   * Whether somebody with these attributes is subscribed to a topic: by choice, else by default;
   * empty when there is neither.
   */
  public Optional<Boolean> subscribed(Map<String, ?> attributes, int topicId) {
    return choice(attributes, TOPICS, topicKey(topicId))
        .or(() -> Optional.ofNullable(topics.get(topicId)));
  }

  /** The same for a channel. */
  public Optional<Boolean> subscribed(Map<String, ?> attributes, ChannelType channel) {
    return choice(attributes, CHANNELS, channel.preference())
        .or(() -> Optional.ofNullable(channels.get(channel)));
  }

  private static Optional<Boolean> choice(Map<String, ?> attributes, String group, String key) {
    return attributes.get(PREFERENCES) instanceof Map<?, ?> preferences
            && preferences.get(group) instanceof Map<?, ?> choices
        ? Optional.ofNullable(flag(choices.get(key)))
        : Optional.empty();
  }

  private static @Nullable Boolean flag(@Nullable Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case String text when text.equalsIgnoreCase("true") -> true;
      case String text when text.equalsIgnoreCase("false") -> false;
      case null, default -> null;
    };
  }

  /**
   * The preferences of somebody with these attributes, as the App API computes them: the choices as
   * they are stored, and the default wherever there is none (app-data §2.1).
   */
  public Map<String, Object> computed(Map<String, ?> attributes) {
    var computed = new LinkedHashMap<String, Object>();
    if (attributes.get(PREFERENCES) instanceof Map<?, ?> preferences) {
      preferences.forEach((key, value) -> computed.put((String) key, value));
    }
    var topicChoices = group(computed, TOPICS);
    new TreeMap<>(topics)
        .forEach((id, subscribed) -> topicChoices.putIfAbsent(topicKey(id), subscribed));
    computed.put(TOPICS, topicChoices);
    if (!channels.isEmpty()) {
      var channelChoices = group(computed, CHANNELS);
      new TreeMap<>(channels)
          .forEach((type, subscribed) -> channelChoices.putIfAbsent(type.preference(), subscribed));
      computed.put(CHANNELS, channelChoices);
    }
    return computed;
  }

  private static Map<String, Object> group(Map<String, Object> computed, String name) {
    var group = new LinkedHashMap<String, Object>();
    if (computed.get(name) instanceof Map<?, ?> stored) {
      stored.forEach((key, value) -> group.put((String) key, value));
    }
    return group;
  }
}
