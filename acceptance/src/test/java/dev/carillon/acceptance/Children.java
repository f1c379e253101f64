package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Node and Chromium as child processes, with the official clients in them. */
final class Children {
  /** The npm project that pins the official clients. */
  static final Path SDK = Path.of("sdk").toAbsolutePath();

  private static final Duration LONGEST = Duration.ofSeconds(120);

  private Children() {}

  /**
   * Runs the Node that the clients need, in the folder from which it finds them.
   *
   * @return what it prints, when it ends well
   */
  static String node(Map<String, String> environment, String... arguments) throws Exception {
    var node = SDK.resolve("node_modules/node/bin/node");
    assertThat(node).as("installed by ./carillon test").exists();
    var command = new ArrayList<String>();
    command.add(node.toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(SDK.toFile());
    builder.environment().putAll(environment);
    return output(builder);
  }

  /** Opens a page in a browser that reaches this machine alone; the document as it became. */
  static String chromium(String url) throws Exception {
    var profile = Files.createTempDirectory("carillon-chromium");
    try {
      return output(
          new ProcessBuilder(
              "chromium",
              "--headless",
              "--no-sandbox",
              "--disable-gpu",
              "--disable-dev-shm-usage",
              "--disable-background-networking",
              "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
              "--user-data-dir=" + profile,
              "--virtual-time-budget=20000",
              "--dump-dom",
              url));
    } finally {
      delete(profile);
    }
  }

  private static String output(ProcessBuilder builder) throws Exception {
    var log = Files.createTempFile("carillon-client", ".log");
    var errors = Files.createTempFile("carillon-client", ".err");
    var process = builder.redirectOutput(log.toFile()).redirectError(errors.toFile()).start();
    try {
      assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS))
          .as(() -> "ends in time: " + text(log) + text(errors))
          .isTrue();
      assertThat(process.exitValue()).as(() -> text(log) + text(errors)).isZero();
      return Files.readString(log);
    } finally {
      process.destroyForcibly().onExit().join();
      Files.delete(log);
      Files.delete(errors);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** The browser's last processes may still remove files of their own. */
  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException failure)
              throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
