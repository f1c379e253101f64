package dev.carillon.segments;

import dev.carillon.segments.Condition.Subscription;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.SubscriptionDefaults;

/**
 * The topics and channels of a workspace as conditions ask about them.
 *
 * @param stored what the workspace has defined
 */
record DefinedSubscriptions(SubscriptionDefaults stored) implements Terms.SubscriptionDefaults {

  @Override
  public boolean subscribed(Subscription of) {
    return switch (of) {
      case Subscription.Topic(var id) -> stored.topics().getOrDefault(id, true);
      case Subscription.Channel(var type) ->
          ChannelType.ofPreference(type).map(each -> stored.channels().get(each)).orElse(true);
    };
  }

  @Override
  public boolean knows(Subscription of) {
    return switch (of) {
      case Subscription.Topic(var id) -> stored.topics().containsKey(id);
      case Subscription.Channel(var type) ->
          ChannelType.ofPreference(type).filter(stored.channels()::containsKey).isPresent();
    };
  }
}
