package dev.carillon.bench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How soon the App API answers who has an attribute, and how many and who are in a segment. */
final class SegmentReads {
  private static final String BEARER = "Bearer " + RunningServer.APP_KEY;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int WARM_UP = 20;
  private static final int SAMPLES = 200;
  private static final int PAGE = 50;
  private static final int NOT_FOUND = 404;

  private final String row;
  private final RunningServer server;
  private final int people;

  SegmentReads(String row, RunningServer server, int people) {
    this.row = row;
    this.server = server;
    this.people = people;
  }

  /** A search for people who have this value, and how many have it. */
  private record Search(String field, String value, long found) {}

  /** Searches for values that many, few, one and none of the people have. */
  Result search() {
    var searches =
        List.of(
            search("plan", "pro"),
            search("plan", "founder"),
            search("plan", "nobody has this"),
            search("city", BasePeople.city(13)),
            search("country", "country-4"),
            search("email", Calls.address(people / 2)),
            search("score", BasePeople.score(people / 3)),
            search("score", "neither this"));
    var micros = histogram();
    for (int i = 0; i < WARM_UP + SAMPLES; i++) {
      var search = searches.get(i % searches.size());
      var body =
          JSON.writeValueAsString(
              Map.of("filter", Rules.attribute(search.field, "eq", search.value)));
      long start = System.nanoTime();
      var answer = server.connection().call("POST", "/v1/customers?limit=" + PAGE, BEARER, body);
      long took = System.nanoTime() - start;
      if (answer.status() == NOT_FOUND) {
        return new Result.Failed(row, "search by an attribute, p95", "not answered: 404");
      }
      check(search, read("POST /v1/customers", answer));
      note(micros, i, took);
    }
    return measured("search by an attribute, p95", micros, 200);
  }

  private Search search(String field, String value) {
    return new Search(
        field,
        value,
        server
            .database()
            .number("SELECT count(*) FROM person WHERE attributes::json ->> ? = ?", field, value));
  }

  private void check(Search search, JsonNode answer) {
    var ids = new ArrayList<String>();
    answer.path("ids").forEach(id -> ids.add(id.asString()));
    long expected = Math.min(PAGE, search.found);
    if (new HashSet<>(ids).size() != expected) {
      throw new BenchFailure(
          "A search for %s %s found %d people, but %d were expected."
              .formatted(search.field, search.value, ids.size(), expected));
    }
    for (var id : ids) {
      if (!hasValue(search, id)) {
        throw new BenchFailure(
            "A search for %s %s found %s.".formatted(search.field, search.value, id));
      }
    }
  }

  /** What a person has follows from the number. */
  private static boolean hasValue(Search search, String id) {
    return BasePeople.attribute(Calls.number(id), search.field).equals(search.value);
  }

  /** How many are in a segment, for segments of all sizes. */
  Result counts() {
    return ofSegments(
        "people in a segment, p95",
        "/customer_count",
        50,
        (answer, members) -> answer.path("count").asLong() == members);
  }

  /** The first page of who is in a segment, for segments of all sizes. */
  Result members() {
    return ofSegments(
        "first page of the people in a segment, p95",
        "/membership",
        100,
        (answer, members) -> answer.path("ids").size() == Math.min(1_000, members));
  }

  private interface Expected {
    boolean isRight(JsonNode answer, long members);
  }

  private Result ofSegments(String what, String path, double required, Expected expected) {
    var micros = histogram();
    var segments =
        server
            .database()
            .text("SELECT string_agg(segment_id::text, ',' ORDER BY segment_id) FROM segment")
            .split(",");
    for (int i = 0; i < WARM_UP + segments.length; i++) {
      int segment = Integer.parseInt(segments[i % segments.length]);
      long start = System.nanoTime();
      var answer = server.connection().call("GET", "/v1/segments/" + segment + path, BEARER, "");
      long took = System.nanoTime() - start;
      long members =
          server
              .database()
              .number("SELECT count(*) FROM segment_member WHERE segment_id = ?", segment);
      if (!expected.isRight(read(path, answer), members)) {
        throw new BenchFailure(
            "%s of segment %d, which has %,d members, was answered %.200s"
                .formatted(path, segment, members, answer.body()));
      }
      note(micros, i, took);
    }
    return measured(what, micros, required);
  }

  private static JsonNode read(String call, HttpConnection.Answer answer) {
    if (answer.status() != 200) {
      throw new BenchFailure(
          "%s was answered %d: %.200s".formatted(call, answer.status(), answer.body()));
    }
    return JSON.readTree(answer.body());
  }

  private static Histogram histogram() {
    return new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
  }

  private static void note(Histogram micros, int number, long nanos) {
    if (number >= WARM_UP) {
      micros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
    }
  }

  private Result measured(String what, Histogram micros, double required) {
    return new Result.Measured(
        row,
        what,
        micros.getValueAtPercentile(95) / 1e3,
        Requirement.atMost(required, " ms", 1),
        "p50 %.1f ms, p99 %.1f ms, slowest %.1f ms, %d calls"
            .formatted(
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getMaxValue() / 1e3,
                micros.getTotalCount()));
  }
}
