package dev.carillon.bench;

import dev.carillon.bench.LoadClient.Load;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** How fast events are accepted, beside the bare ceiling. */
final class AcceptRow implements Measurement {
  private static final String EVENT = "accept_plain";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Load> ours = new ArrayList<>();
  private final List<Load> bare = new ArrayList<>();
  private final List<Double> applied = new ArrayList<>();
  private long sentToUs;
  private long sentToCeiling;

  @Override
  public String row() {
    return "accept";
  }

  @Override
  public String how() {
    return """
    One event per request over kept-alive connections, no rule mentions it. The server
    processes beside it as it always does, which is little while callers take the whole
    machine; how much was applied by the end of the window is shown. In turn with the bare ceiling: a process with the server's JVM
    flags, the same HTTP library, authorisation, JSON parsing, one multi-row insert per
    commit into a plain table of the same embedded PostgreSQL. After each window the
    backlog is processed before the next one.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    var folder = bed.folder("ceiling");
    bed.progress().say("accept: starting the bare ceiling");
    try (var ceiling =
        ChildProcess.start(
            "ceiling",
            bed.launcher().runLikeServer(Ceiling.class, List.of(folder.toString())),
            Map.of(),
            folder.resolve("ceiling.log"))) {
      int port = ceiling.await(PATIENCE, Duration.ofMillis(20), () -> port(folder));
      try (var toUs = LoadClient.connect(server.port(), bed.sizes().connections());
          var toCeiling = LoadClient.connect(port, bed.sizes().connections())) {
        window(bed, server, toUs, toCeiling);
        ours.clear();
        applied.clear();
        bare.clear();
        for (int round = 1; round <= bed.sizes().rounds(); round++) {
          window(bed, server, toUs, toCeiling);
          bed.progress()
              .say(
                  "accept: window %d of %d, %,.0f/s against %,.0f/s",
                  round,
                  bed.sizes().rounds(),
                  ours.getLast().perSecond(),
                  bare.getLast().perSecond());
        }
      }
      check(server, folder);
    }
    return results();
  }

  /** One window for each of the two. */
  private void window(TestBed bed, RunningServer server, LoadClient toUs, LoadClient toCeiling) {
    long before = server.processed();
    var load = toUs.send(source(bed, sentToUs));
    sentToUs += load.answered();
    ours.add(load);
    applied.add(100.0 * (server.processed() - before) / load.answered());
    Work.awaitProcessed(server, before, before + load.answered());
    var ceilingLoad = toCeiling.send(source(bed, sentToCeiling));
    sentToCeiling += ceilingLoad.answered();
    bare.add(ceilingLoad);
  }

  private static LoadClient.Source source(TestBed bed, long first) {
    int people = bed.sizes().people();
    return Sources.lasting(
        Calls.event(EVENT), first, Duration.ofSeconds(bed.sizes().seconds()), n -> n % people);
  }

  private void check(RunningServer server, Path folder) {
    server.database().expectNoDeadLetters();
    server.database().expectEvents(EVENT, sentToUs);
    try (var database = ServerDatabase.connect(folder.resolve("data"))) {
      database.expect("rows of the ceiling", sentToCeiling, "SELECT count(*) FROM operation");
    }
  }

  private static Optional<Integer> port(Path folder) {
    var file = folder.resolve(Ceiling.PORT_FILE);
    try {
      return Files.exists(file)
          ? Optional.of(Integer.parseInt(Files.readString(file)))
          : Optional.empty();
    } catch (IOException failure) {
      throw new UncheckedIOException("The ceiling's port cannot be read.", failure);
    }
  }

  private List<Result> results() {
    double rate = median(ours, Load::perSecond);
    double bareRate = median(bare, Load::perSecond);
    double p99 = median(ours, load -> load.millisAt(99));
    double bareP99 = median(bare, load -> load.millisAt(99));
    return List.of(
        new Result.Measured(
            row(),
            "events accepted, share of the bare ceiling",
            rate / bareRate,
            Requirement.atLeast(0.7, " ×", 2),
            "%,.0f/s against %,.0f/s; windows %s against %s; applied within the window %s %%"
                .formatted(rate, bareRate, rates(ours), rates(bare), Median.list(applied))),
        new Result.Measured(
            row(),
            "slowest hundredth (p99), against the ceiling's",
            p99 / bareP99,
            Requirement.atMost(1.5, " ×", 2),
            "p99 %.2f ms against %.2f ms; p50 %.2f ms against %.2f ms"
                .formatted(
                    p99,
                    bareP99,
                    median(ours, load -> load.millisAt(50)),
                    median(bare, load -> load.millisAt(50)))));
  }

  private static double median(List<Load> loads, ToDoubleFunction<Load> figure) {
    return Median.of(loads.stream().map(figure::applyAsDouble).toList());
  }

  private static String rates(List<Load> loads) {
    return Median.list(loads.stream().map(Load::perSecond).toList());
  }
}
