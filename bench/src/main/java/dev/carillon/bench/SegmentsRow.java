package dev.carillon.bench;

import dev.carillon.bench.BaseSegments.Mentioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whether segments keep up on a large base. */
final class SegmentsRow implements Measurement {
  private static final int SEGMENTS = BaseSegments.mentioning().size() + BaseSegments.OTHERS;

  /** Rounds are longer than those of other rows: everything is colder here. */
  private static final int SINGLE_ROUNDS = 3;

  private static final int BATCH_ROUNDS = 6;

  private static final int FEWEST = 1_000;

  /** Prime, so that multiples of it visit everybody before anybody twice. */
  private static final long STRIDE = 7_919;

  private static final Mentioning NEW =
      new Mentioning(
          "measured, new",
          Rules.performed(
              BaseEvents.name(0),
              2,
              45,
              List.of(Map.of("field", "total", "operator", "gt", "value", 30))),
          "total > 30 AND at > now() - interval '45 days' AND at <= now()",
          "c >= 2");

  @Override
  public String row() {
    return "segments";
  }

  @Override
  public boolean usual() {
    return false;
  }

  @Override
  public String how() {
    return """
    Takes half an hour, so it is measured only when it is named. A server of its own with
    1,000,000 people (--people), ten events each over the past 90 days, of 20 names, and
    500 segments, 20 of which mention the event that is then sent. People and events are
    copied into the database in the form the server gives them; segments are created
    through the API and built by the server. That is the time to load. --base=FOLDER
    keeps what was loaded and uses it again.
    Single calls and v2 batches: events about people all over the base, from the first
    request to the commit of the last one; then events are counted, and who is in each of
    the 20 segments is compared with what SQL finds in events and attributes. Memory as
    in the row memory, after that. Reads: one call at a time on the idle server; searches
    for values that many, few, one and none of the people have, all segments.
    New segment: 20 s of events that come as fast as they are processed; they go on while
    a segment is created that counts such events, and until it is built.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    bed.stopServer();
    int people = bed.sizes().segmentsPeople();
    if (people < FEWEST) {
      throw new BenchFailure("The base of segments needs at least %,d people.".formatted(FEWEST));
    }
    var folder = bed.base().orElseGet(() -> bed.folder("segments").resolve("base"));
    try (var base = SegmentsBase.load(bed, folder, people)) {
      return new Run(bed, base).all();
    }
  }

  /** The measurements on one base, in this order. */
  private final class Run {
    private final TestBed bed;
    private final SegmentsBase base;
    private final RunningServer server;
    private final long before;
    private final List<Result> results = new ArrayList<>();
    private long sent;

    private Run(TestBed bed, SegmentsBase base) {
      this.bed = bed;
      this.base = base;
      this.server = base.server();
      this.before = server.database().number(EVENTS, BaseEvents.name(0));
    }

    private static final String EVENTS =
        """
        SELECT count(*) FROM event WHERE name_id = (SELECT name_id FROM event_name WHERE kind = 1 AND name = ?)
        """;

    private List<Result> all() {
      loaded();
      attempt("rule-matching events, single calls", this::single);
      attempt("rule-matching events, v2 batches", this::batches);
      attempt("resident memory (PSS)", this::memory);
      var reads = new SegmentReads(row(), server, base.people());
      attempt("search by an attribute, p95", reads::search);
      attempt("people in a segment, p95", reads::counts);
      attempt("first page of the people in a segment, p95", reads::members);
      newSegment();
      return results;
    }

    /** What breaks off leaves its reason in the table, and the next thing is measured. */
    private void attempt(String what, Supplier<Result> measurement) {
      try {
        results.add(measurement.get());
      } catch (RuntimeException failure) {
        results.add(new Result.Failed(row(), what, String.valueOf(failure.getMessage())));
      }
      bed.progress().say("segments: %s", results.getLast());
    }

    private void loaded() {
      results.add(
          new Result.Measured(
              row(),
              "%,d people, %,d events, %d segments loaded and built"
                  .formatted(base.people(), (long) base.people() * BaseEvents.EACH, SEGMENTS),
              base.took().toMillis() / 60_000.0,
              Requirement.atMost(15, " min", 1),
              "%,d members, %,d timers"
                  .formatted(
                      server.database().number("SELECT count(*) FROM segment_member"),
                      server.database().number("SELECT count(*) FROM segment_timer"))));
    }

    private long person(long n) {
      return 1 + n * STRIDE % (base.people() - 1);
    }

    private Result single() {
      int events = SINGLE_ROUNDS * bed.sizes().events();
      var template = Calls.event(BaseEvents.name(0));
      return rounds(
          "rule-matching events, single calls",
          6_000,
          client ->
              Work.process(server, client, Sources.counted(template, sent, events, this::person)));
    }

    private Result batches() {
      int events = BATCH_ROUNDS * bed.sizes().events() / Calls.BATCH * Calls.BATCH;
      var template = Calls.batchOfEvents(BaseEvents.name(0));
      return rounds(
          "rule-matching events, v2 batches of " + Calls.BATCH,
          12_000,
          client ->
              Work.process(
                  server,
                  client,
                  Sources.batches(template, Calls.BATCH, sent, events, this::person),
                  Calls.BATCH));
    }

    private interface Round {
      Work of(LoadClient client);
    }

    private Result rounds(String what, double required, Round round) {
      var rates = new ArrayList<Double>();
      try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
        for (int i = 0; i <= bed.sizes().rounds(); i++) {
          var work = round.of(client);
          sent += work.operations();
          rates.add(work.perSecond());
          bed.progress()
              .say("segments: %,d %s, %,.0f/s", work.operations(), what, work.perSecond());
        }
      }
      rates.removeFirst();
      check(BaseSegments.mentioning());
      return new Result.Measured(
          row(),
          what,
          Median.of(rates),
          Requirement.atLeast(required, "/s", 0),
          "rounds " + Median.list(rates));
    }

    private void check(List<Mentioning> segments) {
      bed.progress().say("segments: comparing members with what SQL finds");
      server.database().expectNoDeadLetters();
      server.database().expect("events", before + sent, EVENTS, BaseEvents.name(0));
      MembershipCheck.of(server.database(), segments);
    }

    private Result memory() {
      if (!ResidentMemory.isKnown()) {
        throw new BenchFailure(
            "This system does not tell how much memory a process has (no /proc/*/smaps_rollup).");
      }
      return MemoryRow.measured(row(), server, 600);
    }

    private void newSegment() {
      var template = Calls.event(BaseEvents.name(0));
      double withoutRate;
      double withRate;
      double seconds;
      try (var traffic =
          LiveTraffic.start(server, template, sent, this::person, bed.sizes().connections())) {
        Pause.ofMillis(5_000);
        bed.progress().say("segments: live traffic without a build");
        withoutRate = rate(2 * bed.sizes().seconds());
        traffic.check();
        bed.progress().say("segments: a new segment during %,.0f events/s", withoutRate);
        long processed = server.processed();
        long start = System.nanoTime();
        int segment = server.rules().segment(NEW.name(), NEW.conditions());
        server.rules().awaitBuilt(segment);
        seconds = (System.nanoTime() - start) / 1e9;
        withRate = (server.processed() - processed) / seconds;
        bed.progress().say("segments: built in %,.1f s, %,.0f events/s", seconds, withRate);
        sent += traffic.stop();
      }
      var all = new ArrayList<>(BaseSegments.mentioning());
      all.add(NEW);
      check(all);
      results.add(
          new Result.Measured(
              row(),
              "a new segment that counts events, built during live traffic",
              seconds,
              Requirement.atMost(120, " s", 1),
              ""));
      results.add(
          new Result.Measured(
              row(),
              "live traffic during that build, against before",
              withRate / withoutRate,
              Requirement.atLeast(0.7, " ×", 2),
              "%,.0f/s against %,.0f/s".formatted(withRate, withoutRate)));
    }

    private double rate(int seconds) {
      long processed = server.processed();
      long start = System.nanoTime();
      Pause.ofMillis(seconds * 1_000L);
      return (server.processed() - processed) / ((System.nanoTime() - start) / 1e9);
    }
  }
}
