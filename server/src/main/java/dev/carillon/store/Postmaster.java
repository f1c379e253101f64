package dev.carillon.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the server's main process.
 *
 * @param process the main process; its end is the end of the server
 * @param port where it listens on 127.0.0.1
 */
record Postmaster(ProcessHandle process, int port) {
  private static final Logger log = LoggerFactory.getLogger(Postmaster.class);

  /**
   * After a kill -9 the lock file and the shared memory stay taken until the last backend has
   * ended.
   */
  private static final Duration BACKENDS_END = Duration.ofSeconds(10);

  /** Recovery after a crash replays at most {@code max_wal_size} of changes. */
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(10);

  private static final Duration POLL = Duration.ofMillis(10);
  private static final int PORTS_TRIED = 5;
  private static final int LOG_FILES_KEPT = 5;

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Finds the server that a Carillon left running when it was killed.
   *
   * @return empty when none runs; a file left behind by a dead one is removed if its process number
   *     has meanwhile been given to another program, which PostgreSQL would take for itself
   */
  static Optional<Postmaster> findRunning(PostgresCluster cluster)
      throws IOException, InterruptedException {
    var file = PostmasterFile.read(cluster.folder());
    var process =
        file.flatMap(found -> ProcessHandle.of(found.pid())).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    var command = commandLine(process.get());
    if (!serves(command, cluster.folder())) {
      log.info(
          "removing the lock file of a dead PostgreSQL, process {} is another program",
          process.get().pid());
      Files.deleteIfExists(cluster.folder().resolve("postmaster.pid"));
      return Optional.empty();
    }
    if (!command.contains(cluster.binaries().program("postgres"))) {
      log.info("stopping a PostgreSQL of another release, process {}", process.get().pid());
      new Postmaster(process.get(), file.get().port()).stop(cluster);
      return Optional.empty();
    }
    return awaitReady(cluster, process.get());
  }

  private static boolean serves(List<String> command, Path folder) throws IOException {
    var option = command.indexOf("-D");
    if (option < 0 || option + 1 >= command.size()) {
      return false;
    }
    var served = Path.of(command.get(option + 1));
    return Files.exists(served) && Files.isSameFile(served, folder);
  }

  private static List<String> commandLine(ProcessHandle process) throws IOException {
    var linux = Path.of("/proc", Long.toString(process.pid()), "cmdline");
    if (Files.isReadable(linux)) {
      return List.of(Files.readString(linux, StandardCharsets.ISO_8859_1).split("\0", -1));
    }
    var info = process.info();
    var words = new ArrayList<String>();
    info.command().ifPresent(words::add);
    info.arguments().ifPresent(arguments -> words.addAll(List.of(arguments)));
    return words;
  }

  /**
   * Starts the server and returns when it accepts connections: after about 0.3 seconds, or after
   * recovery.
   *
   * @param preferredPort port to take if it is free; 0 for any
   * @throws StoreException when the server ends instead, with what it said
   */
  static Postmaster start(PostgresCluster cluster, int sharedBuffersMegabytes, int preferredPort)
      throws IOException, InterruptedException {
    cluster.configure(sharedBuffersMegabytes);
    dropOldLogs(cluster.folder().resolve("log"));
    var startedAt = System.nanoTime();
    var port = freePort(preferredPort);
    for (var portsTried = 1; ; ) {
      var output = Files.createTempFile("carillon-postgres-", ".out");
      try {
        var ready = launchAndAwait(cluster, port, output);
        if (ready.isPresent()) {
          return ready.get();
        }
        var said = Files.readString(output, StandardCharsets.ISO_8859_1) + newestLog(cluster);
        if (said.contains("Address already in use") && portsTried < PORTS_TRIED) {
          portsTried++;
          port = freePort(0);
        } else if (isStillTaken(said) && elapsed(startedAt).compareTo(BACKENDS_END) < 0) {
          Thread.sleep(POLL.multipliedBy(10));
        } else {
          throw new StoreException(
              "The embedded PostgreSQL in %s does not start: %s"
                  .formatted(cluster.folder(), Program.tail(said)));
        }
      } finally {
        Files.delete(output);
      }
    }
  }

  private static Optional<Postmaster> launchAndAwait(PostgresCluster cluster, int port, Path output)
      throws IOException, InterruptedException {
    var process = launch(cluster, port, output);
    try {
      return awaitReady(cluster, process.toHandle());
    } catch (IOException | InterruptedException | StoreException unattended) {
      // Asks for a shutdown; nobody else would look after this one.
      process.destroy();
      throw unattended;
    }
  }

  private static boolean isStillTaken(String said) {
    return said.contains("lock file \"postmaster.pid\" already exists")
        || said.contains("is still in use");
  }

  /**
   * A session of its own keeps Ctrl-C in the terminal, meant for Carillon, away from the server.
   */
  private static Process launch(PostgresCluster cluster, int port, Path output) throws IOException {
    var command = new ArrayList<String>();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid");
    }
    command.add(cluster.binaries().program("postgres"));
    command.addAll(List.of("-D", cluster.folder().toString(), "-p", Integer.toString(port)));
    return Program.prepare(cluster.identity().command(command))
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Waits until the server accepts connections; empty when its process ends before that. */
  private static Optional<Postmaster> awaitReady(PostgresCluster cluster, ProcessHandle process)
      throws IOException, InterruptedException {
    var startedAt = System.nanoTime();
    while (process.isAlive()) {
      var file = PostmasterFile.read(cluster.folder());
      if (file.isPresent() && file.get().pid() == process.pid() && file.get().ready()) {
        return Optional.of(new Postmaster(process, file.get().port()));
      }
      if (elapsed(startedAt).compareTo(LONGEST_RECOVERY) > 0) {
        throw new StoreException(
            "The embedded PostgreSQL in %s runs but has not become ready within %d minutes; its log is in %s."
                .formatted(
                    cluster.folder(),
                    LONGEST_RECOVERY.toMinutes(),
                    cluster.folder().resolve("log")));
      }
      Thread.sleep(POLL);
    }
    return Optional.empty();
  }

  /**
   * Stops the server: open transactions are rolled back, all changes are on the disk afterwards.
   */
  void stop(PostgresCluster cluster) throws IOException {
    if (!isAlive()) {
      return;
    }
    try {
      pgCtlStop(cluster, "fast", 60);
    } catch (StoreException tooSlow) {
      if (isAlive()) {
        log.warn(
            "PostgreSQL did not stop in time and is ended; it recovers at the next start", tooSlow);
        pgCtlStop(cluster, "immediate", 30);
      }
    }
  }

  private static void pgCtlStop(PostgresCluster cluster, String mode, int seconds)
      throws IOException {
    Program.run(
        cluster.identity(),
        List.of(
            cluster.binaries().program("pg_ctl"),
            "stop",
            "--mode=" + mode,
            "--wait",
            "--timeout=" + seconds,
            "--pgdata=" + cluster.folder()),
        "");
  }

  /** The preferred port when nobody has it, else one that nobody has right now. */
  private static int freePort(int preferred) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), preferred));
      return socket.getLocalPort();
    } catch (IOException busy) {
      if (preferred == 0) {
        throw busy;
      }
      log.info("port {} of the embedded PostgreSQL is taken, using another one", preferred);
      return freePort(0);
    }
  }

  private static List<Path> logs(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static String newestLog(PostgresCluster cluster) throws IOException {
    var logs = logs(cluster.folder().resolve("log"));
    return logs.isEmpty() ? "" : Files.readString(logs.getFirst(), StandardCharsets.ISO_8859_1);
  }

  private static void dropOldLogs(Path folder) throws IOException {
    for (var old : logs(folder).stream().skip(LOG_FILES_KEPT).toList()) {
      Files.deleteIfExists(old);
    }
  }

  private static Duration elapsed(long since) {
    return Duration.ofNanos(System.nanoTime() - since);
  }
}
