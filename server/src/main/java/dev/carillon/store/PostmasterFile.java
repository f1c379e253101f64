package dev.carillon.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running server writes into {@code postmaster.pid}; after a crash the file stays behind and
 * means nothing.
 *
 * @param pid the process
 * @param port where it listens
 * @param ready whether it accepts connections
 */
record PostmasterFile(long pid, int port, boolean ready) {
  private static final int PID = 0;
  private static final int PORT = 3;
  private static final int STATUS = 7;

  /**
   * Reads the file of a cluster. PostgreSQL writes it line by line while it starts.
   *
   * @return empty when it is not there or not complete yet
   */
  static Optional<PostmasterFile> read(Path cluster) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(cluster.resolve("postmaster.pid"), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (lines.size() <= PORT) {
      return Optional.empty();
    }
    try {
      var status = lines.size() > STATUS ? lines.get(STATUS).strip() : "";
      return Optional.of(
          new PostmasterFile(
              Long.parseLong(lines.get(PID).strip()),
              Integer.parseInt(lines.get(PORT).strip()),
              status.equals("ready")));
    } catch (NumberFormatException incomplete) {
      return Optional.empty();
    }
  }
}
