package dev.carillon.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Entry point of {@code ./carillon bench}. */
public final class Bench {
  private static final int SUCCESS = 0;
  private static final int NOT_MET = 1;
  private static final int WRONG_USE = 2;

  /** A load from which on figures deserve doubt. */
  private static final double BUSY = 0.5;

  private final Path home;
  private final InstantSource clock;
  private final PrintStream out;
  private final PrintStream errors;

  Bench(Path home, InstantSource clock, PrintStream out, PrintStream errors) {
    this.home = home;
    this.clock = clock;
    this.out = out;
    this.errors = errors;
  }

  /**
   * Measures and ends the process: 0 every requirement is met, 1 one is not, 2 wrong arguments. The
   * launcher names its own folder with the system property {@code carillon.home}.
   */
  public static void main(String[] arguments) {
    var home = Path.of(System.getProperty("carillon.home", ".")).toAbsolutePath().normalize();
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var errors = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(new Bench(home, InstantSource.system(), out, errors).run(arguments));
  }

  /** Every measurement, in the order of the table: what grows the shared data comes late. */
  private static List<Measurement> measurements() {
    return List.of(
        new AcceptRow(),
        new EventsRow(),
        new IdentifyRow(),
        new BatchRow(),
        new PipelinesRow(),
        new ProcessingRow(),
        new MailRow(),
        new SendRow(),
        new ReadersRow(),
        new IdleRow(),
        new MemoryRow(),
        new StartRow(),
        new GrowthRow(),
        new SegmentsRow());
  }

  /** Runs and returns the exit code that {@link #main} documents. */
  int run(String[] arguments) {
    var all = measurements();
    return switch (Options.parse(arguments, all)) {
      case Options.Parsed.Help(var text) -> {
        out.println(text.stripTrailing());
        yield SUCCESS;
      }
      case Options.Parsed.Wrong(var sentence) -> {
        errors.println(sentence);
        yield WRONG_USE;
      }
      case Options.Parsed.Run(var options) -> run(options, all);
    };
  }

  private int run(Options options, List<Measurement> all) {
    var progress = new Progress(errors);
    var machine = Machine.here(clock.instant());
    if (machine.load() > BUSY) {
      progress.say("other programs keep this machine busy (load %.1f)", machine.load());
    }
    var folder = Folders.create(options.folder().orElse(home.resolve("target/bench")));
    progress.say("servers and their data lie in %s", folder);
    var wanted = all.stream().filter(each -> options.rows().contains(each.row())).toList();
    List<Result> results;
    try (var bed =
        new TestBed(new Launcher(home), folder, options.base(), options.sizes(), progress)) {
      results = measure(wanted, bed);
    } finally {
      if (!options.keep()) {
        Folders.delete(folder);
      }
    }
    var report = new Report(machine, results);
    out.println(
        switch (options.form()) {
          case TABLE -> report.text().stripTrailing();
          case JSON -> report.json();
          case MARKDOWN -> report.markdown().stripTrailing();
        });
    return report.met() || options.noFail() ? SUCCESS : NOT_MET;
  }

  /** A measurement that breaks off leaves its reason in the table, and the next one is made. */
  private static List<Result> measure(List<Measurement> wanted, TestBed bed) {
    var results = new ArrayList<Result>();
    for (var each : wanted) {
      try {
        results.addAll(each.measure(bed));
      } catch (RuntimeException failure) {
        var reason = String.valueOf(failure.getMessage());
        bed.progress().say("%s: %s", each.row(), reason);
        results.add(new Result.Failed(each.row(), "no figure", reason));
      }
    }
    return results;
  }
}
