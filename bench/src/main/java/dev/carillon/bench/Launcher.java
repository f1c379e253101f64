package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The script {@code ./carillon}, which starts servers as an operator does.
 *
 * @param home the folder it lies in
 */
record Launcher(Path home) {
  private static final Pattern FLAGS = Pattern.compile("(?m)^JVM_FLAGS=\"([^\"]*)\"$");

  /** The command that starts a server. */
  List<String> startServer() {
    return List.of(script().toString(), "start");
  }

  /** The command that runs another class of the benchmark with the virtual machine of a server. */
  List<String> runLikeServer(Class<?> main, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(words(serverFlags()));
    command.addAll(words(System.getenv().getOrDefault("CARILLON_JAVA_OPTS", "")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  private String serverFlags() {
    try {
      var matcher = FLAGS.matcher(Files.readString(script()));
      if (!matcher.find()) {
        throw new BenchFailure(
            "The launcher " + script() + " no longer has a line JVM_FLAGS=\"…\".");
      }
      return matcher.group(1);
    } catch (IOException failure) {
      throw new UncheckedIOException("The launcher cannot be read.", failure);
    }
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  private Path script() {
    return home.resolve("carillon");
  }

  /** Environment of a server: no settings but these. */
  static Map<String, String> environment(Path data, int port, int smtpPort) {
    return Map.of(
        "CARILLON_DATA",
        data.toString(),
        "CARILLON_PORT",
        Integer.toString(port),
        "CARILLON_SITE_ID",
        RunningServer.SITE_ID,
        "CARILLON_CDP_KEY",
        RunningServer.CDP_KEY,
        "CARILLON_TRACK_KEY",
        RunningServer.TRACK_KEY,
        "CARILLON_APP_KEY",
        RunningServer.APP_KEY,
        "CARILLON_RATE_LIMITS",
        "off",
        "CARILLON_SMTP_URL",
        "smtp://127.0.0.1:" + smtpPort);
  }
}
