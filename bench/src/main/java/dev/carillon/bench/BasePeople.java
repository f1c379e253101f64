package dev.carillon.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The people of a large base. Person 0 is identified through the API with values that are blanks;
 * all others are copies of its rows with values of their own, and at last it gets its values too.
 *
 * <p>A person has 15 attributes. {@code plan} is free, pro or business, and founder for one in ten
 * thousand; {@code city} has 50 values, {@code country} 10, {@code score} one for each person.
 */
final class BasePeople {
  private static final int RANGE = 100_000;
  private static final int WORKSPACE = 1;
  private static final int ID = 1;
  private static final int EMAIL = 2;

  /** Everybody came in the year before the first event. */
  private static final Duration CAME_WITHIN = Duration.ofDays(365);

  private static final List<String> BLANKS =
      List.of(
          "bench-0000000",
          "plan-blank",
          "city-blank",
          "country-blank",
          "language-blank",
          "source-blank",
          "score-blank",
          "7777777");
  private static final List<String> LANGUAGES = List.of("en", "de", "fr", "es", "ne");
  private static final List<String> SOURCES = List.of("search", "ads", "friend", "press");

  /** Keys of the ranges the people's keys are from. */
  private final long[] ranges;

  private final int people;

  private BasePeople(int people) {
    this.people = people;
    this.ranges = new long[(people - 1) / RANGE + 1];
  }

  static String plan(long n) {
    int part = Scramble.below(10_000, n, 1);
    return part < 6_000 ? "free" : part < 9_000 ? "pro" : part < 9_999 ? "business" : "founder";
  }

  static String city(int number) {
    return "city-%02d".formatted(number);
  }

  static String score(long n) {
    return "s%08d".formatted(n);
  }

  /** What a person's attribute is; one of those that are searched for. */
  static String attribute(long n, String name) {
    int at = List.of("id", "plan", "city", "country", "language", "source", "score").indexOf(name);
    return name.equals("email") ? Calls.address(n) : values(n)[at];
  }

  private static String[] values(long n) {
    int city = Scramble.below(50, n, 2);
    return new String[] {
      Calls.id(n),
      plan(n),
      city(city),
      "country-" + city / 5,
      LANGUAGES.get(Scramble.below(LANGUAGES.size(), n, 3)),
      SOURCES.get(Scramble.below(SOURCES.size(), n, 4)),
      score(n),
      Integer.toString(Scramble.below(100, n, 5))
    };
  }

  /** The call that identifies somebody with these values, in the order of the blanks. */
  private static RequestTemplate identify(String... values) {
    return Calls.identify(
        """
        {"email":"bench-{person}@example.test","first_name":"Kim","last_name":"Benchmark","plan":"%2$s",\
        "city":"%3$s","country":"%4$s","language":"%5$s","timezone":"Asia/Kathmandu","created_at":1750000000,\
        "source":"%6$s","score":"%7$s","orders":%8$s,"newsletter":true,"verified":false}\
        """
            .formatted((Object[]) values));
  }

  private static void identifyFirst(RunningServer server, String... values) {
    try (var client = LoadClient.connect(server.port(), 1)) {
      Work.process(server, client, Sources.counted(identify(values), 0, 1, n -> n));
    }
  }

  /**
   * Fills an empty server.
   *
   * @param people how many, person 0 included
   * @param until when the first event happens
   */
  static BasePeople load(RunningServer server, int people, Instant until, Progress progress) {
    identifyFirst(server, BLANKS.toArray(String[]::new));
    var base = new BasePeople(people);
    base.copy(server.database(), until, progress);
    identifyFirst(server, values(0));
    return base;
  }

  private void copy(ServerDatabase database, Instant until, Progress progress) {
    var attributes = TextTemplate.of(database.text("SELECT attributes FROM person"), BLANKS);
    var written = database.text("SELECT written FROM person");
    int born = (int) database.number("SELECT born FROM person");
    var countdown = new Countdown(progress, "people", people);
    for (int first = 0; first < people; first += RANGE) {
      ranges[first / RANGE] = database.number("SELECT nextval('id_range')") * RANGE;
      int end = Math.min(first + RANGE, people);
      try (var rows =
          database.copyInto(
              "person",
              "person_id, workspace_id, born, created_at, updated_at, attributes, written")) {
        for (int n = Math.max(1, first); n < end; n++) {
          var at = until.minus(CAME_WITHIN.multipliedBy(people - n).dividedBy(people));
          rows.row(7).int8(key(n)).int4(WORKSPACE).int4(born).instant(at).instant(at);
          rows.text(attributes.with(values(n))).text(written);
        }
        rows.finish();
      }
      for (int kind : List.of(ID, EMAIL)) {
        try (var rows =
            database.copyInto("person_identifier", "workspace_id, kind, value, person_id")) {
          for (int n = Math.max(1, first); n < end; n++) {
            var value = kind == ID ? Calls.id(n) : Calls.address(n);
            rows.row(4).int4(WORKSPACE).int2(kind).text(value).int8(key(n));
          }
          rows.finish();
        }
      }
      countdown.at(end);
    }
  }

  /** How many there are. */
  int count() {
    return people;
  }

  /**
   * The key of a person.
   *
   * @param n from 1 up
   */
  long key(int n) {
    return ranges[n / RANGE] + n % RANGE;
  }
}
