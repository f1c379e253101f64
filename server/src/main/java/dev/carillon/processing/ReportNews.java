package dev.carillon.processing;

import dev.carillon.delivery.DeliveryReports;
import dev.carillon.delivery.DeliveryReports.Click;
import dev.carillon.delivery.DeliveryReports.Clicked;
import dev.carillon.delivery.DeliveryReports.Reported;
import dev.carillon.delivery.Metric;
import dev.carillon.webhooks.EventNames;
import dev.carillon.webhooks.News;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** What is reported about deliveries, as webhooks are told it (events-out A.3, A.6). */
final class ReportNews {
  private final BatchScope scope;
  private final DeliveryReports reports;
  private final List<Told> told = new ArrayList<>();

  ReportNews(BatchScope scope, DeliveryReports reports) {
    this.scope = scope;
    this.reports = reports;
  }

  /**
   * One report.
   *
   * @param place among all news of the batch
   * @param click what was clicked; null for anything else
   */
  private record Told(
      int place,
      Reported delivery,
      Metric metric,
      Instant at,
      boolean repeated,
      boolean synthetic,
      boolean machine,
      @Nullable Click click) {}

  /** A metric that follows from another one the delivery had not. */
  void implied(Reported delivery, Metric metric, Instant at, boolean machine) {
    add(delivery, metric, at, false, true, machine, null);
  }

  /**
   * A metric that was reported. Each has its turn once, but for opens, which some want to hear of
   * every time.
   */
  void told(Reported delivery, Metric metric, Instant at, boolean isNew, boolean machine) {
    if (isNew || metric == Metric.OPENED) {
      add(delivery, metric, at, !isNew, false, machine, null);
    }
  }

  /**
   * A click; whether it is the first on its link is found out when it is written.
   *
   * @param isNew whether it is the first in the delivery
   */
  void clicked(Click click, boolean isNew) {
    add(click.delivery(), Metric.CLICKED, click.at(), !isNew, false, !click.byHuman(), click);
  }

  private void add(
      Reported delivery,
      Metric metric,
      Instant at,
      boolean repeated,
      boolean synthetic,
      boolean machine,
      @Nullable Click click) {
    var name = EventNames.of(delivery.channel(), metric.wire());
    if (scope.news().asks(delivery.workspace(), name)) {
      var place = scope.news().place();
      told.add(new Told(place, delivery, metric, at, repeated, synthetic, machine, click));
    }
  }

  /** Hands it on, before the clicks of this batch are kept. */
  void write() {
    if (told.isEmpty()) {
      return;
    }
    var clicks = told.stream().map(Told::click).filter(Objects::nonNull).toList();
    var before = new HashSet<>(reports.clickedBefore(scope.handle(), clicks));
    for (var each : told) {
      scope.news().put(each.place, news(each, before));
    }
    told.clear();
  }

  private News news(Told each, Set<Clicked> before) {
    return new News.OfDelivery(
        each.delivery.workspace(),
        each.delivery.deliveryId(),
        each.delivery.createdAt(),
        each.delivery.channel(),
        each.metric.wire(),
        each.at,
        repeats(each, before),
        details(each),
        Map.of());
  }

  private static boolean repeats(Told each, Set<Clicked> before) {
    var click = each.click;
    var what = click == null ? null : link(click);
    what = what == null && click != null ? click.actionName() : what;
    return what == null
        ? each.repeated
        : !before.add(new Clicked(each.delivery.deliveryId(), what));
  }

  private Map<String, @Nullable Object> details(Told each) {
    var details = new LinkedHashMap<String, @Nullable Object>();
    var mail = each.delivery.channel().equals("email");
    var click = each.click;
    if (click == null) {
      if (mail && each.metric == Metric.OPENED) {
        // Choice: a proxy that loads pictures only when somebody looks is not told apart here.
        details.put("proxied", false);
        details.put("prefetched", each.machine);
        details.put("synthetic", each.synthetic);
      }
      return details;
    }
    // Nothing personal is told of who was deleted, and a link may be.
    if (click.href() != null
        && each.delivery.personExists()
        && !scope.people().deletedHere(each.delivery.personId())) {
      details.put("href", click.href());
      details.put("link_id", linkId(String.valueOf(link(click))));
    }
    if (mail) {
      details.put("machine", each.machine);
    } else if (click.actionName() != null) {
      details.put("tracked_response", click.actionName());
    }
    return details;
  }

  /** How reports call the link; null: none is named. */
  private static @Nullable String link(Click click) {
    return click.link() == null ? click.href() : click.link();
  }

  /** Choice: links have no numbers here; the same link has the same one everywhere. */
  private static int linkId(String link) {
    var sum = new CRC32();
    sum.update(link.getBytes(StandardCharsets.UTF_8));
    return (int) (sum.getValue() & Integer.MAX_VALUE);
  }
}
