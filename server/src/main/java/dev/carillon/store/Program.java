package dev.carillon.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts PostgreSQL's programs in an environment that holds nothing of the user's own PostgreSQL.
 */
final class Program {
  private static final Logger log = LoggerFactory.getLogger(Program.class);

  /** Creating a cluster takes two seconds; a slow disk may need a hundred times that. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private static final int OUTPUT_KEPT = 2_000;

  private Program() {}

  /**
   * Prepares a process: working folder {@code /}, English messages, UTC, none of libpq's variables.
   */
  static ProcessBuilder prepare(List<String> command) {
    var builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PG"));
    environment.put("LC_ALL", "C");
    environment.put("TZ", "UTC");
    return builder;
  }

  /**
   * Runs a program to its end.
   *
   * @param input what it reads; must not hold more than a pipe does (some kilobytes)
   * @return what it wrote to both outputs
   * @throws StoreException when it fails or does not end within five minutes
   * @throws IOException when it cannot be started
   */
  static String run(RunAs identity, List<String> command, String input) throws IOException {
    var name = Path.of(command.getFirst()).getFileName();
    var output = Files.createTempFile("carillon-", ".out");
    try {
      var process =
          prepare(identity.command(command))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      feed(process, input);
      if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new StoreException("%s did not end within %s.".formatted(name, LONGEST));
      }
      var text = Files.readString(output, StandardCharsets.ISO_8859_1);
      if (process.exitValue() != 0) {
        throw new StoreException(
            "%s failed with exit code %d: %s".formatted(name, process.exitValue(), tail(text)));
      }
      return text;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreException("Interrupted while running " + name + ".", interrupted);
    } finally {
      Files.delete(output);
    }
  }

  private static void feed(Process process, String input) {
    try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
      stdin.write(input);
    } catch (IOException ended) {
      // The program ended without reading; its exit code and output say why.
      log.debug("a program did not read its input", ended);
    }
  }

  /** The end of a longer text, where programs say what went wrong. */
  static String tail(String text) {
    var stripped = text.strip();
    return stripped.length() <= OUTPUT_KEPT
        ? stripped
        : "…" + stripped.substring(stripped.length() - OUTPUT_KEPT);
  }
}
