package dev.carillon.reporting;

import com.github.f4b6a3.ulid.Ulid;
import dev.carillon.events.EventKind;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what happened to one person, newest first, from where each thing is stored: events,
 * deliveries, the activity log's own table, and the person's row. Every part of a query uses an
 * index of the person and reads no more than a page, but for deliveries, whose metrics are not
 * indexed: all of one person's are looked at. Safe for many threads.
 */
public final class ActivityQueries {
  /** Entries on one page, at most. */
  public static final int LONGEST_PAGE = 100;

  private final Database database;

  /** Reads from this database. */
  public ActivityQueries(Database database) {
    this.database = database;
  }

  /**
   * The place of an entry in the order: by time, and within one instant by source and key.
   *
   * @param source 1 the person's creation, 2 the activity log, 3 events, 4 deliveries
   * @param key operation or delivery
   * @param part tells apart entries of the same operation or delivery
   */
  public record Place(Instant at, int source, long key, long part) {

    /** The entry's id: a ULID of its time, the same whenever it is asked. */
    public String ulid() {
      var text = ByteBuffer.allocate(20).putInt(source).putLong(key).putLong(part).array();
      try {
        var hash = MessageDigest.getInstance("SHA-256").digest(text);
        return new Ulid(Math.max(0, at.toEpochMilli()), Arrays.copyOf(hash, 10)).toString();
      } catch (NoSuchAlgorithmException missing) {
        throw new IllegalStateException("every Java runtime has SHA-256", missing);
      }
    }
  }

  /** One entry. */
  public sealed interface Activity {
    /** Where it stands in the order. */
    Place place();

    /** The word of journeys §1.5, such as {@code attribute_change} or {@code sent_email}. */
    String type();

    /**
     * A change, failure or deletion.
     *
     * @param data JSON object
     */
    record Logged(Place place, String type, String data) implements Activity {}

    /**
     * An event.
     *
     * @param data JSON object
     */
    record Happened(Place place, EventKind kind, String name, String data) implements Activity {
      @Override
      public String type() {
        return kind.wire();
      }
    }

    /**
     * Something that happened to a delivery.
     *
     * @param deliveryCreatedAt with the key in {@code place} it makes the delivery's public id
     * @param channel such as {@code email}
     * @param deliveredAt null when no delivery was reported
     * @param opened whether it has been opened
     */
    record Messaged(
        Place place,
        String type,
        Instant deliveryCreatedAt,
        String channel,
        @Nullable Instant deliveredAt,
        boolean opened)
        implements Activity {}
  }

  /**
   * What to list.
   *
   * @param type only entries of this type; null for all
   * @param name only events of this name and changes of the attribute of this name; null for all
   * @param after only entries behind this place; null from the newest
   * @param limit 1 to {@value #LONGEST_PAGE}
   */
  public record Filter(
      @Nullable String type, @Nullable String name, @Nullable Place after, int limit) {
    /**
     * Checks the page size.
     *
     * @throws IllegalArgumentException for a limit out of range
     */
    public Filter {
      if (limit < 1 || limit > LONGEST_PAGE) {
        throw new IllegalArgumentException("a page holds 1 to 100 activities, not " + limit);
      }
    }
  }

  /**
   * Entries of one page.
   *
   * @param next the place behind which the list goes on; null at its end
   */
  public record Page(List<Activity> activities, @Nullable Place next) {
    /** Copies the list. */
    public Page {
      activities = List.copyOf(activities);
    }
  }

  // Each part orders and limits for itself, so that its index delivers the page and no more.
  private static final String OF_PERSON =
      """
      WITH part AS (
          (SELECT created_at AS at, 1 AS source, person_id AS key, 0::bigint AS part, 'profile_create' AS type,
                  NULL::int AS kind, NULL AS name, '{}' AS data, NULL::timestamptz AS delivery_created_at,
                  NULL AS channel, NULL::timestamptz AS delivered_at, false AS opened
             FROM person
            WHERE person_id = :person AND workspace_id = :workspace
              AND (:type IS NULL OR :type = 'profile_create') AND :name::text IS NULL
              AND (created_at, 1, person_id, 0::bigint) < (:at, :source, :key, :part))
          UNION ALL
          (SELECT occurred_at, 2, op, hashtextextended(type || data, 0), type,
                  NULL, NULL, data, NULL, NULL, NULL, false
             FROM activity
            WHERE person_id = :person AND workspace_id = :workspace
              AND :kind = 0 AND (:type IS NULL OR type = :type)
              AND (:name::text IS NULL OR type LIKE '%attribute_change' AND data::json -> :name IS NOT NULL)
              AND occurred_at <= :at
              AND (occurred_at, 2, op, hashtextextended(type || data, 0)) < (:at, :source, :key, :part)
            ORDER BY occurred_at DESC, op DESC, hashtextextended(type || data, 0) DESC
            LIMIT :limit)
          UNION ALL
          (SELECT e.occurred_at, 3, e.op, 0, NULL, n.kind, n.name, e.data, NULL, NULL, NULL, false
             FROM event e JOIN event_name n USING (name_id)
            WHERE e.person_id = :person AND e.workspace_id = :workspace
              AND (:type IS NULL OR :kind > 0 AND n.kind = :kind)
              AND (:name::text IS NULL OR n.name = :name)
              AND e.occurred_at <= :at
              AND (e.occurred_at, 3, e.op, 0::bigint) < (:at, :source, :key, :part)
            ORDER BY e.occurred_at DESC, e.op DESC
            LIMIT :limit)
          UNION ALL
          (SELECT m.at, 4, d.delivery_id, m.rank, m.metric || '_' || d.channel,
                  NULL, NULL, '{}', d.created_at, d.channel, d.delivered_at, d.opened_at IS NOT NULL
             FROM delivery d
            CROSS JOIN LATERAL (VALUES
                  (1::bigint, 'drafted', d.drafted_at), (2, 'attempted', d.attempted_at), (3, 'sent', d.sent_at),
                  (4, 'delivered', d.delivered_at), (5, 'deferred', d.deferred_at), (6, 'opened', d.opened_at),
                  (7, 'clicked', d.clicked_at), (8, 'converted', d.converted_at), (9, 'bounced', d.bounced_at),
                  (10, 'dropped', d.dropped_at), (11, 'spammed', d.spammed_at), (12, 'failed', d.failed_at),
                  (13, 'undeliverable', d.undeliverable_at), (14, 'unsubscribed', d.unsubscribed_at))
                  AS m(rank, metric, at)
            WHERE d.person_id = :person AND d.workspace_id = :workspace AND m.at IS NOT NULL
              AND (:type IS NULL OR m.metric || '_' || d.channel = :type) AND :name::text IS NULL
              AND (m.at, 4, d.delivery_id, m.rank) < (:at, :source, :key, :part)
            ORDER BY m.at DESC, d.delivery_id DESC, m.rank DESC
            LIMIT :limit))
      SELECT * FROM part ORDER BY at DESC, source DESC, key DESC, part DESC LIMIT :limit
      """;

  /** A page of what happened to a person of this workspace; empty when there is no such person. */
  public Page ofPerson(WorkspaceId workspace, long personId, Filter filter) {
    var after = filter.after();
    var found =
        database.read(handle ->
            handle
                .createQuery(OF_PERSON)
                .bind("person", personId)
                .bind("workspace", workspace.value())
                .bind("type", filter.type())
                .bind("kind", kind(filter.type()))
                .bind("name", filter.name())
                .bind("at", after == null ? Instant.MAX : after.at())
                .bind("source", after == null ? Integer.MAX_VALUE : after.source())
                .bind("key", after == null ? Long.MAX_VALUE : after.key())
                .bind("part", after == null ? Long.MAX_VALUE : after.part())
                .bind("limit", filter.limit() + 1)
                .map((row, _) -> activity(row))
                .list());
    if (found.size() <= filter.limit()) {
      return new Page(found, null);
    }
    var page = found.subList(0, filter.limit());
    return new Page(page, page.getLast().place());
  }

  /** The kind of event a type stands for; 0, which no event has, for every other type. */
  private static int kind(@Nullable String type) {
    for (var kind : EventKind.values()) {
      if (kind.wire().equals(type)) {
        return kind.code();
      }
    }
    return 0;
  }

  private static Activity activity(ResultSet row) throws SQLException {
    var place =
        new Place(
            row.getObject("at", OffsetDateTime.class).toInstant(),
            row.getInt("source"),
            row.getLong("key"),
            row.getLong("part"));
    return switch (place.source()) {
      case 3 ->
          new Activity.Happened(
              place,
              EventKind.of(row.getInt("kind")),
              row.getString("name"),
              row.getString("data"));
      case 4 -> {
        var delivered = row.getObject("delivered_at", OffsetDateTime.class);
        yield new Activity.Messaged(
            place,
            row.getString("type"),
            row.getObject("delivery_created_at", OffsetDateTime.class).toInstant(),
            row.getString("channel"),
            delivered == null ? null : delivered.toInstant(),
            row.getBoolean("opened"));
      }
      default -> new Activity.Logged(place, row.getString("type"), row.getString("data"));
    };
  }

  /** When the person was last sent a mail; empty for never. */
  public Optional<Instant> lastEmailed(WorkspaceId workspace, long personId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT max(sent_at) FROM delivery
                 WHERE person_id = :person AND workspace_id = :workspace AND channel = 'email'
                """)
            .bind("person", personId)
            .bind("workspace", workspace.value())
            .map((row, _) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
            .one()
            .map(OffsetDateTime::toInstant));
  }
}
