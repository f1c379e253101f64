package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast track calls go all the way, over Pipelines batches. */
final class PipelinesRow implements Measurement {

  @Override
  public String row() {
    return "pipelines";
  }

  @Override
  public String how() {
    return """
    Pipelines batches of 20 track calls about known people, which no rule mentions. Time
    from the first request to the commit of the last operation; then events are counted.
    One round to warm up.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    var rates = new ArrayList<Double>();
    int people = bed.sizes().people();
    int count = bed.sizes().events() / Calls.BATCH * Calls.BATCH;
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (int round = 0; round <= bed.sizes().rounds(); round++) {
        var event = "pipelines_" + round;
        var source =
            Sources.batches(Calls.batchOfTracks(event), Calls.BATCH, 0, count, n -> n % people);
        var work = Work.process(server, client, source, Calls.BATCH);
        server.database().expectNoDeadLetters();
        server.database().expectEvents(event, count);
        rates.add(work.perSecond());
        bed.progress().say("pipelines: round %d, %,.0f/s", round, work.perSecond());
      }
    }
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d events in Pipelines batches of %d".formatted(count, Calls.BATCH),
            Median.of(rates),
            Requirement.atLeast(20_000, "/s", 0),
            "rounds " + Median.list(rates)));
  }
}
