package dev.carillon.bench;

import dev.carillon.events.EventKey;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of a large base: of twenty names, spread over the past 90 days and randomly over the
 * people, in the order of time, as they would have come. Each is a copy of one that person 0 did
 * through the API, with values of its own; the ids of the last weeks are remembered as the server
 * remembers them.
 */
final class BaseEvents {
  /** How far back they go. */
  static final Duration SPAN = Duration.ofDays(90);

  /** For each person, on the average. */
  static final int EACH = 10;

  /** Number of names, that of the measured load included. */
  static final int NAMES = 20;

  /**
   * On each day, counted back from the last event, the first hours are quiet. So for as long after
   * the last event none leaves a window of whole days, and what the database holds can be checked
   * while time goes on.
   */
  private static final Duration QUIET = Duration.ofHours(3);

  private static final int RANGE = 100_000;
  private static final int WORKSPACE = 1;
  private static final String EVENT_COLUMNS =
      "person_id, workspace_id, name_id, op, occurred_at, received_at, event_id, data";
  private static final List<String> BLANKS = List.of("777777", "888888", "SKU-blank", "kind-blank");
  private static final List<String> CATEGORIES =
      List.of("shoes", "hats", "coats", "bags", "books", "toys", "food", "tools");
  private static final String ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

  private final ServerDatabase database;
  private final BasePeople people;
  private final Instant end;

  private record Name(int id, TextTemplate data) {}

  private record Happened(int person, Name name, Instant receivedAt, String id, long k) {}

  private BaseEvents(ServerDatabase database, BasePeople people, Instant end) {
    this.database = database;
    this.people = people;
    this.end = end;
  }

  /** A name; 0 is that of the measured load. */
  static String name(int number) {
    return "bench_event_%02d".formatted(number);
  }

  /**
   * Adds the events.
   *
   * @param end when the last one happens
   */
  static void load(RunningServer server, BasePeople people, Instant end, Progress progress) {
    var events = new BaseEvents(server.database(), people, end);
    var names = doneByFirst(server);
    events.makePartitions();
    events.copy(names, progress);
  }

  /** Person 0 does each once, so that names have their numbers and the form of the data is seen. */
  private static List<Name> doneByFirst(RunningServer server) {
    var names = new ArrayList<Name>();
    try (var client = LoadClient.connect(server.port(), 1)) {
      for (int i = 0; i < NAMES; i++) {
        var event =
            Calls.event(
                name(i),
                """
                {"total":777777,"quantity":888888,"sku":"SKU-blank","category":"kind-blank","coupon":"SPRING"}\
                """);
        Work.process(server, client, Sources.counted(event, i, 1, _ -> 0));
        int id =
            (int)
                server
                    .database()
                    .number("SELECT name_id FROM event_name WHERE kind = 1 AND name = ?", name(i));
        var data = server.database().text("SELECT data FROM event WHERE name_id = ?", id);
        names.add(new Name(id, TextTemplate.of(data, BLANKS)));
      }
    }
    return names;
  }

  /** The months and weeks before the present ones, which the server has made itself. */
  private void makePartitions() {
    var today = day(end);
    for (var from = day(end.minus(SPAN)).withDayOfMonth(1);
        from.isBefore(today.withDayOfMonth(1));
        from = from.plusMonths(1)) {
      makePartition("event", from, from.plusMonths(1), " 00:00:00+00");
    }
    var monday = TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY);
    for (var from = today.minusDays(EventKey.REMEMBERED_DAYS).with(monday);
        from.isBefore(today.with(monday));
        from = from.plusWeeks(1)) {
      makePartition("event_seen", from, from.plusWeeks(1), "");
    }
  }

  private static LocalDate day(Instant at) {
    return at.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private void makePartition(String table, LocalDate from, LocalDate to, String suffix) {
    database.execute(
        "CREATE TABLE IF NOT EXISTS %s_%s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')"
            .formatted(table, DAY.format(from), table, from + suffix, to + suffix));
  }

  private void copy(List<Name> names, Progress progress) {
    long total = (long) people.count() * EACH;
    var remembered = end.minus(Duration.ofDays(EventKey.REMEMBERED_DAYS));
    var countdown = new Countdown(progress, "events", total);
    for (long first = 0; first < total; first += RANGE) {
      long ops = database.number("SELECT nextval('id_range')") * RANGE - first;
      var happened = new ArrayList<Happened>();
      for (long k = first; k < Math.min(first + RANGE, total); k++) {
        happened.add(happened(k, total, names));
      }
      try (var rows = database.copyInto("event", EVENT_COLUMNS)) {
        happened.forEach(each -> write(rows, each, ops + each.k));
        rows.finish();
      }
      try (var rows = database.copyInto("event_seen", "workspace_id, key, day")) {
        for (var each : happened) {
          if (each.receivedAt.isAfter(remembered)) {
            var key = EventKey.of(each.id, each.receivedAt);
            rows.row(3).int4(WORKSPACE).uuid(key.key()).date(key.day());
          }
        }
        rows.finish();
      }
      countdown.at(Math.min(first + RANGE, total));
    }
  }

  private Happened happened(long k, long total, List<Name> names) {
    var at = time(k, total);
    return new Happened(
        1 + Scramble.below(people.count() - 1, k, 11),
        names.get(Scramble.below(NAMES, k, 12)),
        at,
        ulid(at, k),
        k);
  }

  private Instant time(long k, long total) {
    long back = total - 1 - k;
    long each = (total - 1) / SPAN.toDays() + 1;
    long busy = Duration.ofDays(1).minus(QUIET).toMillis();
    return end.minus(Duration.ofDays(back / each)).minusMillis(busy * (back % each) / each);
  }

  private void write(BinaryCopy rows, Happened event, long op) {
    rows.row(8)
        .int8(people.key(event.person))
        .int4(WORKSPACE)
        .int4(event.name.id)
        .int8(op)
        .instant(event.receivedAt)
        .instant(event.receivedAt)
        .text(event.id)
        .text(
            event.name.data.with(
                Integer.toString(1 + Scramble.below(100, event.k, 13)),
                Integer.toString(1 + Scramble.below(5, event.k, 14)),
                "SKU-" + Scramble.below(10_000, event.k, 15),
                CATEGORIES.get(Scramble.below(CATEGORIES.size(), event.k, 16))));
  }

  private static String ulid(Instant at, long k) {
    long time = at.toEpochMilli();
    long high = Scramble.bits(k, 17);
    long low = Scramble.bits(k, 18);
    var digits = new char[26];
    for (int i = 0; i < 26; i++) {
      long bits =
          i < 10 ? time >>> 5 * (9 - i) : i < 18 ? high >>> 5 * (i - 10) : low >>> 5 * (i - 18);
      digits[i] = ULID_DIGITS.charAt((int) bits & 31);
    }
    return new String(digits);
  }
}
