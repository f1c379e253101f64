package dev.carillon.reporting;

import dev.carillon.reporting.Activity.Source;
import dev.carillon.reporting.ActivityReader.Rows;
import dev.carillon.reporting.ActivityReader.Window;
import dev.carillon.reporting.ActivityType.OfMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** From where a page of a workspace's activities has to be read. */
final class ActivitySources {
  private static final Rows PEOPLE =
      new Rows(
          Source.PERSON,
          "person",
          "created_at",
          "person_id",
          "0",
          "",
          "person_id, NULL::bigint AS object_key, created_at AS occurred_at",
          ", 'profile_create' AS type, '{}' AS data");
  private static final Rows LOG =
      new Rows(
          Source.LOG,
          "activity",
          "received_at",
          "op",
          "part",
          "",
          "person_id, object_key, occurred_at, type, data",
          "");
  private static final String NAMED =
      """
      , (SELECT n.kind FROM event_name n WHERE n.name_id = s.name_id) AS kind,
        (SELECT n.name FROM event_name n WHERE n.name_id = s.name_id) AS name
      """;
  private static final Rows EVENTS =
      new Rows(
          Source.EVENT,
          "event",
          "received_at",
          "op",
          "0",
          "",
          "person_id, occurred_at, name_id, data",
          NAMED);
  private static final Rows ANONYMOUS_EVENTS =
      new Rows(
          Source.EVENT,
          "anonymous_event",
          "received_at",
          "op",
          "0",
          "",
          "0::bigint AS person_id, occurred_at, name_id, data",
          NAMED);

  // A subquery of its own, so that it never becomes a join that reads all people first.
  private static final String EXISTS =
      "(s.person_id = 0 OR (SELECT p.workspace_id FROM person p WHERE p.person_id = s.person_id) = :workspace)";

  /** Names are noted as seen once a day, by clocks that may differ. */
  private static final Duration ABOUT_A_DAY = Duration.ofDays(2);

  private final Window window;
  private final ActivityFilter filter;
  private final List<ActivityReader> readers = new ArrayList<>();

  private ActivitySources(Window window, ActivityFilter filter) {
    this.window = window;
    this.filter = filter;
  }

  /** All that together give the page. */
  static List<ActivityReader> of(Handle handle, Window window, ActivityFilter filter) {
    var sources = new ActivitySources(window, filter);
    if (filter.wantsCreations()) {
      sources.readers.add(new ActivitySweep(PEOPLE, window, ActivityReader.EVERY_ROW, Map.of()));
    }
    if (filter.wantsLog()) {
      sources.log();
    }
    if (filter.wantsEvents()) {
      sources.events(handle);
    }
    if (filter.wantsMessages()) {
      sources.messages();
    }
    return sources.readers;
  }

  private void log() {
    var conditions = new Conditions();
    if (filter.type() != null) {
      conditions.add("s.type = :type", "type", filter.type().wire());
    }
    if (filter.name() != null) {
      conditions.add(
          "s.type LIKE '%attribute_change' AND coalesce(s.data::json -> :name, s.data::json #> ARRAY['attributes', :name]) IS NOT NULL",
          "name", filter.name());
    }
    add(LOG, window, conditions);
  }

  private void events(Handle handle) {
    var conditions = new Conditions();
    var seen = window;
    if (filter.name() != null) {
      var named = named(handle, filter.name());
      if (named == null) {
        return;
      }
      // No index leads to a name: that of a person's events would be read from end to end.
      conditions.add("s.name_id + 0 = ANY(:names)", "names", named.numbers);
      seen = named.within(window);
    } else if (filter.type() != null) {
      conditions.add(
          "(SELECT n.kind FROM event_name n WHERE n.name_id = s.name_id) = ANY(:kinds)",
          "kinds",
          filter.kinds());
    }
    // An event leaves the one table for the other when somebody claims it; in one snapshot it is
    // in one of them.
    add(ANONYMOUS_EVENTS, seen, conditions);
    add(EVENTS, seen, conditions);
  }

  private void messages() {
    for (var part = 0; part < ActivityRows.METRICS.size(); part++) {
      var metric = ActivityRows.METRICS.get(part);
      if (filter.type() instanceof OfMessage(var wanted, var channel)) {
        if (wanted.equals(metric)) {
          add(
              metric(part),
              window,
              new Conditions().add("s.channel = :channel", "channel", channel));
        }
      } else {
        add(metric(part), window, new Conditions());
      }
    }
  }

  private static Rows metric(int part) {
    var metric = ActivityRows.METRICS.get(part);
    return new Rows(
        Source.DELIVERY,
        "delivery",
        metric + "_at",
        "delivery_id",
        Integer.toString(part),
        "AND created_at >= :from::timestamptz - interval '%d days'"
            .formatted(ActivityRows.LONGEST_STORY.toDays()),
        "person_id, %s_at AS occurred_at, created_at AS delivery_created_at, channel, delivered_at, opened_at IS NOT NULL AS opened"
            .formatted(metric),
        ", '%s_' || s.channel AS type, '{}' AS data".formatted(metric));
  }

  private void add(Rows rows, Window within, Conditions conditions) {
    var people = rows.table().equals("anonymous_event") || filter.deleted() ? "" : EXISTS;
    var condition = conditions.and(people);
    readers.add(
        rows.source() == Source.DELIVERY
            ? new ActivityScan(rows, within, condition, conditions.bindings)
            : new ActivitySweep(rows, within, condition, conditions.bindings));
  }

  /** Conditions that all have to hold. */
  private static final class Conditions {
    private final List<String> all = new ArrayList<>();
    private final Map<String, Object> bindings = new HashMap<>();

    Conditions add(String condition, String name, Object value) {
      all.add(condition);
      bindings.put(name, value);
      return this;
    }

    /** All of them and one more; an empty one always holds. */
    String and(String another) {
      var conditions = new ArrayList<>(all);
      if (!another.isEmpty()) {
        conditions.add(another);
      }
      return conditions.isEmpty() ? ActivityReader.EVERY_ROW : String.join(" AND ", conditions);
    }
  }

  /**
   * The numbers of a name, and when about it occurred last. (When it occurred first is of no use: a
   * clock that was set back would hide what came before.)
   */
  private record Named(int[] numbers, Instant last) {
    static Named or(Named one, Named other) {
      return new Named(
          IntStream.concat(IntStream.of(one.numbers), IntStream.of(other.numbers)).toArray(),
          one.last.isAfter(other.last) ? one.last : other.last);
    }

    Window within(Window window) {
      var newest = new ActivityPlace(last.plus(ABOUT_A_DAY), 0, 0, 0);
      return newest.compareTo(window.place()) < 0
          ? new Window(window.workspace(), newest, window.from(), window.now(), window.limit())
          : window;
    }
  }

  private @Nullable Named named(Handle handle, String name) {
    return handle
        .createQuery(
            """
            SELECT name_id, last_seen FROM event_name
             WHERE workspace_id = :workspace AND kind = ANY(:kinds) AND name = :name AND last_seen IS NOT NULL
            """)
        .bind("workspace", window.workspace().value())
        .bind("kinds", filter.kinds())
        .bind("name", name)
        .map((row, _) ->
            new Named(
                new int[] {row.getInt(1)}, row.getObject(2, OffsetDateTime.class).toInstant()))
        .list()
        .stream()
        .reduce(Named::or)
        .orElse(null);
  }
}
