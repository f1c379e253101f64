package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast events that rules react to go all the way, over single calls. */
final class EventsRow implements Measurement {

  @Override
  public String row() {
    return "events";
  }

  @Override
  public String how() {
    return """
    Single calls; each event of a round wakes two segments (one asks for an attribute
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
      rules.add(EventRules.define(server, "events_" + round, bed.sizes().eventsEach()));
    }
    var rates = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (var each : rules) {
        var work = Work.process(server, client, each.source(bed.sizes()));
        each.check(server.database(), bed.sizes());
        rates.add(work.perSecond());
        bed.progress().say("events: %s, %,.0f/s", each.event(), work.perSecond());
      }
    }
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d events, 2 segments and a journey each".formatted(bed.sizes().roundOfEvents()),
            Median.of(rates),
            Requirement.atLeast(8_000, "/s", 0),
            "rounds " + Median.list(rates)));
  }
}
