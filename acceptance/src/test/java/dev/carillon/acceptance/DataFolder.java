package dev.carillon.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * A data folder below {@code target}, and the way into the PostgreSQL that lives in it.
 * PostgreSQL's programs are unpacked once and linked into each folder, which saves two seconds a
 * test.
 */
final class DataFolder {
  private static final Path PARENT = Path.of("target", "acceptance").toAbsolutePath();
  private static final String BINARIES = "bin-";
  private static final int DELETE_ATTEMPTS = 50;

  private final Path path;

  private DataFolder(Path path) {
    this.path = path;
  }

  /** An empty folder of this name. */
  static DataFolder empty(String name) {
    var folder = new DataFolder(PARENT.resolve(name));
    try {
      folder.killPostgres();
      folder.delete();
      var postgres = Files.createDirectories(folder.path.resolve("postgres"));
      for (var shared : unpacked(binaries())) {
        Files.createSymbolicLink(postgres.resolve(shared.getFileName()), shared);
      }
      return folder;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  Path path() {
    return path;
  }

  /** Moves programs that were unpacked here to where the next folder finds them. */
  void keepBinaries() {
    try {
      for (var folder : unpacked(path.resolve("postgres"))) {
        if (!Files.isSymbolicLink(folder) && unpacked(binaries()).length == 0) {
          var shared = binaries().resolve(folder.getFileName());
          Files.move(folder, shared);
          Files.createSymbolicLink(folder, shared);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static Path binaries() throws IOException {
    return Files.createDirectories(PARENT.resolve("postgres-programs"));
  }

  private static Path[] unpacked(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries
          .filter(each -> each.getFileName().toString().startsWith(BINARIES))
          .toArray(Path[]::new);
    }
  }

  /** A connection to the embedded database, as the program's own role. */
  Connection connect() throws SQLException {
    try {
      var passwords = new Properties();
      try (var reader = Files.newBufferedReader(path.resolve("postgres/passwords.properties"))) {
        passwords.load(reader);
      }
      return DriverManager.getConnection(
          "jdbc:postgresql://127.0.0.1:%s/carillon?sslmode=disable".formatted(postmasterLine(3)),
          "carillon",
          passwords.getProperty("carillon"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The address of the embedded database for another program. */
  String url() {
    try {
      var passwords = new Properties();
      try (var reader = Files.newBufferedReader(path.resolve("postgres/passwords.properties"))) {
        passwords.load(reader);
      }
      return "postgresql://carillon:%s@127.0.0.1:%s/carillon"
          .formatted(passwords.getProperty("carillon"), postmasterLine(3));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** PostgreSQL's main process, while it lives. */
  Optional<ProcessHandle> postmaster() {
    var file = path.resolve("postgres/cluster/postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return ProcessHandle.of(Long.parseLong(postmasterLine(0))).filter(this::isOurs);
    } catch (IOException goneMeanwhile) {
      return Optional.empty();
    }
  }

  /**
   * A number from a file outlives its process; the next one with that number is somebody else's.
   */
  private boolean isOurs(ProcessHandle process) {
    try {
      var line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
      return line.contains(path.resolve("postgres").resolve("cluster").toString());
    } catch (IOException gone) {
      return false;
    }
  }

  private String postmasterLine(int number) throws IOException {
    return Files.readAllLines(path.resolve("postgres/cluster/postmaster.pid")).get(number).strip();
  }

  /**
   * Kills PostgreSQL's main process as {@code kill -9} does, if it lives; its children end by
   * themselves.
   */
  void killPostgres() {
    postmaster()
        .ifPresent(process -> {
          process.destroyForcibly();
          process.onExit().join();
        });
  }

  /**
   * Removes the folder with all that is in it; processes of a killed PostgreSQL may be writing
   * their last.
   */
  void delete() throws IOException {
    for (var attempt = 1; Files.exists(path); attempt++) {
      try {
        deleteOnce();
      } catch (IOException | UncheckedIOException changedMeanwhile) {
        if (attempt == DELETE_ATTEMPTS) {
          throw changedMeanwhile;
        }
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  private void deleteOnce() throws IOException {
    try (var entries = Files.walk(path)) {
      for (var each : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
