package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How long a server takes to come up. */
final class StartRow implements Measurement {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @Override
  public String row() {
    return "start";
  }

  @Override
  public String how() {
    return """
    The built server on the data the rows before it left: from the start of ./carillon
    start to the first 200 of /health, asked every 3 ms. One start to warm the file
    cache.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    bed.serverWithPeople();
    bed.stopServer();
    var seconds = new ArrayList<Double>();
    for (int round = 0; round <= bed.sizes().rounds(); round++) {
      seconds.add(start(bed, bed.folder("server")));
      bed.progress().say("start: %.2f s", seconds.getLast());
    }
    seconds.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "launcher to the first 200",
            Median.of(seconds),
            Requirement.atMost(3, " s", 2),
            "starts " + Median.list(seconds)));
  }

  private static double start(TestBed bed, Path folder) {
    int port = freePort();
    long begun = System.nanoTime();
    try (var process =
        ChildProcess.start(
            "server",
            bed.launcher().startServer(),
            Launcher.environment(folder.resolve("data"), port, bed.sink().port()),
            folder.resolve("server.log"))) {
      long answered = process.await(PATIENCE, Duration.ofMillis(3), () -> healthy(port));
      return (answered - begun) / 1e9;
    }
  }

  private static Optional<Long> healthy(int port) {
    try (var connection = HttpConnection.to(port)) {
      int status = connection.call("GET", "/health", "", "").status();
      return status == 200 ? Optional.of(System.nanoTime()) : Optional.empty();
    } catch (IOException | UncheckedIOException notYet) {
      return Optional.empty();
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException("No port is free.", failure);
    }
  }
}
