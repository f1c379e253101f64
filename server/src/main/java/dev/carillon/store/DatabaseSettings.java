package dev.carillon.store;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which PostgreSQL to use and how much of it.
 *
 * @param server the server to connect to
 * @param maxConnections most connections the shared pool may hold, 1 to 1,000; dedicated
 *     connections come on top
 * @param migrations where the numbered SQL files lie, as a Flyway location such as {@code
 *     classpath:db/migration}
 */
public record DatabaseSettings(Server server, int maxConnections, String migrations) {

  /**
   * Eight connections serve thousands of short statements a second and leave memory for the rest.
   */
  public static final int DEFAULT_MAX_CONNECTIONS = 8;

  /** The numbered SQL files of the program itself. */
  public static final String DEFAULT_MIGRATIONS = "classpath:db/migration";

  /** A PostgreSQL server: the one Carillon brings along, or one that somebody else runs. */
  public sealed interface Server {}

  /**
   * The PostgreSQL that comes with the program, supervised by it.
   *
   * @param dataFolder the program's data folder; the server lives in its subfolder {@code postgres}
   * @param binaries where the server's programs are unpacked, shared by any number of data folders;
   *     absent means below the data folder
   * @param sharedBuffersMegabytes memory for PostgreSQL's page cache in MiB, 16 to 65,536
   * @param stopAtExit whether a normal end of the JVM stops the server by itself; false when the
   *     owner closes the database in its own shutdown hook, after the work that still needs it
   */
  public record Embedded(
      Path dataFolder, @Nullable Path binaries, int sharedBuffersMegabytes, boolean stopAtExit)
      implements Server {

    /**
     * 128 MiB keeps what a million people are looked up by in memory, and the whole program with
     * its database below 500 MiB. Only what has been used counts.
     */
    public static final int DEFAULT_SHARED_BUFFERS_MEGABYTES = 128;

    /**
     * Checks the range of the memory setting and makes the folders absolute.
     *
     * @throws IllegalArgumentException when the page cache is out of range
     */
    public Embedded {
      if (sharedBuffersMegabytes < 16 || sharedBuffersMegabytes > 65_536) {
        throw new IllegalArgumentException(
            "PostgreSQL's shared buffers must be 16 to 65536 MiB, not "
                + sharedBuffersMegabytes
                + ".");
      }
      dataFolder = dataFolder.toAbsolutePath().normalize();
      binaries = binaries == null ? null : binaries.toAbsolutePath().normalize();
    }

    /**
     * The embedded server below this data folder with the default memory, stopped when the JVM
     * ends.
     */
    public Embedded(Path dataFolder) {
      this(dataFolder, null, DEFAULT_SHARED_BUFFERS_MEGABYTES, true);
    }
  }

  /**
   * A server that is already running, version 15 or newer.
   *
   * @param url {@code postgres://user:password@host:port/database} or {@code jdbc:postgresql://…}
   */
  public record External(String url) implements Server {
    /** Keeps the password out of logs. */
    @Override
    public String toString() {
      return "External[url=***]";
    }
  }

  /**
   * Checks the range of the pool size.
   *
   * @throws IllegalArgumentException when the pool size is out of range
   */
  public DatabaseSettings {
    Objects.requireNonNull(server, "server");
    Objects.requireNonNull(migrations, "migrations");
    if (maxConnections < 1 || maxConnections > 1_000) {
      throw new IllegalArgumentException(
          "The database pool must hold 1 to 1000 connections, not " + maxConnections + ".");
    }
  }

  /**
   * The settings with all defaults.
   *
   * @param url the external server; absent means the embedded one
   * @param dataFolder the program's data folder, used by the embedded server only
   */
  public static DatabaseSettings of(@Nullable String url, Path dataFolder) {
    return url == null ? embedded(dataFolder) : external(url);
  }

  /** The embedded server below this data folder, with all defaults. */
  public static DatabaseSettings embedded(Path dataFolder) {
    return new DatabaseSettings(
        new Embedded(dataFolder), DEFAULT_MAX_CONNECTIONS, DEFAULT_MIGRATIONS);
  }

  /** An embedded server as described. */
  public static DatabaseSettings embedded(Embedded server) {
    return new DatabaseSettings(server, DEFAULT_MAX_CONNECTIONS, DEFAULT_MIGRATIONS);
  }

  /** A running server, with all defaults. */
  public static DatabaseSettings external(String url) {
    return new DatabaseSettings(new External(url), DEFAULT_MAX_CONNECTIONS, DEFAULT_MIGRATIONS);
  }

  /** The same with another source of migrations. */
  public DatabaseSettings withMigrations(String location) {
    return new DatabaseSettings(server, maxConnections, location);
  }

  /** The same with another pool size. */
  public DatabaseSettings withMaxConnections(int connections) {
    return new DatabaseSettings(server, connections, migrations);
  }
}
