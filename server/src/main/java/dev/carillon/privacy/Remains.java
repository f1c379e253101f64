package dev.carillon.privacy;

import dev.carillon.privacy.Census.Count;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Removes what is stored under the keys of people who are gone, or takes from it all that leads
 * back to them: a bounded number of rows of each table and person a call, with a constant number of
 * statements.
 *
 * <p>Rows are picked by index and then named by their place ({@code ctid}) and the key of their
 * partition, which together are unique; so a person with a hundred million rows costs no more a
 * step than one with a thousand. A delivery that a worker holds at the moment is left alone,
 * because its outcome would be written behind us; the next step finds it.
 */
final class Remains {
  private final int each;

  /**
   * @param each rows of each table and person at most
   */
  Remains(int each) {
    this.each = each;
  }

  /**
   * Rows that are gone, or say nothing of the person any more.
   *
   * @param until for events, when the last of them happened
   */
  record Done(Count count, boolean anonymised, Instant until) {
    Done(Count count) {
      this(count, false, Instant.MIN);
    }
  }

  /**
   * What one call did.
   *
   * @param unfinished people of whom something may be left, with the time of events from which on
   *     to go on
   * @param held those who wait for a worker that sends something
   */
  record Step(List<Done> done, Map<Long, Instant> unfinished, Set<Long> held) {}

  /**
   * Erases a part.
   *
   * @param settled people of whom nothing can be written any more; for others deliveries are left
   *     where a proof is owed, because what is written late about one is found through it alone
   */
  Step erase(Handle handle, Collection<Work> work, Set<Long> settled, Instant now) {
    // The plan must not depend on statistics: rows are fetched by place, never by reading a table.
    handle.execute("SET LOCAL enable_seqscan = off");
    handle.execute("SET LOCAL enable_hashjoin = off");
    handle.execute("SET LOCAL enable_mergejoin = off");
    var done = new ArrayList<Done>();
    var deleted = of(work, ErasureMode.DELETION);
    var anonymous = of(work, ErasureMode.ANONYMISE);
    var erased = of(work, ErasureMode.ERASE);
    var requested = join(anonymous, erased);
    run(handle, done, DELETE_EVENTS, join(deleted, erased), now);
    run(handle, done, ANONYMISE_EVENTS, anonymous, now);
    run(handle, done, DELETE_ACTIVITIES, requested, now);
    run(handle, done, DELETE_ACTIVITIES_OF_DELETED, deleted, now);
    run(handle, done, DELETE_CLICKS, join(deleted, requested), now);
    run(handle, done, STRIP_DELIVERIES, deleted, now);
    run(handle, done, ANONYMISE_DELIVERIES, settled(anonymous, settled), now);
    run(handle, done, DELETE_DELIVERIES, settled(erased, settled), now);
    run(handle, done, DELETE_REPORTS, requested, now);
    run(handle, done, ANONYMISE_JOURNEYS, anonymous, now);
    run(handle, done, DELETE_JOURNEYS, erased, now);
    run(handle, done, FREE_ANONYMOUS_IDS, join(deleted, requested), now);
    return new Step(done, unfinished(work, done), held(handle, work, now));
  }

  /**
   * Whoever is passed through from the beginning without reaching a bound is finished. Events are
   * passed through in the order they happened: what is removed stays in the index until it is
   * vacuumed, and each step would walk over all of it.
   */
  private Map<Long, Instant> unfinished(Collection<Work> work, List<Done> done) {
    var unfinished = new HashMap<Long, Instant>();
    for (var one : work) {
      if (one.cursor().at().isAfter(Instant.MIN)) {
        unfinished.put(one.personId(), Instant.MIN);
      }
    }
    for (var one : done) {
      if (one.count.rows() >= each) {
        var person = one.count.personId();
        var events = one.count.table() == PersonTable.EVENT;
        unfinished.merge(person, events ? one.until : Instant.MIN, (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    return unfinished;
  }

  private static List<Work> of(Collection<Work> work, ErasureMode mode) {
    return work.stream().filter(each -> each.mode() == mode).toList();
  }

  private static List<Work> settled(List<Work> work, Set<Long> settled) {
    return work.stream().filter(each -> settled.contains(each.personId())).toList();
  }

  private static List<Work> join(List<Work> one, List<Work> other) {
    var all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  /**
   * What is done with rows of a table.
   *
   * @param sql answers with name of the {@link PersonTable}, person, number of rows, and for events
   *     the time of the last one
   * @param anonymises whether rows of {@code table} stay
   */
  private record Treatment(PersonTable table, boolean anonymises, String sql) {
    static Treatment removes(PersonTable table, String sql) {
      return new Treatment(table, false, sql);
    }

    static Treatment anonymises(PersonTable table, String sql) {
      return new Treatment(table, true, sql);
    }
  }

  /** {@code %s}: what is done with the rows that were picked. */
  private static final String EVENTS =
      """
      WITH picked AS MATERIALIZED (
        SELECT u.person_id, u.stand_in, e.received_at, e.place, e.occurred_at
          FROM unnest(:people, :standIns, :since) AS u(person_id, stand_in, since)
         CROSS JOIN LATERAL (SELECT e.received_at, e.ctid AS place, e.occurred_at FROM event e
                              WHERE e.person_id = u.person_id AND e.occurred_at >= u.since
                              ORDER BY e.occurred_at LIMIT :each) e),
      gone AS (%s RETURNING p.person_id, p.occurred_at)
      SELECT 'EVENT', person_id, count(*), max(occurred_at) FROM gone GROUP BY person_id
      """;

  private static final Treatment DELETE_EVENTS =
      Treatment.removes(
          PersonTable.EVENT,
          EVENTS.formatted(
              "DELETE FROM event e USING picked p WHERE e.received_at = p.received_at AND e.ctid = p.place"));

  /**
   * Name and times stay. The number of the operation goes as well, as it may be the person's key;
   * below zero it only orders what happened at the same instant.
   */
  private static final Treatment ANONYMISE_EVENTS =
      Treatment.anonymises(
          PersonTable.EVENT,
          EVENTS.formatted(
              """
              UPDATE event e SET person_id = p.stand_in, data = '{}', event_id = NULL,
                                 op = -(1 + random() * 9007199254740990)::bigint
                FROM picked p WHERE e.received_at = p.received_at AND e.ctid = p.place
              """));

  /** {@code %s}: which activities stay. */
  private static final String ACTIVITIES =
      """
      WITH picked AS MATERIALIZED (
        SELECT u.person_id, a.received_at, a.place FROM unnest(:people) AS u(person_id)
         CROSS JOIN LATERAL (SELECT a.received_at, a.ctid AS place FROM activity a
                              WHERE a.person_id = u.person_id %s LIMIT :each) a),
      gone AS (DELETE FROM activity a USING picked p
                WHERE a.received_at = p.received_at AND a.ctid = p.place RETURNING p.person_id)
      SELECT 'ACTIVITY', person_id, count(*) FROM gone GROUP BY person_id
      """;

  private static final Treatment DELETE_ACTIVITIES =
      Treatment.removes(PersonTable.ACTIVITY, ACTIVITIES.formatted(""));

  /** That somebody was deleted stays (P-15). */
  private static final Treatment DELETE_ACTIVITIES_OF_DELETED =
      Treatment.removes(
          PersonTable.ACTIVITY, ACTIVITIES.formatted("AND a.type <> 'profile_delete'"));

  private static final Treatment DELETE_CLICKS =
      Treatment.removes(
          PersonTable.CLICK,
          """
          WITH picked AS MATERIALIZED (
            SELECT u.person_id, k.created_at, k.place FROM unnest(:people) AS u(person_id)
             CROSS JOIN LATERAL (SELECT k.created_at, k.ctid AS place
                                   FROM delivery d JOIN delivery_click k
                                     ON k.delivery_id = d.delivery_id AND k.created_at = d.created_at
                                  WHERE d.person_id = u.person_id LIMIT :each) k),
          gone AS (DELETE FROM delivery_click k USING picked p
                    WHERE k.created_at = p.created_at AND k.ctid = p.place RETURNING p.person_id)
          SELECT 'CLICK', person_id, count(*) FROM gone GROUP BY person_id
          """);

  /**
   * Those without clicks, which go before. First {@code %s}: which are still to be done; second:
   * what is done with them.
   */
  private static final String DELIVERIES =
      """
      WITH picked AS MATERIALIZED (
        SELECT u.person_id, u.stand_in, d.delivery_id, d.created_at
          FROM unnest(:people, :standIns) AS u(person_id, stand_in)
         CROSS JOIN LATERAL (SELECT d.delivery_id, d.created_at FROM delivery d
                              WHERE d.person_id = u.person_id %s
                                AND NOT EXISTS (SELECT FROM outbox o
                                                 WHERE o.delivery_id = d.delivery_id AND o.leased_until > :now)
                                AND NOT EXISTS (SELECT FROM delivery_click k
                                                 WHERE k.delivery_id = d.delivery_id AND k.created_at = d.created_at)
                              LIMIT :each) d),
      locked AS MATERIALIZED (
        SELECT p.person_id, p.stand_in, d.delivery_id, d.created_at
          FROM picked p JOIN delivery d ON d.delivery_id = p.delivery_id AND d.created_at = p.created_at
         ORDER BY d.delivery_id FOR NO KEY UPDATE OF d),
      work AS (DELETE FROM outbox o USING locked p WHERE o.delivery_id = p.delivery_id RETURNING p.person_id),
      content AS (DELETE FROM delivery_content c USING locked p
                   WHERE c.delivery_id = p.delivery_id AND c.created_at = p.created_at RETURNING p.person_id),
      request AS (DELETE FROM send_request r USING locked p WHERE r.delivery_id = p.delivery_id RETURNING p.person_id),
      gone AS (%s RETURNING p.person_id)
      SELECT 'SEND_REQUEST', person_id, count(*) FROM request GROUP BY person_id
       UNION ALL SELECT 'OUTBOX', person_id, count(*) FROM work GROUP BY person_id
       UNION ALL SELECT 'CONTENT', person_id, count(*) FROM content GROUP BY person_id
       UNION ALL SELECT 'DELIVERY', person_id, count(*) FROM gone GROUP BY person_id
      """;

  /** The row stays under the person's key, which names nobody. */
  private static final Treatment STRIP_DELIVERIES =
      Treatment.anonymises(
          PersonTable.DELIVERY,
          DELIVERIES.formatted(
              """
              AND (d.recipient IS NOT NULL OR d.subject IS NOT NULL OR d.failure_message IS NOT NULL
                   OR d.trigger <> '{}' OR d.trigger_event_id IS NOT NULL)
              """,
              """
              UPDATE delivery d SET recipient = NULL, subject = NULL, failure_message = NULL, trigger = '{}',
                                    trigger_event_id = NULL
                FROM locked p WHERE d.delivery_id = p.delivery_id AND d.created_at = p.created_at
              """));

  private static final Treatment ANONYMISE_DELIVERIES =
      Treatment.anonymises(
          PersonTable.DELIVERY,
          DELIVERIES.formatted(
              "",
              """
              UPDATE delivery d SET person_id = p.stand_in, recipient = NULL, subject = NULL,
                                    failure_message = NULL, trigger = '{}', trigger_event_id = NULL
                FROM locked p WHERE d.delivery_id = p.delivery_id AND d.created_at = p.created_at
              """));

  private static final Treatment DELETE_DELIVERIES =
      Treatment.removes(
          PersonTable.DELIVERY,
          DELIVERIES.formatted(
              "",
              """
              DELETE FROM delivery d USING locked p
               WHERE d.delivery_id = p.delivery_id AND d.created_at = p.created_at
              """));

  /** {@code %s}: what is done with the rows that were picked. */
  private static final String JOURNEYS =
      """
      WITH picked AS MATERIALIZED (
        SELECT u.person_id, u.stand_in, j.journey_id
          FROM unnest(:people, :standIns) AS u(person_id, stand_in)
         CROSS JOIN LATERAL (SELECT j.journey_id FROM journey j
                              WHERE j.person_id = u.person_id LIMIT :each) j),
      gone AS (%s WHERE j.journey_id = p.journey_id RETURNING p.person_id)
      SELECT 'JOURNEY', person_id, count(*) FROM gone GROUP BY person_id
      """;

  /** Its path tells steps and times, as metrics of steps need them. */
  private static final Treatment ANONYMISE_JOURNEYS =
      Treatment.anonymises(
          PersonTable.JOURNEY,
          JOURNEYS.formatted(
              "UPDATE journey j SET person_id = p.stand_in, trigger = '{}' FROM picked p"));

  private static final Treatment DELETE_JOURNEYS =
      Treatment.removes(
          PersonTable.JOURNEY, JOURNEYS.formatted("DELETE FROM journey j USING picked p"));

  /** Of somebody who is only deleted, webhooks are still told what happened before. */
  private static final Treatment DELETE_REPORTS =
      Treatment.removes(
          PersonTable.REPORT,
          """
          WITH picked AS MATERIALIZED (
            SELECT u.person_id, e.queue_id, e.event_no FROM unnest(:people) AS u(person_id)
             CROSS JOIN LATERAL (SELECT e.queue_id, e.event_no FROM reporting_event e
                                  WHERE e.person_id = u.person_id LIMIT :each) e),
          gone AS (DELETE FROM reporting_event e USING picked p
                    WHERE e.queue_id = p.queue_id AND e.event_no = p.event_no RETURNING p.person_id)
          SELECT 'REPORT', person_id, count(*) FROM gone GROUP BY person_id
          """);

  /** The rows are locks as well (class AnonymousRepository) and stay, of nobody. */
  private static final Treatment FREE_ANONYMOUS_IDS =
      Treatment.removes(
          PersonTable.ANONYMOUS_LINK,
          """
          WITH picked AS MATERIALIZED (
            SELECT u.person_id, l.workspace_id, l.anonymous_id FROM unnest(:people) AS u(person_id)
             CROSS JOIN LATERAL (SELECT l.workspace_id, l.anonymous_id FROM anonymous_link l
                                  WHERE l.person_id = u.person_id LIMIT :each) l),
          locked AS MATERIALIZED (
            SELECT p.person_id, l.workspace_id, l.anonymous_id
              FROM picked p JOIN anonymous_link l USING (workspace_id, anonymous_id)
             ORDER BY l.workspace_id, l.anonymous_id COLLATE "C" FOR UPDATE OF l),
          gone AS (UPDATE anonymous_link l SET person_id = NULL, linked_at = NULL FROM locked p
                    WHERE l.workspace_id = p.workspace_id AND l.anonymous_id = p.anonymous_id
                      AND l.person_id = p.person_id RETURNING p.person_id)
          SELECT 'ANONYMOUS_LINK', person_id, count(*) FROM gone GROUP BY person_id
          """);

  private void run(
      Handle handle, List<Done> done, Treatment treatment, List<Work> work, Instant now) {
    if (work.isEmpty()) {
      return;
    }
    var query =
        handle.createQuery(treatment.sql).bind("people", WorkQueue.people(work)).bind("each", each);
    if (treatment.sql.contains(":standIns")) {
      query.bind("standIns", work.stream().mapToLong(Work::standIn).toArray());
    }
    if (treatment.sql.contains(":since")) {
      query.bind("since", work.stream().map(one -> one.cursor().at()).toArray(Instant[]::new));
    }
    if (treatment.sql.contains(":now")) {
      query.bind("now", now);
    }
    query
        .map((row, _) -> {
          var table = PersonTable.valueOf(row.getString(1));
          return new Done(
              new Count(table, row.getLong(2), row.getLong(3)),
              treatment.anonymises && table == treatment.table,
              table == PersonTable.EVENT
                  ? row.getObject(4, OffsetDateTime.class).toInstant()
                  : Instant.MIN);
        })
        .forEach(done::add);
  }

  /** Those of whom a worker is sending something. */
  private static Set<Long> held(Handle handle, Collection<Work> work, Instant now) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT d.person_id FROM delivery d JOIN outbox o ON o.delivery_id = d.delivery_id
             WHERE d.person_id = ANY(:people) AND o.leased_until > :now
            """)
        .bind("people", WorkQueue.people(work))
        .bind("now", now)
        .mapTo(Long.class)
        .set();
  }
}
