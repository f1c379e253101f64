package dev.carillon.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door to PostgreSQL: a small pool for short statements, and dedicated connections for the
 * few workers that keep one. The schema is up to date once it is open. Safe for any number of
 * threads.
 *
 * <p>Values bind as {@code PostgresTypes} says: arrays and lists as PostgreSQL arrays, an {@link
 * java.time.Instant} as {@code timestamptz}.
 *
 * <p>After a crash of the server, statements fail until it is back and then succeed again; nothing
 * has to be reopened but dedicated connections.
 */
public final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  static final int OLDEST_MAJOR_VERSION = 15;

  private final Connector connector;
  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final @Nullable EmbeddedPostgres embedded;

  private Database(
      Connector connector, HikariDataSource pool, @Nullable EmbeddedPostgres embedded) {
    this.connector = connector;
    this.embedded = embedded;
    this.pool = pool;
    this.jdbi = configured(Jdbi.create(pool));
  }

  /**
   * Connects, starting the embedded server if that is what the settings name, and applies missing
   * migrations.
   *
   * @throws StoreException when the server cannot be started or reached, is older than PostgreSQL
   *     15, or holds a schema newer than the program
   */
  public static Database open(DatabaseSettings settings) {
    return switch (settings.server()) {
      case DatabaseSettings.External(var url) -> {
        var address = DatabaseUrl.parse(url);
        yield connect(new Connector(() -> address), settings, null);
      }
      case DatabaseSettings.Embedded where -> {
        var server = EmbeddedPostgres.start(where);
        try {
          yield connect(new Connector(server::url), settings, server);
        } catch (RuntimeException failure) {
          server.close();
          throw failure;
        }
      }
    };
  }

  private static Database connect(
      Connector connector, DatabaseSettings settings, @Nullable EmbeddedPostgres embedded) {
    checkVersion(connector);
    new Migrations(connector.dataSource("carillon migrations"), settings.migrations()).apply();
    return pooled(connector, settings.maxConnections(), embedded);
  }

  /** Over a schema that is up to date already. */
  static Database pooled(
      Connector connector, int maxConnections, @Nullable EmbeddedPostgres embedded) {
    var pool = new HikariDataSource(poolSettings(connector, maxConnections));
    return new Database(connector, pool, embedded);
  }

  /** Failures carry no bound values: those may be personal data, and failures are logged. */
  private static Jdbi configured(Jdbi jdbi) {
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi.installPlugin(new PostgresTypes());
  }

  private static void checkVersion(Connector connector) {
    try (var connection = connector.open("carillon")) {
      var version = connection.getMetaData();
      refuseOld(version.getDatabaseMajorVersion(), version.getDatabaseProductVersion());
      log.info("connected to PostgreSQL {}", version.getDatabaseProductVersion());
    } catch (SQLException failure) {
      throw new StoreException("The database cannot be reached: " + failure.getMessage(), failure);
    }
  }

  /** Older servers lack what the statements use. */
  static void refuseOld(int majorVersion, String version) {
    if (majorVersion < OLDEST_MAJOR_VERSION) {
      throw new StoreException(
          "Carillon needs PostgreSQL %d or newer, but the server that CARILLON_DATABASE_URL names is %s."
              .formatted(OLDEST_MAJOR_VERSION, version));
    }
  }

  private static HikariConfig poolSettings(Connector connector, int maxConnections) {
    var pool = new HikariConfig();
    pool.setPoolName("carillon");
    pool.setDataSource(connector.dataSource("carillon"));
    pool.setMaximumPoolSize(maxConnections);
    pool.setMinimumIdle(1);
    if (maxConnections > 1) {
      pool.setIdleTimeout(Duration.ofSeconds(30).toMillis());
    }
    // Long enough to sit out a restart of the embedded server after a crash.
    pool.setConnectionTimeout(Duration.ofSeconds(15).toMillis());
    return pool;
  }

  /** For statements of every kind, with the pool behind it. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /**
   * Runs the work in one transaction of its own: committed when it returns, rolled back when it
   * throws.
   *
   * @throws X what the work throws
   */
  public <T, X extends Exception> T inTransaction(HandleCallback<T, X> work) throws X {
    return jdbi.inTransaction(work);
  }

  /**
   * Runs the work on one connection without a transaction: each statement sees what was committed
   * when it began.
   *
   * @throws X what the work throws
   */
  public <T, X extends Exception> T read(HandleCallback<T, X> work) throws X {
    return jdbi.withHandle(work);
  }

  /**
   * Runs the work in one transaction that sees the database as it is at its first statement and
   * changes nothing.
   *
   * @param longest how long a statement may take before it fails with state 57014
   * @throws X what the work throws
   */
  public <T, X extends Exception> T snapshot(Duration longest, HandleCallback<T, X> work) throws X {
    return jdbi.inTransaction(handle -> {
      handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      handle.execute("SET LOCAL statement_timeout = " + Math.max(1, longest.toMillis()));
      return work.withHandle(handle);
    });
  }

  /** Whether a statement of {@link #snapshot} failed because it took too long. */
  public static boolean tookTooLong(JdbiException failure) {
    return failure.getCause() instanceof SQLException cause && "57014".equals(cause.getSQLState());
  }

  /**
   * Opens a connection outside the pool for a worker that keeps it; the caller closes it, and opens
   * another one when it breaks.
   *
   * @param applicationName what {@code pg_stat_activity} shows, at most 63 characters
   * @throws SQLException when the server does not answer; trying again later is right
   */
  public Connection dedicated(String applicationName) throws SQLException {
    return connector.open(applicationName);
  }

  /**
   * The same as a handle, with all bindings; closing it closes the connection.
   *
   * @throws org.jdbi.v3.core.ConnectionException when the server does not answer; trying again
   *     later is right
   */
  public Handle dedicatedHandle(String applicationName) {
    ConnectionFactory connections = () -> connector.open(applicationName);
    return configured(Jdbi.create(connections)).open();
  }

  /**
   * Closes the pool, and stops the embedded server if it was started by this object. Dedicated
   * connections break.
   */
  @Override
  public void close() {
    pool.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
