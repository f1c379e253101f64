package dev.carillon.delivery;

import dev.carillon.delivery.NewDelivery.Asked;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Stores deliveries and reads them back. Claiming and finishing them is {@link Outbox}'s part. */
public final class DeliveryRepository {
  private final Database database;

  public DeliveryRepository(Database database) {
    this.database = database;
  }

  /** Names a journey that has ended. */
  public record EndedJourney(long journeyId, long personId) {}

  /**
   * Stores intents and the work of sending them, in the caller's transaction. Signal the worker of
   * their lanes after the commit.
   *
   * @throws org.jdbi.v3.core.statement.UnableToExecuteStatementException when one is already stored
   */
  public void insertIntents(Handle handle, List<NewDelivery> intents) {
    if (intents.isEmpty()) {
      return;
    }
    handle
        .createUpdate(
            """
            WITH intent AS (
                SELECT * FROM unnest(:ids, :createdAt, :workspaces, :people, :journeys, :campaigns, :actions,
                                     :channels, :lanes, :triggers, :triggerEventIds, :drafts,
                                     :transactional, :sendAt, :forgotten, :refused, :requests)
                    AS i(delivery_id, created_at, workspace_id, person_id, journey_id, campaign_id, action_id,
                         channel, lane, trigger, trigger_event_id, draft,
                         transactional_id, send_at, forgotten, refused, request)),
            work AS (
                INSERT INTO outbox (delivery_id, created_at, workspace_id, person_id, lane, due_at)
                SELECT delivery_id, created_at, workspace_id, person_id, lane, coalesce(send_at, created_at)
                  FROM intent WHERE refused IS NULL),
            asked AS (
                INSERT INTO send_request (delivery_id, workspace_id, request)
                SELECT delivery_id, workspace_id, request FROM intent
                 WHERE request IS NOT NULL AND refused IS NULL)
            INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, journey_id, campaign_id,
                                  action_id, channel, trigger, trigger_event_id, state, drafted_at,
                                  transactional_id, forgotten, dropped_at, failure_message)
            SELECT delivery_id, created_at, workspace_id, person_id, journey_id, campaign_id,
                   action_id, channel, trigger, trigger_event_id,
                   CASE WHEN refused IS NULL THEN 'queued' ELSE 'dropped' END, CASE WHEN draft THEN created_at END,
                   transactional_id, coalesce(forgotten, false), CASE WHEN refused IS NOT NULL THEN created_at END, refused
              FROM intent
            """)
        .bind("ids", intents.stream().mapToLong(NewDelivery::deliveryId).toArray())
        .bind("createdAt", intents.stream().map(NewDelivery::createdAt).toArray(Instant[]::new))
        .bind("workspaces", intents.stream().mapToInt(each -> each.workspace().value()).toArray())
        .bind("people", intents.stream().mapToLong(NewDelivery::personId).toArray())
        .bind("journeys", intents.stream().map(NewDelivery::journeyId).toArray(Long[]::new))
        .bind("campaigns", intents.stream().map(NewDelivery::campaignId).toArray(Integer[]::new))
        .bind("actions", intents.stream().map(NewDelivery::actionId).toArray(Integer[]::new))
        .bind(
            "channels", intents.stream().map(each -> each.channel().wire()).toArray(String[]::new))
        .bind("lanes", intents.stream().map(each -> each.lane().code()).toArray(Short[]::new))
        .bind("triggers", intents.stream().map(NewDelivery::trigger).toArray(String[]::new))
        .bind(
            "triggerEventIds",
            intents.stream().map(NewDelivery::triggerEventId).toArray(String[]::new))
        .bind("drafts", intents.stream().map(NewDelivery::draft).toArray(Boolean[]::new))
        .bind("transactional", asked(intents, Asked::transactionalId).toArray(Integer[]::new))
        .bind("sendAt", asked(intents, Asked::sendAt).toArray(Instant[]::new))
        .bind("forgotten", asked(intents, Asked::forgotten).toArray(Boolean[]::new))
        .bind("refused", asked(intents, Asked::refused).toArray(String[]::new))
        .bind("requests", asked(intents, Asked::request).toArray(String[]::new))
        .execute();
  }

  private static <T> Stream<@Nullable T> asked(
      List<NewDelivery> intents, Function<Asked, @Nullable T> what) {
    return intents.stream()
        .map(each -> {
          var asked = each.asked();
          return asked == null ? null : what.apply(asked);
        });
  }

  /**
   * Cancels what deleted people have still to be sent, in the caller's transaction (journeys §3.7).
   * A mail that is being sent at this moment is let go and recorded as it ends, but never retried.
   *
   * @return how many deliveries will not be sent any more
   */
  public int cancelForPeople(Handle handle, long[] personIds) {
    return cancel(handle, personIds, new Long[personIds.length]);
  }

  /** The same for journeys that ended early; what their person has from other journeys goes on. */
  public int cancelForJourneys(Handle handle, List<EndedJourney> journeys) {
    return cancel(
        handle,
        journeys.stream().mapToLong(EndedJourney::personId).toArray(),
        journeys.stream().map(EndedJourney::journeyId).toArray(Long[]::new));
  }

  private static int cancel(Handle handle, long[] personIds, @Nullable Long[] journeyIds) {
    if (personIds.length == 0) {
      return 0;
    }
    // Locked in the order of their keys, as the outcomes of a worker are recorded in that order
    // too.
    // A leased row stays: its holder records what happened, and a retry finds the state cancelled.
    return handle
        .createUpdate(
            """
            WITH gone AS MATERIALIZED (
                SELECT d.delivery_id, d.created_at
                  FROM unnest(:people, :journeys) AS u(person_id, journey_id)
                  JOIN delivery d ON d.person_id = u.person_id
                   AND (u.journey_id IS NULL OR d.journey_id = u.journey_id)
                 WHERE d.state IN ('queued', 'attempted')
                 ORDER BY d.delivery_id
                   FOR NO KEY UPDATE OF d),
            work AS (
                DELETE FROM outbox o USING gone
                 WHERE o.delivery_id = gone.delivery_id AND o.lease IS NULL)
            UPDATE delivery d SET state = 'cancelled'
              FROM gone
             WHERE d.delivery_id = gone.delivery_id AND d.created_at = gone.created_at
            """)
        .bind("people", personIds)
        .bind("journeys", journeyIds)
        .execute();
  }

  /** One delivery, or empty when this workspace has none of that id. */
  public Optional<Delivery> find(WorkspaceId workspace, DeliveryId id) {
    return database.read(handle ->
        byId(
                handle.createQuery(
                    """
                    SELECT * FROM delivery
                     WHERE delivery_id = :id AND created_at >= :from AND created_at < :to
                       AND workspace_id = :workspace
                    """),
                workspace,
                id)
            .map((row, _) -> DeliveryRow.delivery(row))
            .findOne());
  }

  /**
   * A mail as it was rendered, or empty when this workspace has no such delivery, it has not been
   * rendered, or its content is no longer kept.
   */
  public Optional<ArchivedMessage> archivedMessage(WorkspaceId workspace, DeliveryId id) {
    return database.read(handle ->
        byId(
                handle.createQuery(
                    """
                    SELECT delivery_id, created_at, content FROM delivery_content
                     WHERE delivery_id = :id AND created_at >= :from AND created_at < :to
                       AND workspace_id = :workspace
                    """),
                workspace,
                id)
            .map((row, _) ->
                new ArchivedMessage(
                    row.getLong("delivery_id"),
                    DeliveryRow.instant(row, "created_at"),
                    StoredEmail.parse(row.getString("content"))))
            .findOne());
  }

  private static Query byId(Query query, WorkspaceId workspace, DeliveryId id) {
    return query
        .bind("workspace", workspace.value())
        .bind("id", id.value())
        .bind("from", id.day().atStartOfDay(ZoneOffset.UTC).toInstant())
        .bind("to", id.day().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  /** A page of one person's deliveries, newest first. */
  public DeliveryPage ofPerson(WorkspaceId workspace, long personId, DeliveryFilter filter) {
    return page(
        """
        SELECT * FROM delivery
         WHERE person_id = :person AND workspace_id = :workspace
        """,
        workspace,
        Map.of("person", personId),
        filter);
  }

  /** A page of a workspace's deliveries, newest first. */
  public DeliveryPage ofWorkspace(WorkspaceId workspace, DeliveryFilter filter) {
    return page(
        """
        SELECT * FROM delivery
         WHERE workspace_id = :workspace
        """,
        workspace,
        Map.of(),
        filter);
  }

  /** A page of one campaign's deliveries, newest first. */
  public DeliveryPage ofCampaign(WorkspaceId workspace, int campaignId, DeliveryFilter filter) {
    var narrowed = filter.ofCampaign(campaignId);
    return page(
        """
        SELECT * FROM delivery
         WHERE campaign_id = :campaign AND workspace_id = :workspace
        """,
        workspace,
        Map.of(),
        narrowed);
  }

  /**
   * A page of one transactional message's deliveries, newest first.
   *
   * @param state only deliveries in it; null for all
   */
  public DeliveryPage ofTransactional(
      WorkspaceId workspace, int messageId, @Nullable DeliveryState state, DeliveryFilter filter) {
    return page(
        """
        SELECT * FROM delivery
         WHERE transactional_id = :transactional AND workspace_id = :workspace
           AND (:state = '' OR state = :state)
        """,
        workspace,
        Map.of("transactional", messageId, "state", state == null ? "" : state.wire()),
        filter);
  }

  /** What every list narrows by; {@code start} is a place in the order, so pages never overlap. */
  private static final String NARROWED =
      """
          AND (:type IS NULL OR channel = :type)
          AND (:campaign::int IS NULL OR campaign_id = :campaign)
          AND (:action::int IS NULL OR action_id = :action)
          AND (:metric = 'drafted' OR (state = 'drafted') = :drafts)
          AND CASE :metric
                  WHEN '' THEN true
                  WHEN 'created' THEN true
                  WHEN 'drafted' THEN drafted_at IS NOT NULL
                  WHEN 'attempted' THEN attempted_at IS NOT NULL
                  WHEN 'sent' THEN sent_at IS NOT NULL
                  WHEN 'delivered' THEN delivered_at IS NOT NULL
                  WHEN 'deferred' THEN deferred_at IS NOT NULL
                  WHEN 'opened' THEN opened_at IS NOT NULL
                  WHEN 'clicked' THEN clicked_at IS NOT NULL
                  WHEN 'converted' THEN converted_at IS NOT NULL
                  WHEN 'bounced' THEN bounced_at IS NOT NULL
                  WHEN 'dropped' THEN dropped_at IS NOT NULL
                  WHEN 'spammed' THEN spammed_at IS NOT NULL
                  WHEN 'failed' THEN failed_at IS NOT NULL
                  WHEN 'undeliverable' THEN undeliverable_at IS NOT NULL
                  WHEN 'unsubscribed' THEN unsubscribed_at IS NOT NULL
              END
          AND created_at >= :from AND created_at < :to
          AND created_at <= :startAt AND (created_at, delivery_id) < (:startAt, :startId)
        ORDER BY created_at DESC, delivery_id DESC
        LIMIT :limit
      """;

  private DeliveryPage page(
      String whose, WorkspaceId workspace, Map<String, ?> own, DeliveryFilter filter) {
    var start = filter.start();
    var found =
        database.read(handle -> {
          return handle
              .createQuery(whose + NARROWED)
              .bindMap(own)
              .bind("workspace", workspace.value())
              .bind("type", filter.type())
              .bind("campaign", filter.campaignId())
              .bind("action", filter.actionId())
              .bind("metric", filter.metric() == null ? "" : filter.metric().wire())
              .bind("drafts", filter.drafts())
              .bind("from", filter.from() == null ? Instant.MIN : filter.from())
              .bind("to", filter.to() == null ? Instant.MAX : filter.to())
              .bind("startAt", start == null ? Instant.MAX : start.createdAt())
              .bind("startId", start == null ? Long.MAX_VALUE : start.deliveryId())
              .bind("limit", filter.limit() + 1)
              .map((row, _) -> DeliveryRow.delivery(row))
              .list();
        });
    if (found.size() <= filter.limit()) {
      return new DeliveryPage(found, null);
    }
    var last = found.get(filter.limit() - 1);
    return new DeliveryPage(
        found.subList(0, filter.limit()), new Cursor(last.createdAt(), last.id()));
  }
}
