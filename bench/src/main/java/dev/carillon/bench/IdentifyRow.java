package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast new people are taken in, over single calls. */
final class IdentifyRow implements Measurement {

  @Override
  public String row() {
    return "identify";
  }

  @Override
  public String how() {
    return """
    Single calls; each makes a person with 15 attributes and two identifiers. Time from
    the first request to the commit of the last operation; then people and identifiers
    are counted. One round to warm up.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    var rates = new ArrayList<Double>();
    int count = bed.sizes().events();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (int round = 0; round <= bed.sizes().rounds(); round++) {
        var people = new NewPeople(bed.newPeople(count), count);
        var work = Work.process(server, client, people.source());
        people.check(server.database());
        rates.add(work.perSecond());
        bed.progress().say("identify: round %d, %,.0f/s", round, work.perSecond());
      }
    }
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d new people, 15 attributes each".formatted(count),
            Median.of(rates),
            Requirement.atLeast(6_000, "/s", 0),
            "rounds " + Median.list(rates)));
  }
}
