package dev.carillon.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * What a run was asked for.
 *
 * @param rows names of the measurements to make, in the order of the table
 * @param base where the base of {@code segments} is kept from run to run; absent: it is not kept
 * @param folder where the run makes its folder; absent: beside the built program
 */
record Options(
    Sizes sizes,
    List<String> rows,
    Form form,
    boolean keep,
    boolean noFail,
    Optional<Path> base,
    Optional<Path> folder) {

  /** In which form the results are printed. */
  enum Form {
    TABLE,
    JSON,
    MARKDOWN
  }

  /** What the arguments amount to. */
  sealed interface Parsed {
    /** A run. */
    record Run(Options options) implements Parsed {}

    /** The help text was asked for. */
    record Help(String text) implements Parsed {}

    /** They are wrong, for this reason. */
    record Wrong(String sentence) implements Parsed {}
  }

  private static final String ONLY = "--only";
  private static final String PEOPLE = "--people";

  /** A size that can be set, with its range. */
  private record Size(String flag, int usual, int least, int most, String description) {}

  private static final List<Size> SIZES =
      List.of(
          new Size(
              "--connections",
              Sizes.DEFAULT.connections(),
              1,
              1_000,
              "kept-alive connections under load"),
          new Size("--seconds", Sizes.DEFAULT.seconds(), 1, 60, "length of one window of accept"),
          new Size(
              "--rounds",
              Sizes.DEFAULT.rounds(),
              1,
              20,
              "measured rounds, after one to warm up; the median counts"),
          new Size(
              PEOPLE,
              Sizes.DEFAULT.people(),
              50,
              9_000_000,
              "people whom events are about; of segments %,d unless given"
                  .formatted(Sizes.DEFAULT.segmentsPeople())),
          new Size("--events", Sizes.DEFAULT.events(), 100, 200_000, "operations in one round"),
          new Size(
              "--mails",
              Sizes.DEFAULT.mails(),
              1,
              100_000,
              "mails in one round, at most one for each person"),
          new Size("--samples", Sizes.DEFAULT.samples(), 1, 10_000, "single events of idle"),
          new Size(
              "--growth-people",
              Sizes.DEFAULT.growthPeople(),
              10_000,
              9_000_000,
              "people in the large base of growth"));

  /** Reads the arguments; {@code all} are the measurements there are. */
  static Parsed parse(String[] arguments, List<Measurement> all) {
    var line = new CommandLine(command(all));
    var parsed = line.parseArgs(arguments);
    if (parsed.isUsageHelpRequested()) {
      return new Parsed.Help(line.getUsageMessage());
    }
    if (!parsed.errors().isEmpty()) {
      return new Parsed.Wrong(parsed.errors().getFirst().getMessage() + ".");
    }
    for (var size : SIZES) {
      int value = value(parsed, size);
      if (value < size.least || value > size.most) {
        return new Parsed.Wrong(
            "%s takes a number from %,d to %,d.".formatted(size.flag, size.least, size.most));
      }
    }
    return rows(parsed, all);
  }

  private static Parsed rows(ParseResult parsed, List<Measurement> all) {
    var known = all.stream().map(Measurement::row).toList();
    var usual = all.stream().filter(Measurement::usual).map(Measurement::row).toList();
    @Nullable List<String> wanted = parsed.matchedOptionValue(ONLY, usual);
    var rows = wanted == null ? usual : wanted;
    for (var row : rows) {
      if (!known.contains(row)) {
        return new Parsed.Wrong(
            "There is no row %s. Rows: %s.".formatted(row, String.join(", ", known)));
      }
    }
    var form =
        parsed.hasMatchedOption("--json")
            ? Form.JSON
            : parsed.hasMatchedOption("--markdown") ? Form.MARKDOWN : Form.TABLE;
    return new Parsed.Run(
        new Options(
            sizes(parsed),
            known.stream().filter(rows::contains).toList(),
            form,
            parsed.hasMatchedOption("--keep"),
            parsed.hasMatchedOption("--no-fail"),
            Optional.ofNullable(parsed.matchedOptionValue("--base", (Path) null)),
            Optional.ofNullable(parsed.matchedOptionValue("--folder", (Path) null))));
  }

  private static Sizes sizes(ParseResult parsed) {
    var values = SIZES.stream().mapToInt(size -> value(parsed, size)).toArray();
    return new Sizes(
        values[0],
        values[1],
        values[2],
        values[3],
        values[4],
        values[5],
        values[6],
        values[7],
        parsed.matchedOptionValue(PEOPLE, Sizes.DEFAULT.segmentsPeople()));
  }

  private static int value(ParseResult parsed, Size size) {
    return parsed.matchedOptionValue(size.flag, size.usual);
  }

  private static CommandSpec command(List<Measurement> all) {
    var command = CommandSpec.create().name("./carillon bench");
    command.parser().collectErrors(true);
    command
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text.")
                .build())
        .addOption(
            OptionSpec.builder(ONLY)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .splitRegex(",")
                .paramLabel("ROWS")
                .description("Measure these rows alone, such as accept,idle.")
                .build())
        .addOption(flag("--json", "Print one JSON object instead of the table."))
        .addOption(flag("--markdown", "Print a table to paste into a page."))
        .addOption(flag("--keep", "Keep the run's folder with data and logs of its servers."))
        .addOption(flag("--no-fail", "End with 0 although a requirement is not met."))
        .addOption(
            OptionSpec.builder("--folder")
                .type(Path.class)
                .paramLabel("FOLDER")
                .description(
                    "Where the run makes its folder; decides which disk is measured. Default: target/bench.")
                .build())
        .addOption(
            OptionSpec.builder("--base")
                .type(Path.class)
                .paramLabel("FOLDER")
                .description(
                    "Where the loaded base of segments is kept, and found again by the next run of that size; a base that was loaded half is loaded anew. Default: it is not kept.")
                .build());
    for (var size : SIZES) {
      command.addOption(
          OptionSpec.builder(size.flag)
              .type(int.class)
              .paramLabel("N")
              .description("%s. Default: %,d.".formatted(size.description, size.usual))
              .build());
    }
    command
        .usageMessage()
        .width(110)
        .sortOptions(false)
        .customSynopsis("./carillon bench [OPTION]...")
        .description(
            "Measures Carillon on this machine and checks its results in the database.",
            """
            Starts servers of its own by the launcher, with default settings but for ports, keys and a
            mail server; the client runs on the same machine. The table goes to standard output,
            progress to standard error. Ends with 0 when every requirement is met, 1 when not, 2 when
            it was asked in a wrong way.\
            """)
        .footer(footer(all));
    return command;
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).arity("0").description(description).build();
  }

  private static String[] footer(List<Measurement> all) {
    var lines = new ArrayList<String>();
    lines.add("");
    lines.add("Rows:");
    for (var each : all) {
      lines.add("");
      lines.add("  " + each.row() + (each.usual() ? "" : " (only when named with --only)"));
      each.how().lines().map(line -> "    " + line).forEach(lines::add);
    }
    return lines.toArray(String[]::new);
  }
}
