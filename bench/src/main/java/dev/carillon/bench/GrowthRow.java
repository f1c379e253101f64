package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/** Whether the cost of an event depends on how many people and segments there are. */
final class GrowthRow implements Measurement {
  private static final int SMALL_PEOPLE = 10_000;
  private static final int SMALL_SEGMENTS = 2;
  private static final int LARGE_SEGMENTS = 100;
  private static final String EVENT = "growth_plain";
  private static final int LONGER = 3;
  private static final int MORE_ROUNDS = 2;

  /** Prime, so that multiples of it visit everybody before anybody twice. */
  private static final long STRIDE = 7_919;

  @Override
  public String row() {
    return "growth";
  }

  @Override
  public String how() {
    return """
    Two servers, one with 10,000 people and 2 segments, one with 1,000,000 people and
    100 segments that ask for other attributes and events. People are copied in the
    database from one that was identified, then vacuumed. Events about people all over
    the base, processing alone as in the row processing, on the two in turn; time per
    event of the large one against the small one. Rounds are three times as long and
    there are two more than elsewhere, because half a second of a shared machine says
    little; the medians count. One round each to warm up.\
    """;
  }

  private static final class Base {
    private final RunningServer server;
    private final LoadClient client;
    private final int people;
    private final List<Double> micros = new ArrayList<>();
    private long sent;

    private Base(RunningServer server, LoadClient client, int people) {
      this.server = server;
      this.client = client;
      this.people = people;
    }

    private void round(int events) {
      var source = Sources.counted(Calls.event(EVENT), sent, events, n -> n * STRIDE % people);
      var work = Work.processHeldBack(server, client, source);
      sent += events;
      micros.add(1e6 / work.perSecond());
    }

    private void check() {
      server.database().expectNoDeadLetters();
      server.database().expectEvents(EVENT, sent);
      server.database().expect("people", people, "SELECT count(*) FROM person");
    }
  }

  @Override
  public List<Result> measure(TestBed bed) {
    bed.stopServer();
    int largePeople = bed.sizes().growthPeople();
    try (var smallServer = prepare(bed, "small", SMALL_PEOPLE, SMALL_SEGMENTS);
        var largeServer = prepare(bed, "large", largePeople, LARGE_SEGMENTS);
        var toSmall = LoadClient.connect(smallServer.port(), bed.sizes().connections());
        var toLarge = LoadClient.connect(largeServer.port(), bed.sizes().connections())) {
      var small = new Base(smallServer, toSmall, SMALL_PEOPLE);
      var large = new Base(largeServer, toLarge, largePeople);
      int events = LONGER * bed.sizes().events();
      for (int round = 0; round <= bed.sizes().rounds() + MORE_ROUNDS; round++) {
        small.round(events);
        large.round(events);
        bed.progress()
            .say(
                "growth: round %d, %.1f µs against %.1f µs an event",
                round, large.micros.getLast(), small.micros.getLast());
      }
      small.check();
      large.check();
      small.micros.removeFirst();
      large.micros.removeFirst();
      return List.of(
          new Result.Measured(
              row(),
              "cost per event, %,d people against %,d".formatted(largePeople, SMALL_PEOPLE),
              Median.of(large.micros) / Median.of(small.micros),
              Requirement.atMost(1.3, " ×", 2),
              "µs per event %s against %s"
                  .formatted(Median.list(large.micros), Median.list(small.micros))));
    }
  }

  private static RunningServer prepare(TestBed bed, String name, int people, int segments) {
    bed.progress().say("growth: preparing %,d people and %d segments", people, segments);
    var server =
        RunningServer.start(bed.launcher(), bed.folder("growth-" + name), bed.sink().port());
    try {
      for (int i = 0; i < segments; i++) {
        int segment =
            server
                .rules()
                .segment(
                    "other " + i,
                    i % 2 == 0
                        ? Rules.attributeIs("other_attribute_" + i, "x")
                        : Rules.performed("other_event_" + i, 1));
        server.rules().awaitBuilt(segment);
      }
      try (var client = LoadClient.connect(server.port(), 1)) {
        Work.process(server, client, Sources.counted(Calls.profile("plan", "pro"), 0, 1, n -> n));
      }
      PeopleCopies.make(server.database(), people, bed.progress());
      return server;
    } catch (RuntimeException failure) {
      server.close();
      throw failure;
    }
  }
}
