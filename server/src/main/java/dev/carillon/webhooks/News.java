package dev.carillon.webhooks;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that happened and that webhooks may want to be told. */
public sealed interface News {

  /** Whose webhooks are told. */
  WorkspaceId workspace();

  /** When it happened. */
  Instant at();

  /**
   * Something happened to a message. What its delivery says is read from the delivery.
   *
   * @param channel the word in {@code delivery.channel}
   * @param metric its word
   * @param repeated whether the same is known of it already; told only to who wants every time
   * @param details further members of {@code data}
   * @param content what was sent, as further members of {@code data}; told only to who wants it
   */
  record OfDelivery(
      WorkspaceId workspace,
      long deliveryId,
      Instant createdAt,
      String channel,
      String metric,
      Instant at,
      boolean repeated,
      Map<String, @Nullable Object> details,
      Map<String, @Nullable Object> content)
      implements News {
    /** Copies the members. */
    public OfDelivery {
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
      content = Collections.unmodifiableMap(new LinkedHashMap<>(content));
    }

    /** Something that happens once, of which the delivery says all. */
    public static OfDelivery once(
        WorkspaceId workspace,
        long deliveryId,
        Instant createdAt,
        String channel,
        String metric,
        Instant at) {
      return new OfDelivery(
          workspace, deliveryId, createdAt, channel, metric, at, false, Map.of(), Map.of());
    }
  }

  /**
   * Somebody decided what to get.
   *
   * @param name one of the names of {@link EventNames} that begin with {@code customer_}
   * @param content what has changed; told only to who wants it
   */
  record OfPerson(
      WorkspaceId workspace,
      Who who,
      String name,
      Instant at,
      Map<String, @Nullable Object> content)
      implements News {
    /** Copies the members. */
    public OfPerson {
      content = Collections.unmodifiableMap(new LinkedHashMap<>(content));
    }
  }
}
