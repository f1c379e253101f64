package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast events that rules react to go all the way, over v2 batches. */
final class BatchRow implements Measurement {

  @Override
  public String row() {
    return "batch";
  }

  @Override
  public String how() {
    return """
    v2 batches of 20 events; each event of a round wakes two segments (one asks for an attribute
    and the event, one counts the event) and starts a journey that waits. Time from the
    first request to the commit of the last operation; then events, journeys and members
    are counted. One round to warm up.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    var rules = new ArrayList<EventRules>();
    for (int round = 0; round <= bed.sizes().rounds(); round++) {
      rules.add(EventRules.define(server, "batch_" + round, bed.sizes().eventsEach()));
    }
    var rates = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (var each : rules) {
        var work = Work.process(server, client, each.batches(bed.sizes()), Calls.BATCH);
        each.check(server.database(), bed.sizes());
        rates.add(work.perSecond());
        bed.progress().say("batch: %s, %,.0f/s", each.event(), work.perSecond());
      }
    }
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d events in v2 batches of %d, 2 segments and a journey each"
                .formatted(bed.sizes().roundOfEvents(), Calls.BATCH),
            Median.of(rates),
            Requirement.atLeast(20_000, "/s", 0),
            "rounds " + Median.list(rates)));
  }
}
