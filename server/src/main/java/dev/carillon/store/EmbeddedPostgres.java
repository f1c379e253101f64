package dev.carillon.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL server that comes with Carillon, in the program's data folder.
 *
 * <p>The idea: one Carillon owns the data folder (a file lock says so, which the operating system
 * gives back however the process ends); whoever owns it looks after one server. A server that
 * survived its Carillon is taken over, a server that dies is started again within about a second,
 * and a normal end of Carillon stops it. The port may change with a restart, so callers ask for
 * {@link #url()} at each connection.
 *
 * <p>Safe for any number of threads.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final Duration WATCH = Duration.ofMillis(250);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

  private final DatabaseSettings.Embedded settings;
  private final FileChannel lock;
  private final PostgresCluster cluster;
  private final Thread watcher;
  private final @Nullable Thread atExit;

  private volatile Postmaster postmaster;
  private volatile boolean stopping;

  private EmbeddedPostgres(
      DatabaseSettings.Embedded settings,
      FileChannel lock,
      PostgresCluster cluster,
      Postmaster postmaster) {
    this.settings = settings;
    this.lock = lock;
    this.cluster = cluster;
    this.postmaster = postmaster;
    this.watcher = Thread.ofPlatform().daemon().name("postgres-watcher").unstarted(this::watch);
    this.atExit =
        settings.stopAtExit()
            ? Thread.ofPlatform().name("postgres-stop").unstarted(this::stop)
            : null;
  }

  /**
   * Starts the server, or takes over the one that runs in this data folder. Returns when it accepts
   * connections: after about three seconds the first time, half a second later on, longer when it
   * has to recover from a crash.
   *
   * @throws StoreException with a sentence for the operator: the folder is in use or cannot be
   *     written, was made by another major version, or the server does not start
   */
  public static EmbeddedPostgres start(DatabaseSettings.Embedded settings) {
    var folder = settings.dataFolder().resolve("postgres");
    try {
      Folders.create(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      var lock = lock(folder.resolve("lock"), settings.dataFolder());
      try {
        return start(settings, folder, lock);
      } catch (IOException | InterruptedException | RuntimeException failure) {
        lock.close();
        throw failure;
      }
    } catch (IOException failure) {
      throw new StoreException(
          "The database in the data folder %s cannot be used (%s); give the user %s the right to write there and room on the disk, or name another folder with CARILLON_DATA."
              .formatted(settings.dataFolder(), failure, System.getProperty("user.name")),
          failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new StoreException("Interrupted while starting the embedded PostgreSQL.", interrupted);
    }
  }

  private static EmbeddedPostgres start(
      DatabaseSettings.Embedded settings, Path folder, FileChannel lock)
      throws IOException, InterruptedException {
    var shared = settings.binaries();
    if (shared != null) {
      Folders.create(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    var binaries = PostgresBinaries.unpack(shared == null ? folder : shared);
    var cluster = PostgresCluster.openOrCreate(folder, binaries);
    var previousPort = PostmasterFile.read(cluster.folder()).map(PostmasterFile::port).orElse(0);
    var running = Postmaster.findRunning(cluster);
    var postmaster =
        running.isPresent()
            ? running.get()
            : Postmaster.start(cluster, settings.sharedBuffersMegabytes(), previousPort);
    log.info(
        "embedded PostgreSQL {} {} on port {}, process {}",
        PostgresBinaries.VERSION,
        running.isPresent() ? "taken over" : "started",
        postmaster.port(),
        postmaster.process().pid());
    var server = new EmbeddedPostgres(settings, lock, cluster, postmaster);
    server.watcher.start();
    if (server.atExit != null) {
      Runtime.getRuntime().addShutdownHook(server.atExit);
    }
    return server;
  }

  private static FileChannel lock(Path file, Path dataFolder) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      held = null;
    }
    if (held == null) {
      channel.close();
      throw new StoreException(
          "The data folder %s is in use by another running Carillon, process %s; stop that one, or name another folder with CARILLON_DATA."
              .formatted(dataFolder, Files.readString(file).strip()));
    }
    channel.truncate(0);
    var pid = Long.toString(ProcessHandle.current().pid());
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  /**
   * Where the program's role finds its database right now; another port after a crash is possible.
   */
  DatabaseUrl url() {
    return cluster.url(postmaster.port());
  }

  /** Where the superuser finds a database right now. */
  DatabaseUrl superuserUrl(String database) {
    return cluster.superuserUrl(postmaster.port(), database);
  }

  /** The server's main process right now. */
  ProcessHandle process() {
    return postmaster.process();
  }

  private void watch() {
    try {
      while (!stopping) {
        Thread.sleep(WATCH);
        if (!postmaster.isAlive() && !restart()) {
          Thread.sleep(PAUSE_AFTER_FAILURE);
        }
      }
    } catch (InterruptedException _) {
      // stop() asks for the end.
    }
  }

  /** Brings a dead server back; false when that failed and should be tried again later. */
  private synchronized boolean restart() throws InterruptedException {
    if (stopping) {
      return true;
    }
    var dead = postmaster;
    log.error(
        "embedded PostgreSQL, process {}, has ended; starting it again", dead.process().pid());
    try {
      postmaster = Postmaster.start(cluster, settings.sharedBuffersMegabytes(), dead.port());
      log.info(
          "embedded PostgreSQL is back on port {}, process {}",
          postmaster.port(),
          postmaster.process().pid());
      return true;
    } catch (IOException | StoreException failure) {
      log.error("embedded PostgreSQL could not be started again, trying later", failure);
      return false;
    }
  }

  /**
   * Stops the server, ending open connections, and gives the data folder back. Committed work is on
   * the disk. A second call does nothing.
   *
   * @throws StoreException when the server cannot be stopped
   */
  @Override
  public void close() {
    stop();
    if (atExit != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException shuttingDown) {
        log.debug("the JVM is ending already", shuttingDown);
      }
    }
  }

  private void stop() {
    stopping = true;
    watcher.interrupt();
    stopOnce();
  }

  private synchronized void stopOnce() {
    if (!lock.isOpen()) {
      return;
    }
    try (lock) {
      postmaster.stop(cluster);
      log.info("embedded PostgreSQL stopped");
    } catch (IOException failure) {
      throw new StoreException("The embedded PostgreSQL could not be stopped.", failure);
    }
  }
}
