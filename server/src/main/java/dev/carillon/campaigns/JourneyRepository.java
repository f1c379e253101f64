package dev.carillon.campaigns;

import dev.carillon.delivery.DeliveryRepository.EndedJourney;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Stores journeys, many with each statement. Everything runs in the caller's transaction, which
 * holds the locks of the people concerned.
 */
public final class JourneyRepository {

  /** A journey that is due and whose it is. */
  public record DueJourney(long journeyId, long personId, int campaignId) {}

  /** Stores new journeys, ended ones included. */
  public void insert(Handle handle, Collection<Journey> journeys) {
    if (journeys.isEmpty()) {
      return;
    }
    // Times travel as microseconds: formatting instants as text would cost more than the insert.
    var update =
        handle.createUpdate(
            """
            INSERT INTO journey (journey_id, person_id, workspace_id, campaign_id, version, state, node, visit,
                                 wake_at, started_at, entered_at, ended_at, end_reason, path, trigger)
            SELECT id, person_id, workspace_id, campaign_id, version, state, node, visit,
                   to_timestamp(wake_at / 1e6::float8), to_timestamp(started_at / 1e6::float8),
                   to_timestamp(entered_at / 1e6::float8), to_timestamp(ended_at / 1e6::float8),
                   end_reason, path, trigger
              FROM unnest(:ids, :people, :workspaces, :campaigns, :versions, :states, :nodes, :visits,
                          :wakeAt, :startedAt, :enteredAt, :endedAt, :endReasons, :paths, :triggers)
                AS u(id, person_id, workspace_id, campaign_id, version, state, node, visit,
                     wake_at, started_at, entered_at, ended_at, end_reason, path, trigger)
            """);
    var rows = List.copyOf(journeys);
    bindMoves(update, rows)
        .bind("people", longs(rows, Journey::personId))
        .bind("workspaces", ints(rows, journey -> journey.workspace().value()))
        .bind("campaigns", ints(rows, Journey::campaignId))
        .bind("startedAt", longs(rows, journey -> micros(journey.startedAt())))
        .bind("triggers", rows.stream().map(Journey::trigger).toArray(String[]::new))
        .execute();
  }

  /**
   * Stores how far journeys got.
   *
   * @throws IllegalStateException when one of them is not stored, which nobody ever causes
   */
  public void update(Handle handle, Collection<Journey> journeys) {
    if (journeys.isEmpty()) {
      return;
    }
    var update =
        handle.createUpdate(
            """
            UPDATE journey j
               SET version = u.version, state = u.state, node = u.node, visit = u.visit,
                   wake_at = to_timestamp(u.wake_at / 1e6::float8),
                   entered_at = to_timestamp(u.entered_at / 1e6::float8),
                   ended_at = to_timestamp(u.ended_at / 1e6::float8),
                   end_reason = u.end_reason, path = u.path
              FROM unnest(:ids, :versions, :states, :nodes, :visits, :wakeAt, :enteredAt, :endedAt,
                          :endReasons, :paths)
                AS u(id, version, state, node, visit, wake_at, entered_at, ended_at, end_reason, path)
             WHERE j.journey_id = u.id
            """);
    var rows = journeys.stream().sorted(Comparator.comparingLong(Journey::id)).toList();
    var updated = bindMoves(update, rows).execute();
    if (updated != rows.size()) {
      throw new IllegalStateException(
          "%d journeys moved, but only %d of them are stored".formatted(rows.size(), updated));
    }
  }

  private static Update bindMoves(Update update, List<Journey> rows) {
    return update
        .bind("ids", longs(rows, Journey::id))
        .bind("versions", ints(rows, Journey::version))
        .bind("states", rows.stream().map(each -> each.state().wire()).toArray(String[]::new))
        .bind("nodes", rows.stream().map(Journey::node).toArray(Integer[]::new))
        .bind("visits", ints(rows, Journey::visit))
        .bind("wakeAt", rows.stream().map(each -> nullable(each.wakeAt())).toArray(Long[]::new))
        .bind("enteredAt", longs(rows, each -> micros(each.enteredAt())))
        .bind("endedAt", rows.stream().map(each -> nullable(each.endedAt())).toArray(Long[]::new))
        .bind("endReasons", rows.stream().map(JourneyRepository::reason).toArray(String[]::new))
        .bind("paths", rows.stream().map(each -> each.path().json()).toArray(String[]::new));
  }

  private static long[] longs(List<Journey> rows, ToLongFunction<Journey> value) {
    return rows.stream().mapToLong(value).toArray();
  }

  private static int[] ints(List<Journey> rows, ToIntFunction<Journey> value) {
    return rows.stream().mapToInt(value).toArray();
  }

  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static @Nullable Long nullable(@Nullable Instant at) {
    return at == null ? null : micros(at);
  }

  private static @Nullable String reason(Journey journey) {
    return journey.endReason() == null ? null : journey.endReason().wire();
  }

  /**
   * Journeys whose time has come, the longest overdue first. They are candidates: to be loaded
   * again under the locks of their people.
   *
   * @param groups lane groups of the caller, 0 … 15; a person belongs to {@code person_id % 16}
   * @param limit at most this many
   */
  public List<DueJourney> due(Handle handle, Instant now, int[] groups, int limit) {
    return handle
        .createQuery(
            """
            SELECT journey_id, person_id, campaign_id FROM journey
             WHERE wake_at <= :now AND (person_id % 16)::int = ANY (:groups)
             ORDER BY wake_at LIMIT :limit
            """)
        .bind("now", now)
        .bind("groups", groups)
        .bind("limit", limit)
        .map((row, _) ->
            new DueJourney(
                row.getLong("journey_id"), row.getLong("person_id"), row.getInt("campaign_id")))
        .list();
  }

  /** When the next journey of these lane groups is due; null when none waits. */
  public @Nullable Instant nextWake(Handle handle, int[] groups) {
    return handle
        .createQuery(
            """
            SELECT wake_at FROM journey
             WHERE wake_at IS NOT NULL AND (person_id % 16)::int = ANY (:groups)
             ORDER BY wake_at LIMIT 1
            """)
        .bind("groups", groups)
        .mapTo(Instant.class)
        .findOne()
        .orElse(null);
  }

  /** Those of the candidates that are still due, in the order of their numbers. */
  public List<Journey> loadDue(Handle handle, List<DueJourney> candidates, Instant now) {
    if (candidates.isEmpty()) {
      return List.of();
    }
    return handle
        .createQuery(
            """
            SELECT * FROM journey
             WHERE journey_id = ANY (:ids) AND wake_at <= :now ORDER BY journey_id
            """)
        .bind("ids", candidates.stream().mapToLong(DueJourney::journeyId).toArray())
        .bind("now", now)
        .map(JourneyRepository::journey)
        .list();
  }

  /** One person's journeys through one campaign, the newest {@code limit}, newest first. */
  public List<Journey> ofPerson(
      Handle handle, WorkspaceId workspace, PersonCampaign who, int limit) {
    return handle
        .createQuery(
            """
            SELECT * FROM journey
             WHERE person_id = :person AND campaign_id = :campaign AND workspace_id = :workspace
             ORDER BY started_at DESC, journey_id DESC LIMIT :limit
            """)
        .bind("workspace", workspace.value())
        .bind("person", who.personId())
        .bind("campaign", who.campaignId())
        .bind("limit", limit)
        .map(JourneyRepository::journey)
        .list();
  }

  /**
   * What these people did in these campaigns so far; whom the answer does not name has {@link
   * History#NONE}.
   */
  public Map<PersonCampaign, History> histories(
      Handle handle, long[] personIds, int[] campaignIds) {
    var found = new HashMap<PersonCampaign, History>();
    if (personIds.length == 0 || campaignIds.length == 0) {
      return found;
    }
    handle
        .createQuery(
            """
            SELECT person_id, campaign_id, bool_or(wake_at IS NOT NULL) AS active FROM journey
             WHERE person_id = ANY (:people) AND campaign_id = ANY (:campaigns)
             GROUP BY person_id, campaign_id
            """)
        .bind("people", personIds)
        .bind("campaigns", campaignIds)
        .map((row, _) ->
            Map.entry(
                new PersonCampaign(row.getLong("person_id"), row.getInt("campaign_id")),
                new History(true, row.getBoolean("active"))))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /**
   * Ends the journeys of deleted people and erases what they tell about them; their count stays
   * (journeys §3.7).
   */
  public void endForDeleted(Handle handle, long[] personIds, Instant now) {
    handle
        .createUpdate(
            """
            UPDATE journey
               SET trigger = '{}', wake_at = NULL,
                   state = CASE WHEN wake_at IS NULL THEN state ELSE 'exited' END,
                   end_reason = CASE WHEN wake_at IS NULL THEN end_reason ELSE 'deleted_person' END,
                   ended_at = coalesce(ended_at, :now)
             WHERE person_id = ANY (:people)
            """)
        .bind("people", personIds)
        .bind("now", now)
        .execute();
    handle
        .createUpdate("DELETE FROM campaign_refusal WHERE person_id = ANY (:people)")
        .bind("people", personIds)
        .execute();
  }

  /**
   * Gives the journeys of merged people to those who survive (P-25). In a campaign the primary has
   * been in, what the secondary is in the middle of ends; everything else goes on where it is.
   *
   * @param secondaryIds who is gone; at the same places as the primaries, nobody twice
   * @return the journeys that ended, under their former person, whose deliveries are to be
   *     cancelled
   */
  public List<EndedJourney> inherit(
      Handle handle, long[] primaryIds, long[] secondaryIds, Instant now) {
    var ended =
        handle
            .createQuery(
                """
                UPDATE journey j
                   SET state = 'exited', end_reason = 'merged_person', wake_at = NULL, ended_at = :now
                  FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
                 WHERE j.person_id = u.secondary_id AND j.wake_at IS NOT NULL
                   AND EXISTS (SELECT FROM journey own
                                WHERE own.person_id = u.primary_id AND own.campaign_id = j.campaign_id)
                RETURNING j.journey_id, j.person_id
                """)
            .bind("primaries", primaryIds)
            .bind("secondaries", secondaryIds)
            .bind("now", now)
            .map((row, _) -> new EndedJourney(row.getLong(1), row.getLong(2)))
            .list();
    handle
        .createUpdate(
            """
            UPDATE journey j SET person_id = u.primary_id
              FROM unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
             WHERE j.person_id = u.secondary_id
            """)
        .bind("primaries", primaryIds)
        .bind("secondaries", secondaryIds)
        .execute();
    inheritRefusals(handle, primaryIds, secondaryIds);
    return ended;
  }

  private static void inheritRefusals(Handle handle, long[] primaryIds, long[] secondaryIds) {
    handle
        .createUpdate(
            """
            WITH gone AS (
              DELETE FROM campaign_refusal r
               USING unnest(:primaries, :secondaries) AS u(primary_id, secondary_id)
               WHERE r.person_id = u.secondary_id
              RETURNING u.primary_id, r.*)
            INSERT INTO campaign_refusal AS r (person_id, campaign_id, reason, first_at, last_at, times, detail)
            SELECT primary_id, campaign_id, reason, first_at, last_at, times, detail FROM gone
             ORDER BY primary_id, campaign_id, reason
            ON CONFLICT (person_id, campaign_id, reason) DO UPDATE
               SET first_at = least(r.first_at, excluded.first_at),
                   last_at = greatest(r.last_at, excluded.last_at),
                   times = r.times + excluded.times
            """)
        .bind("primaries", primaryIds)
        .bind("secondaries", secondaryIds)
        .execute();
  }

  /** Ends one journey that cannot go on; false when it has ended already. */
  public boolean endWithError(Handle handle, long journeyId, Instant now) {
    return handle
            .createUpdate(
                """
                UPDATE journey
                   SET state = 'exited', end_reason = 'error', wake_at = NULL, ended_at = :now
                 WHERE journey_id = :id AND wake_at IS NOT NULL
                """)
            .bind("id", journeyId)
            .bind("now", now)
            .execute()
        == 1;
  }

  /** Counts refusals; of several with the same reason the last detail is kept. */
  public void refuse(Handle handle, Collection<CampaignRefusal> refused) {
    if (refused.isEmpty()) {
      return;
    }
    var counted = count(refused);
    handle
        .createUpdate(
            """
            INSERT INTO campaign_refusal AS r (person_id, campaign_id, reason, first_at, last_at, times, detail)
            SELECT * FROM unnest(:people, :campaigns, :reasons, :firstAt, :lastAt, :times, :details)
            ON CONFLICT (person_id, campaign_id, reason) DO UPDATE
               SET first_at = least(r.first_at, excluded.first_at),
                   last_at = greatest(r.last_at, excluded.last_at),
                   times = r.times + excluded.times, detail = excluded.detail
            """)
        .bind("people", counted.keySet().stream().mapToLong(each -> each.who.personId()).toArray())
        .bind(
            "campaigns",
            counted.keySet().stream().mapToInt(each -> each.who.campaignId()).toArray())
        .bind("reasons", counted.keySet().stream().map(RefusalKey::reason).toArray(String[]::new))
        .bind(
            "firstAt", counted.values().stream().map(RefusalCount::firstAt).toArray(Instant[]::new))
        .bind("lastAt", counted.values().stream().map(RefusalCount::lastAt).toArray(Instant[]::new))
        .bind("times", counted.values().stream().mapToInt(RefusalCount::times).toArray())
        .bind("details", counted.values().stream().map(RefusalCount::detail).toArray(String[]::new))
        .execute();
  }

  private record RefusalKey(PersonCampaign who, String reason) {}

  /** In the order of the primary key, in which every transaction locks them. */
  private static Map<RefusalKey, RefusalCount> count(Collection<CampaignRefusal> refused) {
    var counted =
        new TreeMap<RefusalKey, RefusalCount>(
            Comparator.<RefusalKey>comparingLong(key -> key.who.personId())
                .thenComparingInt(key -> key.who.campaignId())
                .thenComparing(RefusalKey::reason));
    for (var each : refused) {
      var key =
          new RefusalKey(
              new PersonCampaign(each.personId(), each.campaignId()), each.reason().wire());
      var once = new RefusalCount(each.reason(), each.detail(), each.at(), each.at(), 1);
      counted.merge(
          key,
          once,
          (before, now) ->
              new RefusalCount(
                  now.reason(), now.detail(), before.firstAt(), now.lastAt(), before.times() + 1));
    }
    return counted;
  }

  /** Why one person did not enter one campaign, the newest reason first. */
  public List<RefusalCount> refusals(Handle handle, PersonCampaign who) {
    return handle
        .createQuery(
            """
            SELECT * FROM campaign_refusal
             WHERE person_id = :person AND campaign_id = :campaign
             ORDER BY last_at DESC
            """)
        .bind("person", who.personId())
        .bind("campaign", who.campaignId())
        .map((row, _) ->
            new RefusalCount(
                known("reason", row.getString("reason"), Refusal.ofWire(row.getString("reason"))),
                row.getString("detail"),
                instant(row, "first_at"),
                instant(row, "last_at"),
                row.getInt("times")))
        .list();
  }

  private static Journey journey(ResultSet row, StatementContext statement) throws SQLException {
    var endReason = row.getString("end_reason");
    return new Journey(
        row.getLong("journey_id"),
        row.getLong("person_id"),
        new WorkspaceId(row.getInt("workspace_id")),
        row.getInt("campaign_id"),
        row.getInt("version"),
        Journey.State.ofWire(row.getString("state")),
        row.getObject("node", Integer.class),
        row.getInt("visit"),
        optionalInstant(row, "wake_at"),
        instant(row, "started_at"),
        instant(row, "entered_at"),
        optionalInstant(row, "ended_at"),
        endReason == null ? null : known("end_reason", endReason, EndReason.ofWire(endReason)),
        new JourneyPath(row.getString("path")),
        row.getString("trigger"));
  }

  private static <T> T known(String column, String word, java.util.Optional<T> meaning) {
    return meaning.orElseThrow(
        () -> new IllegalStateException("%s \"%s\" means nothing".formatted(column, word)));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Instant optionalInstant(ResultSet row, String column)
      throws SQLException {
    var value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }
}
