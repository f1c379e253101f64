package dev.carillon.campaigns;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts what became of messages of a campaign, or of a transactional one, by the date each was
 * created (M-4; App API > Metrics).
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
          "human_clicked",
          "human_opened",
          "machine_clicked",
          "opened",
          "prefetch_opened",
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
    private int steps(@Nullable Integer asked) {
      if (asked == null) {
        return usual;
      }
      return asked <= 0 ? most : Math.clamp(asked, 2, most);
    }

    /**
     * The last buckets; the last one holds {@code now}.
     *
     * @param steps how many as asked for; null for the usual number
     */
    public Buckets buckets(Instant now, @Nullable Integer steps) {
      var count = steps(steps);
      var begins = new ArrayList<Instant>();
      for (var back = count - 1; back >= 0; back--) {
        begins.add(begin(now, back));
      }
      return new Buckets(begins, Instant.MAX);
    }

    /** Begin of the bucket that lies {@code back} before the one of {@code now}. */
    private Instant begin(Instant now, int back) {
      var today = now.atZone(EASTERN).toLocalDate();
      return switch (this) {
        case HOURS -> now.truncatedTo(ChronoUnit.HOURS).minus(back, ChronoUnit.HOURS);
        case DAYS -> midnight(today.minusDays(back));
        case WEEKS ->
            midnight(
                today.with(TemporalAdjusters.previousOrSame(DayOfWeek.SUNDAY)).minusWeeks(back));
        case MONTHS -> midnight(today.withDayOfMonth(1).minusMonths(back));
      };
    }

    private static Instant midnight(LocalDate day) {
      return day.atStartOfDay(EASTERN).toInstant();
    }
  }

  /**
   * Stretches of time side by side.
   *
   * @param begins where each begins, ascending, at least one; each ends where the next begins
   * @param end where the last one ends; {@link Instant#MAX} for never
   */
  public record Buckets(List<Instant> begins, Instant end) {
    /** Copies the list. */
    public Buckets {
      begins = List.copyOf(begins);
    }
  }

  /**
   * One list per key with a number for each bucket. What did not happen counts 0.
   *
   * @param actionId only this step; null for all
   * @param type only this channel, such as {@code email}; null for all
   */
  public Map<String, int[]> series(
      WorkspaceId workspace,
      int campaignId,
      @Nullable Integer actionId,
      @Nullable String type,
      Buckets buckets) {
    var own = new HashMap<String, @Nullable Object>();
    own.put("campaign", campaignId);
    own.put("action", actionId);
    return counted(
        "campaign_id = :campaign AND (:action::int IS NULL OR action_id = :action)",
        own,
        workspace,
        type,
        buckets);
  }

  /**
   * The same for a transactional message.
   *
   * @param type only this channel, such as {@code email}; null for all
   */
  public Map<String, int[]> ofTransactional(
      WorkspaceId workspace, int messageId, @Nullable String type, Buckets buckets) {
    return counted(
        "transactional_id = :transactional",
        Map.of("transactional", messageId),
        workspace,
        type,
        buckets);
  }

  private Map<String, int[]> counted(
      String whose,
      Map<String, @Nullable Object> own,
      WorkspaceId workspace,
      @Nullable String type,
      Buckets buckets) {
    var series = new TreeMap<String, int[]>();
    KEYS.forEach(key -> series.put(key, new int[buckets.begins().size()]));
    database.read(handle -> {
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
                     count(opened_at) AS opened, count(human_opened_at) AS human_opened,
                     count(prefetch_opened_at) AS prefetch_opened, count(human_clicked_at) AS human_clicked,
                     count(prefetch_clicked_at) AS machine_clicked, count(sent_at) AS sent, count(spammed_at) AS spammed,
                     count(undeliverable_at) AS undeliverable, count(unsubscribed_at) AS unsubscribed
                FROM delivery
               WHERE %s AND workspace_id = :workspace AND created_at >= :from AND created_at < :to
                 AND (:type::text IS NULL OR channel = :type)
               GROUP BY bucket
              """
                  .formatted(whose))
          .bindMap(own)
          .bind("begins", buckets.begins())
          .bind("from", buckets.begins().getFirst())
          .bind("to", buckets.end())
          .bind("workspace", workspace.value())
          .bind("type", type)
          .map((row, _) -> {
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
