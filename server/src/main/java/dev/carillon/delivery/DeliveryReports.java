package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What is told about deliveries once they are out, for whole batches. Each metric keeps the time it
 * was first told (M-1).
 */
public final class DeliveryReports {

  /**
   * A delivery somebody reports about.
   *
   * @param personId whom it went to; may be gone, or merged into somebody else
   * @param personExists whether anything personal may still be kept
   * @param known the metrics it has; none is ever taken away
   * @param byHuman whether it was opened and clicked by a human: those of both metrics that were
   * @param byMachine the same for machines
   */
  public record Reported(
      long deliveryId,
      Instant createdAt,
      WorkspaceId workspace,
      long personId,
      boolean personExists,
      String channel,
      Set<Metric> known,
      Set<Metric> byHuman,
      Set<Metric> byMachine) {
    /** Copies the sets. */
    public Reported {
      known = Set.copyOf(known);
      byHuman = Set.copyOf(byHuman);
      byMachine = Set.copyOf(byMachine);
    }
  }

  /** The deliveries of these keys; who asks has no workspace, the delivery names it. */
  public Map<Long, Reported> find(Handle handle, Collection<Long> ids) {
    var found = new HashMap<Long, Reported>();
    handle
        .createQuery(
            """
            SELECT d.*, p.person_id IS NOT NULL AS person_exists
              FROM delivery d LEFT JOIN person p ON p.person_id = d.person_id
             WHERE d.delivery_id = ANY(:ids)
            """)
        .bind("ids", ids.stream().mapToLong(Long::longValue).toArray())
        .map((row, _) -> {
          var known = EnumSet.noneOf(Metric.class);
          for (var metric : Metric.values()) {
            if (row.getObject(metric.column()) != null) {
              known.add(metric);
            }
          }
          return new Reported(
              row.getLong("delivery_id"),
              DeliveryRow.instant(row, "created_at"),
              new WorkspaceId(row.getInt("workspace_id")),
              row.getLong("person_id"),
              row.getBoolean("person_exists"),
              row.getString("channel"),
              known,
              by("human", row),
              by("prefetch", row));
        })
        .forEach(reported -> found.put(reported.deliveryId(), reported));
    return found;
  }

  private static Set<Metric> by(String whom, ResultSet row) throws SQLException {
    var metrics = EnumSet.noneOf(Metric.class);
    for (var metric : Metric.BY_SOMEBODY) {
      if (row.getObject(whom + "_" + metric.column()) != null) {
        metrics.add(metric);
      }
    }
    return metrics;
  }

  /**
   * What is new about a delivery.
   *
   * @param metrics when each happened
   * @param byHuman when it was opened or clicked by a human, as far as it was
   * @param byMachine the same for machines
   * @param reason why it bounced or was dropped; null when nobody says
   */
  public record News(
      Reported delivery,
      Map<Metric, Instant> metrics,
      Map<Metric, Instant> byHuman,
      Map<Metric, Instant> byMachine,
      @Nullable String reason) {
    /** Copies the metrics. */
    public News {
      metrics = Map.copyOf(metrics);
      byHuman = Map.copyOf(byHuman);
      byMachine = Map.copyOf(byMachine);
    }
  }

  /**
   * Stores what is new, in one statement; what another transaction has told meanwhile stays.
   * Bounced and dropped are the last words on a delivery, delivered comes before deferred; opens
   * and clicks do not change where it stands (M-2). Before it counts as sent only the times are
   * noted.
   */
  public void tell(Handle handle, Collection<News> news) {
    // In the order of the keys, as outcomes of a worker are recorded in that order too.
    handle
        .createUpdate(
            """
            WITH news AS MATERIALIZED (
                SELECT * FROM unnest(:ids, :createdAt, :delivered, :deferred, :opened, :clicked, :converted,
                                     :bounced, :dropped, :spammed, :unsubscribed, :humanOpened, :humanClicked,
                                     :prefetchOpened, :prefetchClicked, :reasons)
                    AS n(delivery_id, created_at, delivered, deferred, opened, clicked, converted,
                         bounced, dropped, spammed, unsubscribed, human_opened, human_clicked,
                         prefetch_opened, prefetch_clicked, reason)),
            held AS MATERIALIZED (
                SELECT d.delivery_id FROM news n
                  JOIN delivery d ON d.delivery_id = n.delivery_id AND d.created_at = n.created_at
                 ORDER BY d.delivery_id
                   FOR NO KEY UPDATE OF d)
            UPDATE delivery d
               SET delivered_at = coalesce(d.delivered_at, n.delivered),
                   deferred_at = coalesce(d.deferred_at, n.deferred),
                   opened_at = coalesce(d.opened_at, n.opened),
                   clicked_at = coalesce(d.clicked_at, n.clicked),
                   converted_at = coalesce(d.converted_at, n.converted),
                   bounced_at = coalesce(d.bounced_at, n.bounced),
                   dropped_at = coalesce(d.dropped_at, n.dropped),
                   spammed_at = coalesce(d.spammed_at, n.spammed),
                   unsubscribed_at = coalesce(d.unsubscribed_at, n.unsubscribed),
                   human_opened_at = coalesce(d.human_opened_at, n.human_opened),
                   human_clicked_at = coalesce(d.human_clicked_at, n.human_clicked),
                   prefetch_opened_at = coalesce(d.prefetch_opened_at, n.prefetch_opened),
                   prefetch_clicked_at = coalesce(d.prefetch_clicked_at, n.prefetch_clicked),
                   failure_message = CASE WHEN d.bounced_at IS NULL AND d.dropped_at IS NULL
                                          THEN coalesce(left(n.reason, 1000), d.failure_message)
                                          ELSE d.failure_message END,
                   state = CASE WHEN d.state NOT IN ('sent', 'deferred', 'delivered', 'dropped', 'bounced')
                                THEN d.state
                                WHEN coalesce(d.bounced_at, n.bounced) IS NOT NULL THEN 'bounced'
                                WHEN coalesce(d.dropped_at, n.dropped) IS NOT NULL THEN 'dropped'
                                WHEN coalesce(d.delivered_at, n.delivered) IS NOT NULL THEN 'delivered'
                                WHEN coalesce(d.deferred_at, n.deferred) IS NOT NULL THEN 'deferred'
                                ELSE d.state END
              FROM news n JOIN held h ON h.delivery_id = n.delivery_id
             WHERE d.delivery_id = n.delivery_id AND d.created_at = n.created_at
            """)
        .bind("ids", news.stream().mapToLong(each -> each.delivery().deliveryId()).toArray())
        .bind(
            "createdAt",
            news.stream().map(each -> each.delivery().createdAt()).toArray(Instant[]::new))
        .bind("delivered", times(news, News::metrics, Metric.DELIVERED))
        .bind("deferred", times(news, News::metrics, Metric.DEFERRED))
        .bind("opened", times(news, News::metrics, Metric.OPENED))
        .bind("clicked", times(news, News::metrics, Metric.CLICKED))
        .bind("converted", times(news, News::metrics, Metric.CONVERTED))
        .bind("bounced", times(news, News::metrics, Metric.BOUNCED))
        .bind("dropped", times(news, News::metrics, Metric.DROPPED))
        .bind("spammed", times(news, News::metrics, Metric.SPAMMED))
        .bind("unsubscribed", times(news, News::metrics, Metric.UNSUBSCRIBED))
        .bind("humanOpened", times(news, News::byHuman, Metric.OPENED))
        .bind("humanClicked", times(news, News::byHuman, Metric.CLICKED))
        .bind("prefetchOpened", times(news, News::byMachine, Metric.OPENED))
        .bind("prefetchClicked", times(news, News::byMachine, Metric.CLICKED))
        .bind("reasons", news.stream().map(News::reason).toArray(String[]::new))
        .execute();
  }

  private static @Nullable Instant[] times(
      Collection<News> news, Function<News, Map<Metric, Instant>> of, Metric metric) {
    return news.stream().map(each -> of.apply(each).get(metric)).toArray(Instant[]::new);
  }

  /**
   * A click, with what was clicked; texts are cut to 2,000 characters.
   *
   * @param href the link; null when none is named
   * @param link how reports call it, where that is not its address (M-73); null: by its address
   * @param actionName name of the button of an in-app message; null when none is named
   * @param actionValue what that button does; null when that is not told
   * @param byHuman whether a human clicked
   */
  public record Click(
      Reported delivery,
      Instant at,
      @Nullable String href,
      @Nullable String link,
      @Nullable String actionName,
      @Nullable String actionValue,
      boolean byHuman) {}

  /** A link in a delivery as reports call it, or a button. */
  public record Clicked(long deliveryId, String what) {
    private static final int KEPT = 2_000;

    /** Cuts the text as {@link #keep} does. */
    public Clicked {
      what =
          what.codePointCount(0, what.length()) <= KEPT
              ? what
              : what.substring(0, what.offsetByCodePoints(0, KEPT));
    }
  }

  /** Which of these links have been clicked before. */
  public Set<Clicked> clickedBefore(Handle handle, Collection<Click> clicks) {
    if (clicks.isEmpty()) {
      return Set.of();
    }
    return handle
        .createQuery(
            """
            SELECT DISTINCT k.delivery_id, coalesce(k.link, k.href, k.action_name, '') AS what
              FROM (SELECT DISTINCT * FROM unnest(:ids, :createdAt) AS u(delivery_id, created_at)) c
              JOIN delivery_click k ON k.delivery_id = c.delivery_id AND k.created_at = c.created_at
            """)
        .bind("ids", clicks.stream().mapToLong(each -> each.delivery().deliveryId()).toArray())
        .bind(
            "createdAt",
            clicks.stream().map(each -> each.delivery().createdAt()).toArray(Instant[]::new))
        .map((row, _) -> new Clicked(row.getLong(1), row.getString(2)))
        .set();
  }

  /** Keeps clicks, repeats as well: links are counted by all of them (M-1). */
  public void keep(Handle handle, List<Click> clicks) {
    handle
        .createUpdate(
            """
            INSERT INTO delivery_click (delivery_id, created_at, workspace_id, clicked_at,
                                        href, link, action_name, action_value, human)
            SELECT c.delivery_id, c.created_at, c.workspace_id, c.clicked_at,
                   left(c.href, 2000), left(c.link, 2000), left(c.action_name, 2000), left(c.action_value, 2000), c.human
              FROM unnest(:ids, :createdAt, :workspaces, :at, :hrefs, :links, :names, :values, :humans)
                AS c(delivery_id, created_at, workspace_id, clicked_at, href, link, action_name, action_value, human)
            """)
        .bind("ids", clicks.stream().mapToLong(each -> each.delivery().deliveryId()).toArray())
        .bind(
            "createdAt",
            clicks.stream().map(each -> each.delivery().createdAt()).toArray(Instant[]::new))
        .bind(
            "workspaces",
            clicks.stream().mapToInt(each -> each.delivery().workspace().value()).toArray())
        .bind("at", clicks.stream().map(Click::at).toArray(Instant[]::new))
        .bind("hrefs", clicks.stream().map(Click::href).toArray(String[]::new))
        .bind("links", clicks.stream().map(Click::link).toArray(String[]::new))
        .bind("names", clicks.stream().map(Click::actionName).toArray(String[]::new))
        .bind("values", clicks.stream().map(Click::actionValue).toArray(String[]::new))
        .bind("humans", clicks.stream().map(Click::byHuman).toArray(Boolean[]::new))
        .execute();
  }
}
