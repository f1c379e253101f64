package dev.carillon.webhooks;

import dev.carillon.http.Json;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Stores what webhooks are to be told, in the transaction of what happened, with a constant number
 * of statements however much it is. Stores nothing that nobody asks for. Thread-safe.
 */
public final class ReportingEvents {

  /** Writes the public form of a delivery's key. */
  @FunctionalInterface
  public interface PublicIds {
    /** The text callers know a delivery by. */
    String text(long deliveryId, Instant createdAt);
  }

  private final PublicIds ids;
  private final Ulids ulids = new Ulids();

  /** Names deliveries by these ids. */
  public ReportingEvents(PublicIds ids) {
    this.ids = ids;
  }

  /** What the webhooks of one workspace want. */
  private static final class Wanted {
    private final Set<String> names = new HashSet<>();
    private boolean content;

    private void add(ResultSet row) throws SQLException {
      names.addAll(Arrays.asList((String[]) row.getArray("events").getArray()));
      content = content || row.getBoolean("with_content");
    }
  }

  /**
   * Stores news in their order; deliveries are as they say when everything about them is written.
   *
   * @param now when they are stored
   */
  public void tell(Handle handle, Collection<? extends News> news, Instant now) {
    if (news.isEmpty()) {
      return;
    }
    var wanted = wanted(handle, news);
    var deliveries = new ArrayList<News.OfDelivery>();
    for (var each : news) {
      if (each instanceof News.OfDelivery delivery && isWanted(wanted, each)) {
        deliveries.add(delivery);
      }
    }
    var facts = DeliveryFacts.read(handle, deliveries);
    var rows = new ArrayList<Row>();
    for (var each : news) {
      var row = isWanted(wanted, each) ? row(each, facts, wants(wanted, each).content) : null;
      if (row != null) {
        rows.add(row);
      }
    }
    if (!rows.isEmpty()) {
      insert(handle, rows, now);
    }
  }

  private static Map<WorkspaceId, Wanted> wanted(Handle handle, Collection<? extends News> news) {
    var wanted = new HashMap<WorkspaceId, Wanted>();
    handle
        .createQuery(
            """
            SELECT workspace_id, events, with_content FROM reporting_webhook
             WHERE workspace_id = ANY(:workspaces) AND NOT disabled
            """)
        .bind(
            "workspaces",
            news.stream().mapToInt(each -> each.workspace().value()).distinct().toArray())
        .map((row, _) -> {
          wanted.computeIfAbsent(new WorkspaceId(row.getInt(1)), _ -> new Wanted()).add(row);
          return true;
        })
        .list();
    return wanted;
  }

  private static boolean isWanted(Map<WorkspaceId, Wanted> wanted, News news) {
    return wants(wanted, news).names.contains(name(news));
  }

  private static Wanted wants(Map<WorkspaceId, Wanted> wanted, News news) {
    var found = wanted.get(news.workspace());
    return found == null ? new Wanted() : found;
  }

  private static String name(News news) {
    return switch (news) {
      case News.OfDelivery each -> EventNames.of(each.channel(), each.metric());
      case News.OfPerson each -> each.name();
    };
  }

  /** An event in both forms, without and with content. */
  private record Row(News news, long personId, String plain, @Nullable String full) {
    boolean repeated() {
      return news instanceof News.OfDelivery each && each.repeated();
    }
  }

  /** Null: the delivery is gone. */
  private @Nullable Row row(News news, Map<Long, DeliveryFacts> facts, boolean content) {
    var id = ulids.next(news.at());
    return switch (news) {
      case News.OfDelivery each -> {
        var delivery = facts.get(each.deliveryId());
        if (delivery == null) {
          yield null;
        }
        var data = delivery.data(each, ids.text(each.deliveryId(), each.createdAt()));
        var type = EventNames.objectType(each.channel());
        yield row(
            each,
            delivery.who().personId(),
            id,
            type,
            each.metric(),
            data,
            content ? each.content() : Map.of());
      }
      case News.OfPerson each -> {
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("customer_id", each.who().customerId());
        data.put("email_address", each.who().email());
        data.put("identifiers", each.who().identifiers());
        yield row(
            each,
            each.who().personId(),
            id,
            "customer",
            EventNames.customerMetric(each.name()),
            data,
            content ? each.content() : Map.of());
      }
    };
  }

  private static Row row(
      News news,
      long personId,
      String id,
      String type,
      String metric,
      Map<String, @Nullable Object> data,
      Map<String, @Nullable Object> content) {
    var plain = body(news, id, type, metric, data);
    if (content.isEmpty()) {
      return new Row(news, personId, plain, null);
    }
    data.putAll(content);
    return new Row(news, personId, plain, body(news, id, type, metric, data));
  }

  private static String body(
      News news, String id, String type, String metric, Map<String, @Nullable Object> data) {
    var body = new LinkedHashMap<String, @Nullable Object>();
    body.put("event_id", id);
    body.put("object_type", type);
    body.put("metric", metric);
    body.put("timestamp", news.at().getEpochSecond());
    body.put("data", data);
    return new String(Json.bytes(body), StandardCharsets.UTF_8);
  }

  private static void insert(Handle handle, List<Row> rows, Instant now) {
    handle
        .createUpdate(
            """
            WITH news AS MATERIALIZED (
                SELECT * FROM unnest(:workspaces, :people, :names, :repeated, :plain, :full) WITH ORDINALITY
                    AS n(workspace_id, person_id, name, repeated, plain, full_body, place))
            INSERT INTO reporting_event (queue_id, workspace_id, person_id, body, queued_at)
            SELECT q.queue_id, n.workspace_id, n.person_id,
                   CASE WHEN w.with_content THEN coalesce(n.full_body, n.plain) ELSE n.plain END, :now
              FROM news n
              JOIN reporting_webhook w ON w.workspace_id = n.workspace_id AND NOT w.disabled
                                      AND n.name = ANY(w.events) AND (w.full_resolution OR NOT n.repeated)
              JOIN reporting_queue q ON q.webhook_id = w.webhook_id
             ORDER BY n.place
            """)
        .bind("workspaces", rows.stream().mapToInt(each -> each.news.workspace().value()).toArray())
        .bind("people", rows.stream().mapToLong(Row::personId).toArray())
        .bind("names", rows.stream().map(each -> name(each.news)).toArray(String[]::new))
        .bind("repeated", rows.stream().map(Row::repeated).toArray(Boolean[]::new))
        .bind("plain", rows.stream().map(Row::plain).toArray(String[]::new))
        .bind("full", rows.stream().map(Row::full).toArray(String[]::new))
        .bind("now", now)
        .execute();
  }
}
