package dev.carillon.campaigns;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts what became of a campaign's messages, by the date each was created (M-4; App API > Metrics,
 * version 1).
 */
public final class CampaignMetrics {
  private static final ZoneId EASTERN = ZoneId.of("America/New_York");

  /** All keys of a series; those without a column count things that cannot happen yet. */
  private static final List<String> KEYS =
      List.of(
          "attempted",
          "bounced",
          "clicked",
          "converted",
          "created",
          "deferred",
          "delivered",
          "drafted",
          "dropped",
          "failed",
          "human_clicked",
          "human_opened",
          "link_untracked",
          "machine_clicked",
          "open_untracked",
          "opened",
          "prefetch_opened",
          "replied",
          "sent",
          "spammed",
          "suppressed",
          "topic_unsubscribed",
          "tracking_consent_denied",
          "tracking_consent_granted",
          "undeliverable",
          "unsubscribed",
          "untracked");

  private static final List<String> COLUMNS =
      List.of(
          "attempted",
          "bounced",
          "clicked",
          "converted",
          "created",
          "deferred",
          "delivered",
          "drafted",
          "dropped",
          "failed",
          "opened",
          "sent",
          "spammed",
          "suppressed",
          "undeliverable",
          "unsubscribed");

  private final Database database;

  public CampaignMetrics(Database database) {
    this.database = database;
  }

  /** How long a bucket is. Days, weeks and months begin at midnight in New York. */
  public enum Period {
    HOURS("hours", 24, 24),
    DAYS("days", 45, 45),
    /** From Sunday. */
    WEEKS("weeks", 12, 12),
    /** From the first. */
    MONTHS("months", 121, 12);

    private final String wire;
    private final int most;
    private final int usual;

    Period(String wire, int most, int usual) {
      this.wire = wire;
      this.most = most;
      this.usual = usual;
    }

    /** The period a caller named; empty for a word none has. */
    public static Optional<Period> ofWire(String wire) {
      return Words.find(values(), period -> period.wire, wire);
    }

    /**
     * How many buckets a caller gets: 0 asks for the most there are, 1 is taken for 2, null for the
     * usual number, more than the most for the most.
     */
    int steps(@Nullable Integer asked) {
      if (asked == null) {
        return usual;
      }
      return asked <= 0 ? most : Math.clamp(asked, 2, most);
    }

    /** Begin of the bucket that lies {@code back} before the one of {@code now}. */
    Instant begin(Instant now, int back) {
      var today = now.atZone(EASTERN).toLocalDate();
      return switch (this) {
        case HOURS -> now.truncatedTo(ChronoUnit.HOURS).minus(back, ChronoUnit.HOURS);
        case DAYS -> midnight(today.minusDays(back));
        case WEEKS ->
            midnight(
                today
                    .with(TemporalAdjusters.previousOrSame(DayOfWeek.SUNDAY))
                    .minusWeeks(back));
        case MONTHS -> midnight(today.withDayOfMonth(1).minusMonths(back));
      };
    }

    private static Instant midnight(LocalDate day) {
      return day.atStartOfDay(EASTERN).toInstant();
    }
  }

  /**
   * What to count.
   *
   * @param actionId only this step; null for all
   * @param period length of a bucket
   * @param steps number of buckets as asked for; null for the usual number
   * @param type only this channel, such as {@code email}; null for all
   */
  public record Question(
      int campaignId,
      @Nullable Integer actionId,
      Period period,
      @Nullable Integer steps,
      @Nullable String type) {}

  /**
   * One list per key, all of the same length, oldest bucket first; the last one holds {@code now}.
   * What did not happen counts 0.
   */
  public Map<String, int[]> series(WorkspaceId workspace, Question question, Instant now) {
    var steps = question.period().steps(question.steps());
    var begins = new Instant[steps];
    for (var index = 0; index < steps; index++) {
      begins[index] = question.period().begin(now, steps - 1 - index);
    }
    var series = new TreeMap<String, int[]>();
    KEYS.forEach(key -> series.put(key, new int[steps]));
    database.read(
        handle -> {
          handle
              .createQuery(
                  """
                  SELECT width_bucket(created_at, :begins) AS bucket,
                         count(*) AS created,
                         count(attempted_at) AS attempted, count(bounced_at) AS bounced,
                         count(clicked_at) AS clicked, count(converted_at) AS converted,
                         count(deferred_at) AS deferred, count(delivered_at) AS delivered,
                         count(drafted_at) AS drafted, count(dropped_at) AS dropped,
                         count(dropped_at) AS suppressed, count(failed_at) AS failed,
                         count(opened_at) AS opened, count(sent_at) AS sent, count(spammed_at) AS spammed,
                         count(undeliverable_at) AS undeliverable, count(unsubscribed_at) AS unsubscribed
                    FROM delivery
                   WHERE campaign_id = :campaign AND workspace_id = :workspace AND created_at >= :from
                     AND (:action::int IS NULL OR action_id = :action)
                     AND (:type::text IS NULL OR channel = :type)
                   GROUP BY bucket
                  """)
              .bind("begins", begins)
              .bind("from", begins[0])
              .bind("workspace", workspace.value())
              .bind("campaign", question.campaignId())
              .bind("action", question.actionId())
              .bind("type", question.type())
              .map(
                  (row, _) -> {
                    var bucket = row.getInt("bucket") - 1;
                    for (var column : COLUMNS) {
                      counts(series, column)[bucket] = row.getInt(column);
                    }
                    return bucket;
                  })
              .list();
          return series;
        });
    return Collections.unmodifiableMap(series);
  }

  private static int[] counts(Map<String, int[]> series, String key) {
    var counts = series.get(key);
    if (counts == null) {
      throw new IllegalStateException(key + " is no key of a series");
    }
    return counts;
  }
}
