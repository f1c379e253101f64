package dev.carillon.reporting;

import com.github.f4b6a3.ulid.Ulid;
import dev.carillon.events.EventKind;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One entry of the activity log. */
public sealed interface Activity {

  /** Where it comes from. */
  Origin origin();

  /** Its type, as in {@link ActivityType#wire}. */
  String type();

  /** Where entries are read from; the order decides among entries of one instant. */
  enum Source {
    /** The person's row: its creation. */
    PERSON,
    /** The activity log's own table. */
    LOG,
    /** Events, those of nobody yet included. */
    EVENT,
    /** Metrics of deliveries. */
    DELIVERY
  }

  /**
   * What an entry is made from. Source, key and part together are unique.
   *
   * @param key the operation or the delivery
   * @param part tells apart entries of one operation or delivery, from 0
   * @param personId 0 when it concerns nobody who is known
   * @param occurredAt when it happened, as far as the caller said
   * @param loggedAt when it became known here
   */
  record Origin(
      Source source, long key, int part, long personId, Instant occurredAt, Instant loggedAt) {

    /**
     * The entry's id (P-50): a ULID of the time it became known, the same whenever it is asked; in
     * the order of {@link ActivityPlace} among entries of a millisecond.
     */
    public String id() {
      var tail =
          ByteBuffer.allocate(10)
              .putLong((long) source.ordinal() << 60 | key & 0x0fff_ffff_ffff_ffffL)
              .putShort((short) part);
      return new Ulid(Math.max(0, loggedAt.toEpochMilli()), tail.array()).toString();
    }

    ActivityPlace placeByTime() {
      return new ActivityPlace(occurredAt, source.ordinal(), key, part);
    }

    ActivityPlace placeByReceipt() {
      return new ActivityPlace(loggedAt, source.ordinal(), key, part);
    }
  }

  /**
   * A change, failure or deletion.
   *
   * @param objectKey of the object it is about, which may be gone; 0 when it is about none
   * @param data JSON object
   */
  record Logged(Origin origin, long objectKey, String type, String data) implements Activity {}

  /**
   * An event.
   *
   * @param data JSON object
   */
  record Happened(Origin origin, EventKind kind, String name, String data) implements Activity {
    @Override
    public String type() {
      return ActivityType.of(kind).wire();
    }
  }

  /**
   * Something that happened to a delivery, whose number is the origin's key.
   *
   * @param deliveryCreatedAt with the number it makes the delivery's public id
   * @param channel such as {@code email}
   * @param deliveredAt null when no delivery was reported
   * @param opened whether it has been opened
   */
  record Messaged(
      Origin origin,
      String type,
      Instant deliveryCreatedAt,
      String channel,
      @Nullable Instant deliveredAt,
      boolean opened)
      implements Activity {}
}
