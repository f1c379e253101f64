package dev.carillon.segments;

import dev.carillon.segments.CounterRepository.Stored;
import dev.carillon.segments.CounterSpec.Subject;
import dev.carillon.segments.MessageFilter.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Counts messages that reached something, each once, by the time it first did (journeys §2.5).
 * Messages that still have to move to somebody after a merge count as that person's.
 *
 * <p>Counters of messages are never raised, always counted anew. So whoever learns that a message
 * reached something need only say whose it was, as often as it likes and in any order.
 */
final class MessageCounting {
  private static final int FETCHED = 2_000;

  private final List<Target> ofMetrics = new ArrayList<>();
  private final List<Target> ofLinks = new ArrayList<>();
  private final Recounted counted;

  private record Target(Stored counter, MessageFilter filter) {
    boolean counts(Reached reached) {
      return counter.workspace().value() == reached.workspace
          && (filter.channel() == null || stored(filter.channel()).equals(reached.channel))
          && switch (filter.scope()) {
            case Scope.Any() -> true;
            case Scope.Campaign(int id) -> reached.campaign != null && reached.campaign == id;
            case Scope.Newsletter(int id) -> reached.newsletter != null && reached.newsletter == id;
            case Scope.Action(int id) -> reached.action != null && reached.action == id;
          };
    }

    /** Deliveries call SMS by its provider, as the App API does. */
    private static String stored(String channel) {
      return channel.equals("sms") ? "twilio" : channel;
    }
  }

  private MessageCounting(List<Stored> counters, Recounted counted) {
    this.counted = counted;
    for (var counter : counters) {
      if (counter.spec().subject() instanceof Subject.Messages(var filter)) {
        (filter.link() == null ? ofMetrics : ofLinks).add(new Target(counter, filter));
      }
    }
  }

  /**
   * Counts the messages of these people; of these counters those of messages. One statement for
   * metrics and one for clicks on links, each only when something asks for them.
   */
  static void count(Handle handle, long[] people, List<Stored> counters, Recounted counted) {
    var counting = new MessageCounting(counters, counted);
    counting.countMetrics(handle, people);
    counting.countLinks(handle, people);
  }

  /**
   * What a message reached.
   *
   * @param what the metric, or the link that was clicked
   * @param humanMillis when by a human; null: not yet
   */
  private record Reached(
      long personId,
      int workspace,
      String channel,
      @Nullable Integer campaign,
      @Nullable Integer newsletter,
      @Nullable Integer action,
      String what,
      long atMillis,
      @Nullable Long humanMillis) {

    static Reached of(ResultSet row) throws SQLException {
      return new Reached(
          row.getLong(1),
          row.getInt(2),
          row.getString(3),
          row.getObject(4, Integer.class),
          row.getObject(5, Integer.class),
          row.getObject(6, Integer.class),
          row.getString(7),
          row.getLong(8),
          row.getObject(9, Long.class));
    }
  }

  private void countMetrics(Handle handle, long[] people) {
    if (ofMetrics.isEmpty()) {
      return;
    }
    try (var rows =
        handle
            .createQuery(
                """
                SELECT coalesce(m.primary_id, d.person_id), d.workspace_id, d.channel, d.campaign_id, d.newsletter_id,
                       d.action_id, r.metric, floor(extract(epoch FROM r.at) * 1000)::bigint,
                       floor(extract(epoch FROM r.human) * 1000)::bigint
                  FROM delivery d LEFT JOIN merger m ON m.secondary_id = d.person_id
                 CROSS JOIN LATERAL (VALUES
                       ('sent', d.sent_at, d.sent_at), ('delivered', d.delivered_at, d.delivered_at),
                       ('opened', d.opened_at, d.human_opened_at), ('clicked', d.clicked_at, d.human_clicked_at),
                       ('converted', d.converted_at, d.converted_at), ('bounced', d.bounced_at, d.bounced_at),
                       ('dropped', d.dropped_at, d.dropped_at), ('spammed', d.spammed_at, d.spammed_at),
                       ('unsubscribed', d.unsubscribed_at, d.unsubscribed_at), ('failed', d.failed_at, d.failed_at),
                       ('undeliverable', d.undeliverable_at, d.undeliverable_at)) AS r(metric, at, human)
                 WHERE d.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
                   AND r.metric = ANY(:metrics) AND r.at IS NOT NULL
                """)
            .bind("people", people)
            .bind(
                "metrics",
                ofMetrics.stream()
                    .map(target -> target.filter.metric().wire())
                    .distinct()
                    .toArray(String[]::new))
            .setFetchSize(FETCHED)
            .map((row, context) -> Reached.of(row))
            .stream()) {
      rows.forEach(this::addMetric);
    }
  }

  private void countLinks(Handle handle, long[] people) {
    if (ofLinks.isEmpty()) {
      return;
    }
    try (var rows =
        handle
            .createQuery(
                """
                SELECT coalesce(m.primary_id, d.person_id), d.workspace_id, d.channel, d.campaign_id, d.newsletter_id,
                       d.action_id, c.href, floor(extract(epoch FROM min(c.clicked_at)) * 1000)::bigint,
                       floor(extract(epoch FROM min(c.clicked_at) FILTER (WHERE c.human)) * 1000)::bigint
                  FROM delivery d LEFT JOIN merger m ON m.secondary_id = d.person_id
                  JOIN delivery_click c ON c.delivery_id = d.delivery_id AND c.created_at = d.created_at
                 WHERE d.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
                   AND d.clicked_at IS NOT NULL AND c.href = ANY(:links)
                 GROUP BY 1, 2, 3, 4, 5, 6, 7, d.delivery_id, d.created_at
                """)
            .bind("people", people)
            .bind(
                "links",
                ofLinks.stream()
                    .map(target -> target.filter.link())
                    .distinct()
                    .toArray(String[]::new))
            .setFetchSize(FETCHED)
            .map((row, context) -> Reached.of(row))
            .stream()) {
      rows.forEach(this::addLink);
    }
  }

  private void addMetric(Reached reached) {
    for (var target : ofMetrics) {
      if (target.filter.metric().wire().equals(reached.what)) {
        add(target, reached);
      }
    }
  }

  private void addLink(Reached reached) {
    for (var target : ofLinks) {
      if (reached.what.equals(target.filter.link())) {
        add(target, reached);
      }
    }
  }

  private void add(Target target, Reached reached) {
    var at = target.filter.human() ? reached.humanMillis : (Long) reached.atMillis;
    if (at != null && target.counts(reached)) {
      counted.add(reached.personId, target.counter, at);
    }
  }
}
