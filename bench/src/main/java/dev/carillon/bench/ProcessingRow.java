package dev.carillon.bench;

import dev.carillon.bench.LoadClient.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** How fast operations that are in the log already are processed. */
final class ProcessingRow implements Measurement {

  @Override
  public String row() {
    return "processing";
  }

  @Override
  public String how() {
    return """
    Processing alone: a lock on the table epoch, which every batch reads first, holds
    processing back in the warm, running server while a round is posted and
    acknowledged; time from the release of the lock to the commit of the last operation.
    Then the rows are counted. One round of each kind to warm up. At the release each
    processor has at most its first batch read, and nothing of it done.\
    """;
  }

  /** What one round sends, and how its results are checked. */
  private record Round(Source source, Consumer<ServerDatabase> check) {}

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    var matching = new ArrayList<Round>();
    var plain = new ArrayList<Round>();
    var identify = new ArrayList<Round>();
    var changes = new ArrayList<Round>();
    for (int round = 0; round <= bed.sizes().rounds(); round++) {
      matching.add(matching(bed, server, round));
      plain.add(plain(bed, round));
      var people = new NewPeople(bed.newPeople(bed.sizes().events()), bed.sizes().events());
      identify.add(new Round(people.source(), people::check));
      changes.add(changes(people, round));
    }
    return List.of(
        measure(bed, server, "rule-matching events", 20_000, matching),
        measure(bed, server, "plain events", 35_000, plain),
        measure(bed, server, "new people", 12_000, identify),
        measure(bed, server, "attribute changes", 20_000, changes));
  }

  private static Round matching(TestBed bed, RunningServer server, int round) {
    var rules = EventRules.define(server, "processing_" + round, bed.sizes().eventsEach());
    return new Round(rules.source(bed.sizes()), database -> rules.check(database, bed.sizes()));
  }

  private static Round plain(TestBed bed, int round) {
    var name = "processing_plain_" + round;
    int people = bed.sizes().people();
    int count = bed.sizes().roundOfEvents();
    return new Round(
        Sources.counted(Calls.event(name), 0, count, n -> n % people),
        database -> {
          database.expectNoDeadLetters();
          database.expectEvents(name, count);
        });
  }

  /** One of the attributes of each of these people changes. */
  private static Round changes(NewPeople people, int round) {
    var value = "change-" + round + "-";
    return new Round(
        Sources.counted(Calls.attributeChange(value), people.first(), people.count(), n -> n),
        database -> {
          database.expectNoDeadLetters();
          database.expect(
              "people with the changed attribute",
              people.count(),
              "SELECT count(*) FROM person WHERE attributes LIKE '%\"score\":\"' || ? || '%'",
              value);
        });
  }

  private Result measure(
      TestBed bed, RunningServer server, String kind, double required, List<Round> rounds) {
    var rates = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (var round : rounds) {
        var work = Work.processHeldBack(server, client, round.source);
        round.check.accept(server.database());
        rates.add(work.perSecond());
        bed.progress()
            .say("processing: %,d %s, %,.0f/s", work.operations(), kind, work.perSecond());
      }
    }
    rates.removeFirst();
    return new Result.Measured(
        row(),
        kind + " from the log",
        Median.of(rates),
        Requirement.atLeast(required, "/s", 0),
        "rounds " + Median.list(rates));
  }
}
