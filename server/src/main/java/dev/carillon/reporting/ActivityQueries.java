package dev.carillon.reporting;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads what happened to one person, newest first by the time it happened, from where each thing is
 * stored: events, deliveries, the activity log's own table, and the person's row. Every part of a
 * query uses an index of the person and reads no more than a page, but for deliveries, whose
 * metrics are not indexed by person: all of one person's are looked at. Safe for many threads.
 */
public final class ActivityQueries {
  private final Database database;
  private final InstantSource clock;

  /** Reads from this database. */
  public ActivityQueries(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  // Each part orders and limits for itself, so that its index delivers the page and no more.
  private static final String OF_PERSON =
      """
      WITH entry AS (
          (SELECT created_at AS occurred_at, 0 AS source, person_id AS key, 0 AS part, person_id, created_at AS received_at,
                  'profile_create' AS type, NULL::int AS kind, NULL AS name, '{}' AS data,
                  NULL::timestamptz AS delivery_created_at, NULL AS channel, NULL::timestamptz AS delivered_at,
                  false AS opened, NULL::bigint AS object_key
             FROM person
            WHERE person_id = :person AND workspace_id = :workspace AND :creations AND created_at >= :from
              AND (created_at, 0, person_id, 0) < (:at, :source, :key, :part))
          UNION ALL
          (SELECT occurred_at, 1, op, part, person_id, received_at, type, NULL, NULL, data, NULL, NULL, NULL, false, object_key
             FROM activity
            WHERE person_id = :person AND workspace_id = :workspace AND :log AND received_at >= :from
              AND (:type::text IS NULL OR type = :type)
              AND (:name::text IS NULL OR type LIKE '%%attribute_change'
                   AND coalesce(data::json -> :name, data::json #> ARRAY['attributes', :name]) IS NOT NULL)
              AND occurred_at <= :at AND (occurred_at, 1, op, part::int) < (:at, :source, :key, :part)
            ORDER BY occurred_at DESC, op DESC, part DESC
            LIMIT :limit)
          UNION ALL
          (SELECT e.occurred_at, 2, e.op, 0, e.person_id, e.received_at, NULL, n.kind, n.name, e.data,
                  NULL, NULL, NULL, false, NULL
             FROM event e JOIN event_name n USING (name_id)
            WHERE e.person_id = :person AND e.workspace_id = :workspace AND :events AND e.received_at >= :from
              AND n.kind = ANY(:kinds) AND (:name::text IS NULL OR n.name = :name)
              AND e.occurred_at <= :at AND (e.occurred_at, 2, e.op, 0) < (:at, :source, :key, :part)
            ORDER BY e.occurred_at DESC, e.op DESC
            LIMIT :limit)
          UNION ALL
          (SELECT m.at, 3, d.delivery_id, m.part, d.person_id, m.at, m.metric || '_' || d.channel, NULL, NULL, '{}',
                  d.created_at, d.channel, d.delivered_at, d.opened_at IS NOT NULL, NULL
             FROM delivery d CROSS JOIN LATERAL (VALUES %s) AS m(part, metric, at)
            WHERE d.person_id = :person AND d.workspace_id = :workspace AND :messages AND m.at >= :from
              AND (:type::text IS NULL OR m.metric || '_' || d.channel = :type)
              AND d.created_at >= :story AND (m.at, 3, d.delivery_id, m.part) < (:at, :source, :key, :part)
            ORDER BY m.at DESC, d.delivery_id DESC, m.part DESC
            LIMIT :limit))
      SELECT * FROM entry ORDER BY occurred_at DESC, source DESC, key DESC, part DESC LIMIT :limit
      """
          .formatted(metrics());

  private static String metrics() {
    return IntStream.range(0, ActivityRows.METRICS.size())
        .mapToObj(part -> "(%d, '%s', d.%2$s_at)".formatted(part, ActivityRows.METRICS.get(part)))
        .collect(Collectors.joining(", "));
  }

  /** A page of what happened to a person of this workspace; empty when there is no such person. */
  public ActivityPage ofPerson(WorkspaceId workspace, long personId, ActivityFilter filter) {
    var place = filter.place();
    var from = clock.instant().minus(ActivityRows.KEPT);
    var found =
        database.read(handle ->
            handle
                .createQuery(OF_PERSON)
                .bind("person", personId)
                .bind("workspace", workspace.value())
                .bind("creations", filter.wantsCreations())
                .bind("log", filter.wantsLog())
                .bind("events", filter.wantsEvents())
                .bind("messages", filter.wantsMessages())
                .bind("type", filter.wire())
                .bind("kinds", filter.kinds())
                .bind("name", filter.name())
                .bind("from", from)
                .bind("story", from.minus(ActivityRows.LONGEST_STORY))
                .bind("at", place.at())
                .bind("source", place.source())
                .bind("key", place.key())
                .bind("part", place.part())
                .bind("limit", filter.limit() + 1)
                .map((row, _) -> ActivityRows.activity(row))
                .list());
    if (found.size() <= filter.limit()) {
      return new ActivityPage(found, null);
    }
    var page = found.subList(0, filter.limit());
    return new ActivityPage(page, page.getLast().origin().placeByTime());
  }

  /** When these people were last sent a mail; those who never were are absent. */
  public Map<Long, Instant> lastEmailed(WorkspaceId workspace, Collection<Long> people) {
    var last = new HashMap<Long, Instant>();
    database.<Integer, RuntimeException>read(handle ->
        handle
            .createQuery(
                """
                SELECT person_id, max(sent_at) FROM delivery
                 WHERE person_id = ANY(:people) AND workspace_id = :workspace AND channel = 'email'
                   AND sent_at IS NOT NULL
                 GROUP BY person_id
                """)
            .bind("people", people.stream().mapToLong(Long::longValue).toArray())
            .bind("workspace", workspace.value())
            .map((row, _) -> last.put(row.getLong(1), row.getTimestamp(2).toInstant()))
            .list()
            .size());
    return last;
  }
}
