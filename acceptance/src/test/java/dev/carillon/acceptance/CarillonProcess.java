package dev.carillon.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real program as a child process on a data folder, started, killed and started again.
 *
 * <p>Its output goes to {@code output.log} in the data folder; failures of this class quote the end
 * of it.
 */
final class CarillonProcess implements AutoCloseable {
  static final String SITE_ID = "site";
  static final String TRACK_KEY = "5ecret-of-track";
  static final String APP_KEY = "5ecret-of-app";
  static final String CDP_KEY = "cdp-key";

  private static final Duration LONGEST_START = Duration.ofSeconds(180);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(90);
  private static final JsonMapper JSON = JsonMapper.shared();

  private final DataFolder data;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private @Nullable Process process;
  private volatile URI url = URI.create("http://127.0.0.1:1");

  /** Not started yet, with fixed keys and any free port. */
  CarillonProcess(DataFolder data) {
    this.data = data;
    with("CARILLON_DATA", data.path().toString());
    with("CARILLON_PORT", "0");
    with("CARILLON_SITE_ID", SITE_ID);
    with("CARILLON_TRACK_KEY", TRACK_KEY);
    with("CARILLON_APP_KEY", APP_KEY);
    with("CARILLON_CDP_KEY", CDP_KEY);
  }

  /** Sets an environment variable for the starts to come. */
  CarillonProcess with(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** Takes an environment variable back. */
  void without(String name) {
    settings.remove(name);
  }

  DataFolder data() {
    return data;
  }

  /** Where the server answers; moves with each start, and is safe to read from any thread. */
  URI url() {
    return url;
  }

  long pid() {
    return running().pid();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /**
   * Starts the program and returns when it answers.
   *
   * @return how long that took
   */
  Duration start() throws InterruptedException {
    var begin = System.nanoTime();
    var serverFile = data.path().resolve("server.json");
    try {
      Files.deleteIfExists(serverFile);
      process = launch("start");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    var deadline = begin + LONGEST_START.toNanos();
    while (!Files.exists(serverFile)) {
      check(process.isAlive(), "Carillon has ended before it answered, code " + exitCode());
      check(System.nanoTime() < deadline, "Carillon does not start within " + LONGEST_START);
      TimeUnit.MILLISECONDS.sleep(20);
    }
    try {
      url = URI.create(JSON.readTree(Files.readString(serverFile)).get("url").stringValue());
      check(probe() == 200, "Carillon refuses its first call");
    } catch (IOException failure) {
      throw failure("Carillon does not answer: " + failure);
    }
    data.keepBinaries();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private int probe() throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(url.resolve("/api/v1/accounts/region"))
              .header("Authorization", HttpCalls.basic(SITE_ID, TRACK_KEY))
              .timeout(Duration.ofSeconds(60))
              .build();
      return client.send(request, BodyHandlers.discarding()).statusCode();
    }
  }

  /** Starts one of the program's other commands beside the server, with the same environment. */
  Process launch(String... command) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher starts it; the first compiler alone, because the process lives for seconds.
    line.addAll(
        List.of(
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseParallelGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms64m",
            "-Xmx192m",
            "--enable-native-access=ALL-UNNAMED",
            "-Duser.timezone=Asia/Kathmandu",
            "-Dcarillon.home=" + data.path(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.carillon.Main"));
    line.addAll(List.of(command));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(settings);
    return command[0].equals("start")
        ? builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile())).start()
        : builder.start();
  }

  /** Kills the server as {@code kill -9} does; PostgreSQL is left alone. */
  void kill() throws InterruptedException {
    running().destroyForcibly().waitFor();
  }

  /** Asks the server to stop as {@code kill} does. */
  void terminate() {
    running().destroy();
  }

  /** Waits for the end and returns the exit code. */
  int awaitEnd() throws InterruptedException {
    check(
        running().waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS),
        "Carillon does not stop within " + LONGEST_STOP);
    return running().exitValue();
  }

  /** What the program has printed in all its lives on this data folder. */
  String output() {
    try {
      return Files.exists(log()) ? Files.readString(log()) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Kills the server and its database, and keeps the output beside the folder for a look. */
  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
    data.killPostgres();
    try {
      if (Files.exists(log())) {
        var kept = data.path().resolveSibling(data.path().getFileName() + ".log");
        Files.move(log(), kept, StandardCopyOption.REPLACE_EXISTING);
      }
      data.delete();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Path log() {
    return data.path().resolve("output.log");
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("Carillon was not started");
    }
    return process;
  }

  private String exitCode() {
    return isAlive() ? "(running)" : String.valueOf(running().exitValue());
  }

  private void check(boolean holds, String sentence) {
    if (!holds) {
      throw failure(sentence);
    }
  }

  /** An error that quotes the end of the program's output. */
  AssertionError failure(String sentence) {
    var output = output();
    return new AssertionError(
        sentence
            + "; its output ends with\n"
            + output.substring(Math.max(0, output.length() - 6_000)));
  }
}
