package dev.carillon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command line: commands, and one flag per setting made from the settings table. Unknown flags
 * are handed on to {@link Settings}, which reports them together with unknown environment variables
 * and lines of the settings file.
 */
final class Commands {

  private static final String START = "start";
  private static final String DEMO = "demo";
  private static final String SETTINGS = "settings";
  private static final String VERSION = "version";

  private final Map<String, String> environment;
  private final Path home;

  /** Commands read the given environment; the default data folder lies in {@code home}. */
  Commands(Map<String, String> environment, Path home) {
    this.environment = Map.copyOf(environment);
    this.home = home;
  }

  /** What the arguments ask for; without arguments, help. */
  Command parse(List<String> arguments) {
    var line = new CommandLine(program());
    line.setUnmatchedArgumentsAllowed(true);
    ParseResult program = line.parseArgs(arguments.toArray(String[]::new));
    if (!program.hasSubcommand()) {
      boolean helpWanted = program.isUsageHelpRequested() || program.unmatched().isEmpty();
      return helpWanted
          ? new Command.Help(line.getUsageMessage())
          : new Command.Unknown(unknownCommand(program.unmatched().getFirst(), line));
    }
    ParseResult command = program.subcommand();
    if (program.isUsageHelpRequested() || command.isUsageHelpRequested()) {
      return new Command.Help(command.commandSpec().commandLine().getUsageMessage());
    }
    return switch (command.commandSpec().name()) {
      case START -> new Command.Start(sources(program, command));
      case DEMO -> new Command.Demo(sources(program, command));
      case SETTINGS -> new Command.ShowSettings(sources(program, command));
      case VERSION -> new Command.Version();
      case String other ->
          throw new IllegalStateException("The command " + other + " has no meaning.");
    };
  }

  private static CommandSpec program() {
    var program =
        withHelp(
            CommandSpec.create().name("./carillon"),
            "Carillon turns what people do into messages.");
    program.addSubcommand(START, withSettings(START, "Runs the server until Ctrl-C or SIGTERM."));
    program.addSubcommand(
        DEMO, withSettings(DEMO, "Sends a sample shop's people and events to the running server."));
    program.addSubcommand(
        SETTINGS,
        withSettings(SETTINGS, "Prints every setting with its value, origin and default."));
    program.addSubcommand(
        VERSION, withHelp(CommandSpec.create().name(VERSION), "Prints the version."));
    return program;
  }

  private static CommandSpec withSettings(String name, String description) {
    var command = withHelp(CommandSpec.create().name(name), description);
    for (var setting : Settings.ALL) {
      String value =
          setting.defaultText() == null ? "" : " Default: " + setting.defaultText() + ".";
      command.addOption(
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .paramLabel("VALUE")
              .description(setting.description() + "." + value)
              .build());
    }
    command
        .usageMessage()
        .customSynopsis("./carillon " + name + " [--SETTING=VALUE]...")
        .footer(
            "",
            "Each setting is also an environment variable (--track-rate is CARILLON_TRACK_RATE) and",
            "a line of the settings file (track-rate=500). A flag wins over the environment, which wins over the file.");
    return command;
  }

  private static CommandSpec withHelp(CommandSpec command, String description) {
    command.parser().collectErrors(true).unmatchedArgumentsAllowed(true);
    command.usageMessage().description(description).sortOptions(false).width(120);
    return command.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this text.").build());
  }

  private SettingSources sources(ParseResult program, ParseResult command) {
    var mistakes = new ArrayList<String>();
    var flags = new HashMap<String, String>();
    for (var option : command.matchedOptions()) {
      String name = option.longestName().substring("--".length());
      flags.put(name, option.getValue());
    }
    command.errors().forEach(each -> mistakes.add(sentence(each)));
    addUnknown(program.unmatched(), flags, mistakes);
    addUnknown(command.unmatched(), flags, mistakes);
    return new SettingSources(flags, environment, home, mistakes);
  }

  private static String sentence(Exception error) {
    return error instanceof CommandLine.MissingParameterException missing
        ? ((OptionSpec) missing.getMissing().getFirst()).longestName() + " needs a value."
        : error.getMessage() + ".";
  }

  /**
   * A word that follows an unknown flag is taken for its value, so that one slip is reported once.
   */
  private static void addUnknown(
      List<String> unmatched, Map<String, String> flags, List<String> mistakes) {
    boolean valueExpected = false;
    for (String word : unmatched) {
      if (word.startsWith("--") && word.length() > 2) {
        int end = word.indexOf('=');
        flags.put(word.substring(2, end < 0 ? word.length() : end), "");
        valueExpected = end < 0;
      } else {
        if (!valueExpected) {
          mistakes.add("The argument " + word + " has no meaning here.");
        }
        valueExpected = false;
      }
    }
  }

  private static String unknownCommand(String word, CommandLine line) {
    var names = List.copyOf(line.getSubcommands().keySet());
    var near = NearestName.of(word, names).map(each -> "; did you mean " + each + "?").orElse(".");
    return word + " is not a command" + near + " Commands: " + String.join(", ", names) + ".";
  }
}
