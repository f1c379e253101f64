package dev.carillon.bench;

import dev.carillon.ServerFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** A server with a data folder of its own, started by the launcher. */
final class RunningServer implements AutoCloseable {
  static final String SITE_ID = "bench-site";
  static final String CDP_KEY = "bench-write-key";
  static final String TRACK_KEY = "bench-track-key";
  static final String APP_KEY = "bench-app-key";

  private static final String PROCESSED = "carillon_operations_processed_total ";

  /** Long enough for the launcher to build first. */
  private static final Duration PATIENCE_TO_START = Duration.ofMinutes(5);

  private final ChildProcess process;
  private final int port;
  private final HttpConnection connection;
  private final ServerDatabase database;

  private RunningServer(ChildProcess process, Path data, int port) {
    this.process = process;
    this.port = port;
    this.connection = connect(port);
    this.database = ServerDatabase.connect(data);
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param folder the data folder and the output lie in here; what is in it is used again
   * @throws BenchFailure when it does not come up, with the end of its output
   */
  static RunningServer start(Launcher launcher, Path folder, int smtpPort) {
    var data = folder.resolve("data");
    var process =
        ChildProcess.start(
            "server",
            launcher.startServer(),
            Launcher.environment(data, 0, smtpPort),
            folder.resolve("server.log"));
    try {
      var file =
          process.await(
              PATIENCE_TO_START, Duration.ofMillis(20), () -> ServerFile.ofRunningServer(data));
      return new RunningServer(process, data, file.port());
    } catch (RuntimeException failure) {
      process.close();
      throw failure;
    }
  }

  private static HttpConnection connect(int port) {
    try {
      return HttpConnection.to(port);
    } catch (IOException failure) {
      throw new UncheckedIOException("The server does not take connections.", failure);
    }
  }

  int port() {
    return port;
  }

  ServerDatabase database() {
    return database;
  }

  /** The connection for calls that are not measured. */
  HttpConnection connection() {
    return connection;
  }

  /** Another connection; the caller closes it. */
  HttpConnection connect() {
    return connect(port);
  }

  /** Calls to define segments and campaigns. */
  Rules rules() {
    return new Rules(connection);
  }

  /**
   * How many operations it has processed since it started, by its own count.
   *
   * @throws BenchFailure when it does not tell
   */
  long processed() {
    return processed(connection);
  }

  /** The same over another connection. */
  static long processed(HttpConnection connection) {
    var answer = connection.call("GET", "/metrics", "", "");
    return answer
        .body()
        .lines()
        .filter(line -> line.startsWith(PROCESSED))
        .map(line -> (long) Double.parseDouble(line.substring(PROCESSED.length())))
        .findFirst()
        .orElseThrow(() ->
            new BenchFailure(
                "/metrics was answered %d and has no line %s."
                    .formatted(answer.status(), PROCESSED)));
  }

  /** The server's own process. */
  ProcessHandle process() {
    return process.handle();
  }

  /** Ends it as an operator does. */
  @Override
  public void close() {
    database.close();
    connection.close();
    process.close();
  }
}
