package dev.carillon.delivery;

import dev.carillon.delivery.Outcome.Result.Delayed;
import dev.carillon.delivery.Outcome.Result.Finished;
import dev.carillon.delivery.Outcome.Result.Untouched;
import dev.carillon.delivery.Outcome.Result.Vanished;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.webhooks.ReportingEvents;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.ConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Work still to do, shared by all workers: each piece has at most one holder at a time.
 *
 * <p><b>Claim.</b> A claim marks due rows with a lease: a number no other claim has, ever. {@code
 * due_at} moves to the end of the lease, so one index answers what is next for new work, for
 * retries and for leases that ran out. It commits durably before anything is sent, and its flush
 * covers every earlier commit it has read, such as the processing that decided to send.
 *
 * <p><b>Finish.</b> An outcome is recorded only while the row still carries the lease of its claim.
 * Who was too slow has lost the right to say anything, since somebody else may be sending by now.
 *
 * <p><b>Death.</b> The upper half of a lease is its holder's incarnation. Leases of a dead holder
 * run out after {@link #LEASE}, or at once where somebody knows that it is dead ({@link #reclaim}).
 * What it had handed over without recording is handed over once more, under the same {@code
 * Message-ID}.
 *
 * <p><b>Unanswered claims.</b> When the connection breaks at the wrong instant, a claim is
 * committed and its worker does not learn what it claimed. So a claim that failed is remembered,
 * and before the next one of its lane what it may have marked is given back. Nobody can be sending
 * that.
 */
final class Outbox {
  static final Duration LEASE = Duration.ofSeconds(60);

  private final Database database;
  private final ReportingEvents reporting;
  private final int incarnation;
  private final AtomicInteger claims = new AtomicInteger();

  /** Lease → a claim that failed and may have been committed, until its lease has run out. */
  private final Map<Long, Unanswered> unanswered = new ConcurrentHashMap<>();

  /**
   * @param reporting is told what was recorded
   * @param incarnation number of this life of this process, positive, never used before
   */
  Outbox(Database database, ReportingEvents reporting, int incarnation) {
    if (incarnation < 1) {
      throw new IllegalArgumentException("An incarnation is positive, not " + incarnation);
    }
    this.database = database;
    this.reporting = reporting;
    this.incarnation = incarnation;
  }

  private record Unanswered(Lane lane, Instant until) {}

  /**
   * Takes at most {@code limit} deliveries that are due, oldest first. Called by one thread of each
   * lane.
   */
  List<Claimed> claim(Lane lane, Instant now, int limit) {
    giveBackUnanswered(lane, now);
    var lease = (long) incarnation << 32 | claims.incrementAndGet() & 0xffffffffL;
    var until = now.plus(LEASE);
    try {
      return claim(lane, now, limit, lease, until);
    } catch (ConnectionException neverAsked) {
      throw neverAsked;
    } catch (RuntimeException failure) {
      unanswered.put(lease, new Unanswered(lane, until));
      throw failure;
    }
  }

  private List<Claimed> claim(Lane lane, Instant now, int limit, long lease, Instant until) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                WITH due AS MATERIALIZED (
                    SELECT delivery_id FROM outbox
                     WHERE lane = :lane AND due_at <= :now
                     ORDER BY due_at LIMIT :limit
                       FOR UPDATE SKIP LOCKED),
                claimed AS (
                    UPDATE outbox o
                       SET lease = :lease, leased_until = :until, due_at = :until, attempts = o.attempts + 1
                      FROM due
                     WHERE o.delivery_id = due.delivery_id
                    RETURNING o.delivery_id, o.created_at, o.attempts)
                SELECT c.delivery_id, c.created_at, c.attempts, d.workspace_id, w.name, d.person_id,
                       d.journey_id, d.campaign_id, d.action_id, d.transactional_id, d.forgotten, d.trigger, d.state,
                       d.drafted_at IS NOT NULL AS draft, d.attempted_at, p.attributes,
                       l.listing, m.email,
                       EXISTS (SELECT FROM esp_suppression e
                                WHERE e.workspace_id = d.workspace_id AND e.email = m.email) AS listed
                  FROM claimed c
                  LEFT JOIN delivery d ON d.delivery_id = c.delivery_id AND d.created_at = c.created_at
                  LEFT JOIN workspace w ON w.workspace_id = d.workspace_id
                  LEFT JOIN person p ON p.person_id = d.person_id AND p.workspace_id = d.workspace_id
                  -- Where nobody is on the list no profile is looked into.
                  CROSS JOIN (SELECT EXISTS (SELECT FROM esp_suppression) AS listing OFFSET 0) l
                  CROSS JOIN LATERAL (
                      SELECT CASE WHEN l.listing THEN lower(p.attributes::json ->> 'email') END AS email OFFSET 0) m
                """)
            .bind("lane", lane.code())
            .bind("now", now)
            .bind("limit", limit)
            .bind("lease", lease)
            .bind("until", until)
            .map((row, _) -> claimed(row, lease, until))
            .list());
  }

  /**
   * A claim that is not found may still be on its way through a server that lost us, so it is
   * looked for until its lease would have run out.
   */
  private void giveBackUnanswered(Lane lane, Instant now) {
    unanswered.values().removeIf(each -> !each.until.isAfter(now));
    var leases = new ArrayList<Long>();
    unanswered.forEach((lease, claim) -> {
      if (claim.lane == lane) {
        leases.add(lease);
      }
    });
    if (!leases.isEmpty()) {
      unanswered.keySet().removeAll(giveBack(leases, now));
    }
  }

  /** Makes due again what was marked with these leases of ours; returns those that were found. */
  private Set<Long> giveBack(List<Long> leases, Instant now) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                WITH held AS MATERIALIZED (
                    SELECT delivery_id, lease FROM outbox
                     WHERE lease >> 32 = :own AND lease = ANY(:leases)
                       FOR UPDATE),
                back AS (
                    UPDATE outbox o
                       SET lease = NULL, leased_until = NULL, due_at = :now, attempts = o.attempts - 1
                      FROM held
                     WHERE o.delivery_id = held.delivery_id)
                SELECT DISTINCT lease FROM held
                """)
            .bind("now", now)
            .bind("own", (long) incarnation)
            .bind("leases", leases.stream().mapToLong(Long::longValue).toArray())
            .mapTo(Long.class)
            .set());
  }

  private static Claimed claimed(ResultSet row, long lease, Instant until) throws SQLException {
    return new Claimed(
        row.getLong("delivery_id"),
        DeliveryRow.instant(row, "created_at"),
        lease,
        until,
        row.getInt("attempts"),
        content(row));
  }

  private static Claimed.@Nullable Content content(ResultSet row) throws SQLException {
    var trigger = row.getString("trigger");
    if (trigger == null) {
      return null;
    }
    var workspace = row.getString("name");
    return new Claimed.Content(
        row.getInt("workspace_id"),
        workspace == null ? "" : workspace,
        row.getLong("person_id"),
        row.getObject("journey_id", Long.class),
        row.getObject("campaign_id", Integer.class),
        row.getObject("action_id", Integer.class),
        row.getObject("transactional_id", Integer.class),
        row.getBoolean("forgotten"),
        trigger,
        row.getBoolean("draft"),
        DeliveryState.ofWire(row.getString("state")) == DeliveryState.CANCELLED,
        row.getString("attributes"),
        DeliveryRow.optionalInstant(row, "attempted_at"),
        new Claimed.Listing(
            row.getBoolean("listing"), row.getString("email"), row.getBoolean("listed")));
  }

  /**
   * What was recorded.
   *
   * @param deliveries whose outcome was recorded; the others were lost to another holder
   * @param woken whether some rule counts what was reached, so that due work has something to do
   */
  record Recorded(Set<Long> deliveries, boolean woken) {
    /** Copies the keys. */
    Recorded {
      deliveries = Set.copyOf(deliveries);
    }
  }

  /**
   * Records outcomes, durably and all in one, of those whose lease still holds. The people whose
   * messages reached something that rules count are noted with them ({@link MessageWakes}), and
   * webhooks are told ({@link OutcomeNews}); for that it joins the rules' epoch, so that whoever
   * saves a rule that counts more finds what was recorded before, and everything recorded after is
   * noted.
   */
  Recorded record(List<Outcome> outcomes) {
    // In the order of the keys, so that two transactions that touch the same deliveries cannot wait
    // for each other in a circle.
    var rows =
        outcomes.stream()
            .sorted(Comparator.comparingLong(each -> each.claimed().deliveryId()))
            .map(Row::of)
            .toList();
    var recorded = new HashSet<Long>();
    var woken = new AtomicBoolean();
    database.<Integer, RuntimeException>inTransaction(handle -> {
      Epoch.hold(handle);
      var asked = new AtomicBoolean();
      handle
          .createQuery(
              """
              WITH outcome AS MATERIALIZED (
                  SELECT * FROM unnest(:ids, :createdAt, :leases, :states, :reasons, :at, :dueAt,
                                       :handedOver, :recipients, :subjects, :contents)
                      AS o(delivery_id, created_at, lease, state, reason, at, due_at,
                           handed_over, recipient, subject, content)),
              settled AS (
                  DELETE FROM outbox w USING outcome o
                   WHERE w.delivery_id = o.delivery_id AND w.lease = o.lease AND o.due_at IS NULL
                  RETURNING w.delivery_id),
              delayed AS (
                  UPDATE outbox w
                     SET lease = NULL, leased_until = NULL, due_at = o.due_at,
                         attempts = CASE WHEN o.state IS NULL THEN w.attempts - 1 ELSE w.attempts END
                    FROM outcome o
                   WHERE w.delivery_id = o.delivery_id AND w.lease = o.lease AND o.due_at IS NOT NULL
                  RETURNING w.delivery_id),
              answered AS (
                  DELETE FROM send_request r USING outcome o
                   WHERE r.delivery_id = o.delivery_id AND o.delivery_id IN (SELECT delivery_id FROM settled)
                     AND o.state IS DISTINCT FROM 'drafted'),
              held AS MATERIALIZED (
                  SELECT o.* FROM outcome o
                   WHERE o.delivery_id IN (SELECT delivery_id FROM settled
                                           UNION ALL SELECT delivery_id FROM delayed)),
              archived AS (
                  INSERT INTO delivery_content (delivery_id, created_at, workspace_id, content)
                  SELECT d.delivery_id, d.created_at, d.workspace_id, o.content
                    FROM held o
                    JOIN delivery d ON d.delivery_id = o.delivery_id AND d.created_at = o.created_at
                   WHERE o.content IS NOT NULL
                  ON CONFLICT (delivery_id, created_at) DO UPDATE SET content = excluded.content),
              told AS (
                  UPDATE delivery d
                     SET state = CASE WHEN o.state = 'attempted' AND d.state = 'cancelled' THEN d.state
                                      WHEN o.state <> 'sent' THEN o.state
                                      WHEN d.bounced_at IS NOT NULL THEN 'bounced'
                                      WHEN d.dropped_at IS NOT NULL THEN 'dropped'
                                      WHEN d.delivered_at IS NOT NULL THEN 'delivered'
                                      WHEN d.deferred_at IS NOT NULL THEN 'deferred'
                                      ELSE 'sent' END,
                         failure_message = coalesce(o.reason,
                             CASE WHEN d.bounced_at IS NOT NULL OR d.dropped_at IS NOT NULL
                                  THEN d.failure_message END),
                         recipient = coalesce(o.recipient, d.recipient),
                         subject = coalesce(o.subject, d.subject),
                         attempts = d.attempts + o.handed_over::int,
                         attempted_at = CASE WHEN o.state = 'attempted'
                                             THEN coalesce(d.attempted_at, o.at) ELSE d.attempted_at END,
                         sent_at = CASE WHEN o.state = 'sent' THEN o.at ELSE d.sent_at END,
                         failed_at = CASE WHEN o.state = 'failed' THEN o.at ELSE d.failed_at END,
                         dropped_at = CASE WHEN o.state = 'dropped' THEN o.at ELSE d.dropped_at END,
                         undeliverable_at = CASE WHEN o.state = 'undeliverable' THEN o.at
                                                 ELSE d.undeliverable_at END
                    FROM held o
                   WHERE d.delivery_id = o.delivery_id AND d.created_at = o.created_at
                     AND o.state IS NOT NULL
                  RETURNING d.person_id, d.workspace_id, o.state),
              woken AS (
                  INSERT INTO message_wake (person_id, workspace_id)
                  SELECT DISTINCT t.person_id, t.workspace_id FROM told t
                   WHERE EXISTS (SELECT FROM counter c
                                  WHERE c.workspace_id = t.workspace_id AND c.metric = t.state
                                    AND c.unused_at IS NULL)
                  RETURNING wake_id)
              SELECT delivery_id, EXISTS (SELECT FROM woken),
                     EXISTS (SELECT FROM told t JOIN reporting_webhook w ON w.workspace_id = t.workspace_id
                              WHERE NOT w.disabled)
                FROM held
              """)
          .bind("ids", rows.stream().mapToLong(Row::id).toArray())
          .bind("createdAt", rows.stream().map(Row::createdAt).toArray(Instant[]::new))
          .bind("leases", rows.stream().mapToLong(Row::lease).toArray())
          .bind("states", rows.stream().map(Row::state).toArray(String[]::new))
          .bind("reasons", rows.stream().map(Row::reason).toArray(String[]::new))
          .bind("at", rows.stream().map(Row::at).toArray(Instant[]::new))
          .bind("dueAt", rows.stream().map(Row::dueAt).toArray(Instant[]::new))
          .bind("handedOver", rows.stream().map(Row::handedOver).toArray(Boolean[]::new))
          .bind("recipients", rows.stream().map(Row::recipient).toArray(String[]::new))
          .bind("subjects", rows.stream().map(Row::subject).toArray(String[]::new))
          .bind("contents", rows.stream().map(Row::content).toArray(String[]::new))
          .map((row, _) -> {
            woken.set(row.getBoolean(2));
            asked.set(row.getBoolean(3));
            return recorded.add(row.getLong(1));
          })
          .list();
      if (asked.get()) {
        OutcomeNews.tell(handle, reporting, outcomes, recorded);
      }
      return recorded.size();
    });
    return new Recorded(recorded, woken.get());
  }

  /** Incarnations other than our own that hold claims. */
  Set<Integer> holders() {
    return database.read(handle ->
        handle
            .createQuery(
                "SELECT DISTINCT (lease >> 32)::int FROM outbox WHERE lease IS NOT NULL AND lease >> 32 <> :own")
            .bind("own", incarnation)
            .mapTo(Integer.class)
            .set());
  }

  /**
   * Makes everything due at once that dead holders had claimed.
   *
   * @return how many deliveries that were
   */
  int reclaim(Set<Integer> dead, Instant now) {
    if (dead.contains(incarnation)) {
      throw new IllegalArgumentException("Incarnation " + incarnation + " is alive: it is ours");
    }
    return database.read(handle ->
        handle
            .createUpdate(
                """
                UPDATE outbox SET lease = NULL, leased_until = NULL, due_at = :now
                 WHERE lease >> 32 = ANY(:dead)
                """)
            .bind("now", now)
            .bind("dead", dead.stream().mapToLong(Integer::longValue).toArray())
            .execute());
  }

  /** One outcome as columns; state null leaves the delivery as it is, due null ends the work. */
  private record Row(
      long id,
      Instant createdAt,
      long lease,
      @Nullable String state,
      @Nullable String reason,
      Instant at,
      @Nullable Instant dueAt,
      boolean handedOver,
      @Nullable String recipient,
      @Nullable String subject,
      @Nullable String content) {
    private static final int MAX_REASON = 1_000;

    static Row of(Outcome outcome) {
      return switch (outcome.result()) {
        case Finished(var state, var reason) -> row(outcome, state, reason, null);
        case Delayed(var until, var reason) -> row(outcome, DeliveryState.ATTEMPTED, reason, until);
        case Untouched() -> row(outcome, null, null, outcome.at());
        case Vanished() -> row(outcome, null, null, null);
      };
    }

    private static Row row(
        Outcome outcome,
        @Nullable DeliveryState state,
        @Nullable String reason,
        @Nullable Instant dueAt) {
      var claimed = outcome.claimed();
      var email = outcome.email();
      return new Row(
          claimed.deliveryId(),
          claimed.createdAt(),
          claimed.lease(),
          state == null ? null : state.wire(),
          reason == null ? null : storable(reason),
          outcome.at(),
          dueAt,
          outcome.handedOver(),
          email == null ? null : email.recipient(),
          email == null ? null : email.subject(),
          email == null || dueAt != null || isForgotten(claimed) ? null : StoredEmail.json(email));
    }

    private static boolean isForgotten(Claimed claimed) {
      var content = claimed.content();
      return content != null && content.forgotten();
    }

    /** PostgreSQL cannot store NUL, and a reason may quote a template or a mail server. */
    private static String storable(String reason) {
      var clean = reason.replace('\0', ' ');
      return clean.length() <= MAX_REASON ? clean : clean.substring(0, MAX_REASON);
    }
  }
}
