package dev.carillon.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * A database of its own for one test class, with the schema of the program, on a real PostgreSQL
 * that all test classes of this JVM share. Making one takes about a tenth of a second, after two
 * seconds for the first.
 *
 * <pre>{@code
 * @AutoClose static final TestDatabase test = TestDatabase.create();
 * Database database = test.database();
 * }</pre>
 *
 * <p>The time zone of its connections is that of the JVM, which the build sets away from UTC.
 */
public final class TestDatabase implements AutoCloseable {
  private static final String TEMPLATE = "carillon_template";
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final Object SERVER_LOCK = new Object();
  private static @Nullable EmbeddedPostgres server;

  private final EmbeddedPostgres postgres;
  private final String name;
  private final Database database;

  private TestDatabase(EmbeddedPostgres postgres, String name) {
    this.postgres = postgres;
    this.name = name;
    this.database = Database.pooled(new Connector(this::address), 8, null);
  }

  /** A database with all migrations of the program applied. */
  public static TestDatabase create() {
    return clone(TEMPLATE);
  }

  /** A database without any table. */
  public static TestDatabase empty() {
    return clone("template0");
  }

  private static TestDatabase clone(String template) {
    var postgres = server();
    var name = "test_" + COUNTER.incrementAndGet();
    execute(postgres, "CREATE DATABASE %s TEMPLATE %s OWNER carillon".formatted(name, template));
    return new TestDatabase(postgres, name);
  }

  /** The way to the tables. */
  public Database database() {
    return database;
  }

  /** Short for {@code database().jdbi()}. */
  public Jdbi jdbi() {
    return database.jdbi();
  }

  /** The address for a second process or program, with role and password. */
  public String url() {
    var address = address();
    return "%s&user=%s&password=%s".formatted(address.jdbc(), address.user(), address.password());
  }

  /** Drops the database, ending connections that are still open. */
  @Override
  public void close() {
    database.close();
    execute(postgres, "DROP DATABASE %s WITH (FORCE)".formatted(name));
  }

  private DatabaseUrl address() {
    var url = postgres.url();
    return new DatabaseUrl(
        url.jdbc().replace("/carillon?", "/" + name + "?"), url.user(), url.password());
  }

  private static EmbeddedPostgres server() {
    synchronized (SERVER_LOCK) {
      if (server == null) {
        var started = startInFreeFolder();
        prepareTemplate(started);
        server = started;
      }
      return server;
    }
  }

  /**
   * The folder outlives the JVM, which saves making a cluster; another JVM at the same time takes
   * the next one.
   */
  private static EmbeddedPostgres startInFreeFolder() {
    var target = Path.of("target");
    for (var number = 1; ; number++) {
      try {
        return EmbeddedPostgres.start(
            new DatabaseSettings.Embedded(
                target.resolve("test-postgres-" + number),
                target.resolve("test-binaries"),
                64,
                true));
      } catch (StoreException failure) {
        if (number == 9 || !String.valueOf(failure.getMessage()).contains("in use by another")) {
          throw failure;
        }
      }
    }
  }

  private static void prepareTemplate(EmbeddedPostgres postgres) {
    var admin =
        Jdbi.create(() -> new Connector(() -> postgres.superuserUrl("postgres")).open("tests"));
    var leftOver =
        admin.withHandle(handle ->
            handle
                .createQuery("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")
                .mapTo(String.class)
                .list());
    leftOver.forEach(old -> execute(postgres, "DROP DATABASE " + old + " WITH (FORCE)"));
    execute(postgres, "DROP DATABASE IF EXISTS " + TEMPLATE + " WITH (FORCE)");
    execute(postgres, "CREATE DATABASE " + TEMPLATE + " TEMPLATE template0 OWNER carillon");
    var url = postgres.url();
    var template =
        new DatabaseUrl(
            url.jdbc().replace("/carillon?", "/" + TEMPLATE + "?"), url.user(), url.password());
    new Migrations(
            new Connector(() -> template).dataSource("tests"), DatabaseSettings.DEFAULT_MIGRATIONS)
        .apply();
  }

  private static void execute(EmbeddedPostgres postgres, String sql) {
    var connector = new Connector(() -> postgres.superuserUrl("postgres"));
    try (var connection = connector.open("tests");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException("Test database: " + sql, failure);
    }
  }
}
