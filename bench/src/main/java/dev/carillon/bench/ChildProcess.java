package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A program that the benchmark started, with its output in a file. It ends when it is closed, and
 * with the benchmark when that is broken off.
 */
final class ChildProcess implements AutoCloseable {
  private static final Duration PATIENCE_TO_STOP = Duration.ofSeconds(60);
  private static final int LAST_LINES = 2;

  private final String name;
  private final Process process;
  private final Path output;
  private final Thread atExit;

  private ChildProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.atExit = new Thread(process::destroy, "stop-" + name);
  }

  /**
   * Starts a program. Settings of Carillon in the benchmark's own environment are not handed on,
   * except the options for the virtual machine.
   *
   * @param output gets what the program prints, behind what is there
   */
  static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path output) {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("CARILLON_") && !key.equals("CARILLON_JAVA_OPTS"));
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    try {
      var child = new ChildProcess(name, builder.start(), output);
      Runtime.getRuntime().addShutdownHook(child.atExit);
      return child;
    } catch (IOException failure) {
      throw new UncheckedIOException("The " + name + " cannot be started.", failure);
    }
  }

  /**
   * Waits until a look gives a value.
   *
   * @throws BenchFailure when the program ends first, with the end of its output, or the time is up
   */
  <T> T await(Duration patience, Duration pause, Supplier<Optional<T>> look) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadline) {
      var found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (!process.isAlive()) {
        throw new BenchFailure(
            "The %s ended with code %d. The end of its output: %s"
                .formatted(name, process.exitValue(), endOfOutput()));
      }
      Pause.of(pause);
    }
    throw new BenchFailure(
        "The %s was not ready after %d s. The end of its output: %s"
            .formatted(name, patience.toSeconds(), endOfOutput()));
  }

  private String endOfOutput() {
    try {
      var lines = Files.readAllLines(output);
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException unreadable) {
      return "(unreadable: " + unreadable.getMessage() + ")";
    }
  }

  /** The program's process. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * Asks the program to end and waits for it.
   *
   * @throws BenchFailure when it had to be killed
   */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new BenchFailure(
            "The %s did not stop within %d s and was killed."
                .formatted(name, PATIENCE_TO_STOP.toSeconds()));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }
}
