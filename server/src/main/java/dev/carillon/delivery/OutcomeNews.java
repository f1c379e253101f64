package dev.carillon.delivery;

import dev.carillon.delivery.Outcome.Result.Delayed;
import dev.carillon.delivery.Outcome.Result.Finished;
import dev.carillon.delivery.Outcome.Result.Untouched;
import dev.carillon.delivery.Outcome.Result.Vanished;
import dev.carillon.messages.Email;
import dev.carillon.webhooks.News;
import dev.carillon.webhooks.ReportingEvents;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What became of deliveries, for webhooks (events-out A.3). */
final class OutcomeNews {
  private OutcomeNews() {}

  /** Tells of those outcomes that were recorded, in the order they happened. */
  static void tell(
      Handle handle, ReportingEvents reporting, Collection<Outcome> outcomes, Set<Long> recorded) {
    var news = new ArrayList<News>();
    var now = Instant.MIN;
    for (var each : outcomes.stream().sorted(Comparator.comparing(Outcome::at)).toList()) {
      now = each.at();
      var content = each.claimed().content();
      var metric = metric(each);
      if (content != null && metric != null && recorded.contains(each.claimed().deliveryId())) {
        news.add(
            new News.OfDelivery(
                new WorkspaceId(content.workspaceId()),
                each.claimed().deliveryId(),
                each.claimed().createdAt(),
                Channel.EMAIL.wire(),
                metric.wire(),
                each.at(),
                false,
                Map.of(),
                metric == Metric.SENT && !content.forgotten() ? sent(each.email()) : Map.of()));
      }
    }
    reporting.tell(handle, news, now);
  }

  /** Null: nothing that has a metric. */
  private static @Nullable Metric metric(Outcome outcome) {
    return switch (outcome.result()) {
      case Finished(var state, _) ->
          switch (state) {
            case DRAFTED -> Metric.DRAFTED;
            case SENT -> Metric.SENT;
            case DROPPED -> Metric.DROPPED;
            case FAILED -> Metric.FAILED;
            case UNDELIVERABLE -> Metric.UNDELIVERABLE;
            case QUEUED, ATTEMPTED, DEFERRED, DELIVERED, BOUNCED, CANCELLED -> null;
          };
      case Delayed _ -> Metric.ATTEMPTED;
      case Untouched(), Vanished() -> null;
    };
  }

  private static Map<String, @Nullable Object> sent(@Nullable Email email) {
    var content = new LinkedHashMap<String, @Nullable Object>();
    if (email != null) {
      content.put("content", email.html().isEmpty() ? email.plain() : email.html());
      if (!email.headers().isEmpty()) {
        var headers = new LinkedHashMap<String, @Nullable Object>();
        email.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        content.put("headers", headers);
      }
    }
    return content;
  }
}
