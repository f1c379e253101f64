package dev.carillon.api.hooks;

import dev.carillon.store.Database;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.SubscriptionCenter;
import dev.carillon.subscriptions.SubscriptionCenterRepository;
import dev.carillon.subscriptions.SubscriptionDefaults;
import dev.carillon.subscriptions.SubscriptionDefaultsRepository;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads what a workspace lets people choose. */
final class OfferedChoices {
  private final Database database;
  private final SubscriptionRepository subscriptions;
  private final SubscriptionDefaultsRepository defaults = new SubscriptionDefaultsRepository();
  private final SubscriptionCenterRepository centers = new SubscriptionCenterRepository();

  OfferedChoices(Database database, SubscriptionRepository subscriptions) {
    this.database = database;
    this.subscriptions = subscriptions;
  }

  /** What a workspace lets people choose; all of it read at one time. */
  record Offer(
      SubscriptionCenter center,
      List<Subscribable> topics,
      List<Subscribable> channels,
      SubscriptionDefaults usual) {
    /** Copies the lists. */
    Offer {
      topics = List.copyOf(topics);
      channels = List.copyOf(channels);
    }

    /** Whether somebody with these attributes is subscribed to it. */
    boolean isSubscribed(Subscribable each, Map<String, ?> attributes) {
      var type = each.type();
      return (type == null
              ? usual.subscribed(attributes, each.id())
              : usual.subscribed(attributes, type))
          .orElse(each.subscribedByDefault());
    }
  }

  Offer of(WorkspaceId workspace) {
    return database.read(handle ->
        new Offer(
            centers.of(handle, workspace),
            subscriptions.list(handle, workspace, Kind.TOPIC),
            subscriptions.list(handle, workspace, Kind.CHANNEL),
            defaults.of(handle, workspace)));
  }

  /** Below {@code cio_subscription_preferences} (U-4), and the value of a field of the form. */
  static String key(Subscribable each) {
    return each.kind() == Kind.TOPIC
        ? "topics." + SubscriptionDefaults.topicKey(each.id())
        : "channels." + type(each).preference();
  }

  private static ChannelType type(Subscribable channel) {
    return Objects.requireNonNull(channel.type(), "a channel has a type");
  }
}
