package dev.carillon.processing;

import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryReports;
import dev.carillon.delivery.DeliveryReports.Click;
import dev.carillon.delivery.DeliveryReports.News;
import dev.carillon.delivery.DeliveryReports.Reported;
import dev.carillon.delivery.MessageWakes;
import dev.carillon.delivery.MessageWakes.Recipient;
import dev.carillon.delivery.Metric;
import dev.carillon.delivery.ReportableMetrics;
import dev.carillon.people.Profile;
import dev.carillon.people.Survivors;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is reported about deliveries and in-app contents in one batch (track §5.2).
 *
 * <p>A delivery is the only authority a report has, so the delivery decides the workspace. Reports
 * change the delivery alone and lock nobody; the activity log shows them from there. An
 * unsubscription also writes the person, as an identify would. Deliveries are read without a lock:
 * what they say of themselves never changes, and a metric is only ever added.
 */
final class ReportApplier {
  private static final Logger LOG = LoggerFactory.getLogger(ReportApplier.class);
  private static final String UNSUBSCRIBED = "unsubscribed";
  private static final int LONGEST_CHAIN = 100;

  private final BatchScope scope;
  private final BatchActivity activity;
  private final DeliveryReports reports = new DeliveryReports();
  private final MessageWakes wakes = new MessageWakes();
  private final Survivors survivors = new Survivors();
  private final Map<Long, Reported> deliveries = new HashMap<>();
  private final Map<Long, Long> leaving = new HashMap<>();
  private final TreeMap<Long, Map<Metric, Instant>> news = new TreeMap<>();
  private final Map<Long, Map<Metric, Instant>> byHuman = new HashMap<>();
  private final Map<Long, Map<Metric, Instant>> byMachine = new HashMap<>();
  private final Map<Long, String> reasons = new HashMap<>();
  private final List<Click> clicks = new ArrayList<>();
  private final Set<Recipient> woken = new HashSet<>();
  private final ReportNews reported;

  ReportApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
    this.reported = new ReportNews(scope, reports);
  }

  /**
   * Reads the deliveries these operations name.
   *
   * @param reach gets what rules read when somebody is unsubscribed
   * @return keys of the people who have to be locked
   */
  Collection<Long> read(List<Accepted> operations, RuleBook.Reach reach) {
    var named = new TreeSet<Long>();
    var unsubscribing = new TreeSet<Long>();
    for (var each : operations) {
      switch (each.operation()) {
        case Operation.DeliveryReport call -> named.add(call.deliveryId());
        case Operation.Unsubscribe call -> unsubscribing.add(call.deliveryId());
        case Operation.Identify _,
            Operation.Event _,
            Operation.Delete _,
            Operation.Erase _,
            Operation.Suppress _,
            Operation.Unsuppress _,
            Operation.Merge _,
            Operation.DeviceUpdate _,
            Operation.DeviceRemoval _,
            Operation.ObjectIdentify _,
            Operation.ObjectDelete _,
            Operation.Relate _,
            Operation.Membership _,
            Operation.OptOuts _,
            Operation.Send _,
            Operation.ContentReport _,
            Operation.Once _ -> {}
      }
    }
    named.addAll(unsubscribing);
    if (named.isEmpty()) {
      return List.of();
    }
    deliveries.putAll(reports.find(scope.handle(), named));
    for (var id : unsubscribing) {
      var delivery = deliveries.get(id);
      if (delivery != null) {
        leaving.put(id, delivery.personId());
        var rules = scope.ruleBook().of(delivery.workspace());
        reach.wake(rules, rules.byAttribute().getOrDefault(UNSUBSCRIBED, List.of()));
      }
    }
    return leaving.values();
  }

  /**
   * Finds and locks those who survive recipients that were merged: a delivery names the one who is
   * gone until it is moved. Call it when the people of {@link #read} are locked.
   */
  void follow() {
    for (var step = 0; step < LONGEST_CHAIN; step++) {
      var gone = new TreeSet<>(leaving.values());
      gone.removeIf(person -> scope.people().byId(person) != null);
      var survivor = gone.isEmpty() ? Map.<Long, Long>of() : survivors.of(scope.handle(), gone);
      if (survivor.isEmpty()) {
        return;
      }
      leaving.replaceAll((_, person) -> survivor.getOrDefault(person, person));
      scope.people().load(List.of(), survivor.values());
    }
    throw new IllegalStateException("somebody was merged more than 100 times in a row");
  }

  void report(Operation.DeliveryReport call, Entry entry) {
    var delivery = deliveries.get(call.deliveryId());
    if (delivery == null) {
      LOG.debug("a report is ignored, there is no such delivery: delivery={}", call.deliveryId());
      return;
    }
    var metric = ReportableMetrics.of(delivery.channel(), call.metric()).orElse(null);
    if (metric == null) {
      LOG.debug(
          "a report is ignored, its metric is none of channel {}: workspace={} delivery={}",
          delivery.channel(),
          delivery.workspace().value(),
          delivery.deliveryId());
      return;
    }
    var at = at(call.occurredAtMillis(), entry);
    var machine = Boolean.TRUE.equals(call.details().get(Operation.DeliveryReport.MACHINE));
    // What it implies has happened before.
    for (var each : ReportableMetrics.withImplied(delivery.channel(), metric).reversed()) {
      var isNew = tell(delivery, each, at, machine);
      if (each != metric && isNew) {
        reported.implied(delivery, each, at, machine);
      } else if (each == metric && metric == Metric.CLICKED) {
        reported.clicked(click(delivery, at, call.details(), machine), isNew);
      } else if (each == metric) {
        reported.told(delivery, metric, at, isNew, machine);
      }
    }
    if (delivery.personExists()
        && !scope
            .people()
            .deletedHere(delivery.personId())) { // nothing personal is kept of who was deleted
      details(delivery, metric, at, call.details(), machine);
    }
  }

  private void details(
      Reported delivery,
      Metric metric,
      Instant at,
      Map<String, @Nullable Object> details,
      boolean machine) {
    if (metric == Metric.BOUNCED || metric == Metric.DROPPED) {
      var reason = text(details, "reason");
      if (reason != null) {
        reasons.putIfAbsent(delivery.deliveryId(), reason);
      }
    } else if (metric == Metric.CLICKED) {
      var click = click(delivery, at, details, machine);
      if (click.href() != null
          || click.link() != null
          || click.actionName() != null
          || click.actionValue() != null) {
        clicks.add(click);
        wake(delivery, metric); // the first click on this link, maybe
      }
    }
  }

  private static Click click(
      Reported delivery, Instant at, Map<String, @Nullable Object> details, boolean machine) {
    return new Click(
        delivery,
        at,
        text(details, "href"),
        text(details, "link"),
        text(details, "action_name"),
        text(details, "action_value"),
        !machine);
  }

  void unsubscribe(Operation.Unsubscribe call, Entry entry) {
    var delivery = deliveries.get(call.deliveryId());
    if (delivery == null) {
      LOG.debug(
          "an unsubscription is ignored, there is no such delivery: delivery={}",
          call.deliveryId());
      return;
    }
    if (delivery.channel().equals(Channel.EMAIL.wire())) { // no other channel has the metric
      var isNew = tell(delivery, Metric.UNSUBSCRIBED, entry.receivedAt(), false);
      reported.told(delivery, Metric.UNSUBSCRIBED, entry.receivedAt(), isNew, false);
    }
    var person = scope.people().byId(leaving.getOrDefault(call.deliveryId(), 0L));
    if (person == null || !person.workspace().equals(delivery.workspace())) {
      return; // deleted meanwhile
    }
    var note = new Entry(delivery.workspace(), entry.op(), entry.receivedAt());
    // It holds, also against a call that was dated in the future.
    var writtenAt =
        Math.max(entry.receivedAt().toEpochMilli(), person.profile().writtenAtMillis(UNSUBSCRIBED));
    var choices = scope.news().before(person);
    var outcome = person.profile().write(UNSUBSCRIBED, true, writtenAt);
    scope.news().after(person, choices, entry.receivedAt());
    switch (outcome) {
      case Profile.Outcome.Changed(var from, var to) -> {
        activity.note(
            note,
            person,
            "attribute_change",
            Map.of(UNSUBSCRIBED, IdentifyApplier.change(from, to)));
        var rules = scope.reactions().rules(person);
        var readers = rules.byAttribute().getOrDefault(UNSUBSCRIBED, List.of());
        scope.reactions().woken(person, readers, entry.receivedAt());
      }
      case Profile.Outcome.Unchanged() -> activity.note(note, person, "skipped_update", Map.of());
      case Profile.Outcome.TooMany() ->
          throw new IllegalStateException("the attribute 'unsubscribed' always fits");
    }
  }

  /**
   * Notes that a content was seen or clicked.
   *
   * @param person null when the call names nobody who exists
   */
  void content(Operation.ContentReport call, @Nullable PersonState person, Entry entry) {
    if (person == null && call.person() != null) {
      LOG.debug(
          "a report of a content is ignored, it names nobody: workspace={}",
          call.workspace().value());
      return;
    }
    var data = new LinkedHashMap<String, Object>();
    if (person == null && call.anonymousId() != null) {
      data.put("anonymous_id", call.anonymousId());
    }
    call.details()
        .forEach((name, value) -> {
          if (value != null) {
            data.put(name, value);
          }
        });
    activity.note(
        entry,
        person,
        call.clicked() ? "clicked_content" : "viewed_content",
        at(call.occurredAtMillis(), entry),
        data);
  }

  /**
   * Whoever reports has seen a human, unless it says otherwise: a program that opens every mail
   * tells nobody about it.
   *
   * @return whether the delivery did not have the metric
   */
  private boolean tell(Reported delivery, Metric metric, Instant at, boolean machine) {
    var isNew =
        !delivery.known().contains(metric)
            && news.computeIfAbsent(delivery.deliveryId(), _ -> new EnumMap<>(Metric.class))
                    .putIfAbsent(metric, at)
                == null;
    if (isNew) {
      wake(delivery, metric);
    }
    if ((metric == Metric.OPENED || metric == Metric.CLICKED)
        && !(machine ? delivery.byMachine() : delivery.byHuman()).contains(metric)) {
      news.computeIfAbsent(delivery.deliveryId(), _ -> new EnumMap<>(Metric.class));
      (machine ? byMachine : byHuman)
          .computeIfAbsent(delivery.deliveryId(), _ -> new EnumMap<>(Metric.class))
          .putIfAbsent(metric, at);
      wake(delivery, metric);
    }
    return isNew;
  }

  /**
   * The recipient's messages are to be counted anew, if some rule counts them; should the recipient
   * be merged by now, those of who has taken over.
   */
  private void wake(Reported delivery, Metric metric) {
    var rules = scope.ruleBook().of(delivery.workspace());
    if (rules.messages().metrics().contains(metric)) {
      woken.add(new Recipient(delivery.personId(), delivery.workspace()));
    }
  }

  private static Instant at(long millis, Entry entry) {
    return millis == 0 ? entry.receivedAt() : Instant.ofEpochMilli(millis);
  }

  private static @Nullable String text(Map<String, @Nullable Object> details, String name) {
    var value = details.get(name);
    return value == null || value.equals("") ? null : value.toString();
  }

  /** Writes what is new about deliveries. */
  void write() {
    var all = new ArrayList<News>();
    news.forEach((id, metrics) -> {
      var delivery = deliveries.get(id);
      if (delivery != null) {
        all.add(
            new News(
                delivery,
                metrics,
                byHuman.getOrDefault(id, Map.of()),
                byMachine.getOrDefault(id, Map.of()),
                reasons.get(id)));
      }
    });
    if (!all.isEmpty()) {
      reports.tell(scope.handle(), all);
    }
    reported.write();
    if (!clicks.isEmpty()) {
      reports.keep(scope.handle(), clicks);
    }
    if (!woken.isEmpty()) {
      wakes.add(scope.handle(), woken);
      scope.reached();
    }
  }
}
