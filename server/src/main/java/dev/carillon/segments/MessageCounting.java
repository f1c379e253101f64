package dev.carillon.segments;

import static java.util.stream.Collectors.joining;

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
 *
 * <p>One statement for metrics and one for clicks on links, each only when something asks for them;
 * rows are streamed.
 */
final class MessageCounting {
  private static final int FETCHED = 2_000;

  private final List<Target> ofMetrics = new ArrayList<>();
  private final List<Target> ofLinks = new ArrayList<>();
  private final Recounted counted;

  private MessageCounting(List<Stored> counters, Recounted counted) {
    this.counted = counted;
    for (var counter : counters) {
      if (counter.spec().subject() instanceof Subject.Messages(var filter)) {
        (filter.link() == null ? ofMetrics : ofLinks).add(new Target(counter, filter));
      }
    }
  }

  /** Counts the messages of these people; of these counters those of messages. */
  static void count(Handle handle, long[] people, List<Stored> counters, Recounted counted) {
    var counting = new MessageCounting(counters, counted);
    counting.countMetrics(handle, people);
    counting.countLinks(handle, people);
  }

  private record Target(Stored counter, MessageFilter filter) {
    boolean counts(Message message) {
      return counter.workspace().value() == message.workspace
          && (filter.channel() == null || stored(filter.channel()).equals(message.channel))
          && switch (filter.scope()) {
            case Scope.Any() -> true;
            case Scope.Campaign(int id) -> message.campaign != null && message.campaign == id;
            case Scope.Newsletter(int id) -> message.newsletter != null && message.newsletter == id;
            case Scope.Action(int id) -> message.action != null && message.action == id;
          };
    }

    /** Deliveries call SMS by its provider, as the App API does. */
    private static String stored(String channel) {
      return channel.equals("sms") ? "twilio" : channel;
    }

    /** The column of {@code delivery} that tells when a message reached the metric. */
    String column() {
      return (filter.human() ? "human_" : "") + filter.metric().wire() + "_at";
    }
  }

  /** A message, and whose it is now. */
  private record Message(
      long personId,
      int workspace,
      String channel,
      @Nullable Integer campaign,
      @Nullable Integer newsletter,
      @Nullable Integer action) {
    /** How many columns it takes. */
    static final int COLUMNS = 6;

    static Message of(ResultSet row) throws SQLException {
      return new Message(
          row.getLong(1),
          row.getInt(2),
          row.getString(3),
          row.getObject(4, Integer.class),
          row.getObject(5, Integer.class),
          row.getObject(6, Integer.class));
    }
  }

  /**
   * A message with what it reached.
   *
   * @param link that was clicked; null: the metrics are told
   * @param millis when it reached each of what was asked for; null: not yet
   */
  private record Reached(Message message, @Nullable String link, @Nullable Long[] millis) {}

  private static final String METRICS =
      """
      SELECT coalesce(m.primary_id, d.person_id), d.workspace_id, d.channel, d.campaign_id, d.newsletter_id,
             d.action_id, %s
        FROM delivery d LEFT JOIN merger m ON m.secondary_id = d.person_id
       WHERE d.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
         AND (%s)
      """;

  private void countMetrics(Handle handle, long[] people) {
    if (ofMetrics.isEmpty()) {
      return;
    }
    // Only what is asked for: a message has many times, and there are many messages.
    var columns = ofMetrics.stream().map(Target::column).distinct().toList();
    var times = columns.stream().map(each -> millis("d." + each)).collect(joining(", "));
    var any = columns.stream().map(each -> "d." + each + " IS NOT NULL").collect(joining(" OR "));
    try (var rows =
        handle
            .createQuery(METRICS.formatted(times, any))
            .bind("people", people)
            .setFetchSize(FETCHED)
            .map((row, context) ->
                new Reached(Message.of(row), null, times(row, Message.COLUMNS + 1, columns.size())))
            .stream()) {
      rows.forEach(reached -> {
        for (var target : ofMetrics) {
          add(target, reached, columns.indexOf(target.column()));
        }
      });
    }
  }

  private static final String LINKS =
      """
      SELECT coalesce(m.primary_id, d.person_id), d.workspace_id, d.channel, d.campaign_id, d.newsletter_id,
             d.action_id, coalesce(c.link, c.href), %s, %s
        FROM delivery d LEFT JOIN merger m ON m.secondary_id = d.person_id
        JOIN delivery_click c ON c.delivery_id = d.delivery_id AND c.created_at = d.created_at
       WHERE d.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
         AND d.clicked_at IS NOT NULL AND coalesce(c.link, c.href) = ANY(:links)
       GROUP BY 1, 2, 3, 4, 5, 6, 7, d.delivery_id, d.created_at
      """
          .formatted(
              millis("min(c.clicked_at)"), millis("min(c.clicked_at) FILTER (WHERE c.human)"));

  private void countLinks(Handle handle, long[] people) {
    if (ofLinks.isEmpty()) {
      return;
    }
    var links = ofLinks.stream().map(target -> target.filter.link()).distinct();
    try (var rows =
        handle
            .createQuery(LINKS)
            .bind("people", people)
            .bind("links", links.toArray(String[]::new))
            .setFetchSize(FETCHED)
            .map((row, context) ->
                new Reached(
                    Message.of(row),
                    row.getString(Message.COLUMNS + 1),
                    times(row, Message.COLUMNS + 2, 2)))
            .stream()) {
      rows.forEach(reached -> {
        for (var target : ofLinks) {
          if (target.filter.link() != null && target.filter.link().equals(reached.link)) {
            add(target, reached, target.filter.human() ? 1 : 0);
          }
        }
      });
    }
  }

  /** Unix milliseconds, cut like those of events. */
  private static String millis(String time) {
    return "floor(extract(epoch FROM " + time + ") * 1000)::bigint";
  }

  private static @Nullable Long[] times(ResultSet row, int from, int number) throws SQLException {
    var times = new Long[number];
    for (var i = 0; i < number; i++) {
      times[i] = row.getObject(from + i, Long.class);
    }
    return times;
  }

  private void add(Target target, Reached reached, int time) {
    var at = reached.millis[time];
    if (at != null && target.counts(reached.message)) {
      counted.add(reached.message.personId, target.counter, at);
    }
  }
}
