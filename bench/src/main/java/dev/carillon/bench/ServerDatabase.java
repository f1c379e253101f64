package dev.carillon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.PGConnection;

/**
 * The embedded database of a running server, seen with its own role. Used by one thread.
 *
 * <p>Where it listens and the password of the role come from the files in the data folder, as they
 * do for an operator with {@code psql}.
 */
final class ServerDatabase implements AutoCloseable {
  private static final int PID_LINE = 0;
  private static final int PORT_LINE = 3;

  private final Path postgres;
  private final Connection connection;

  private ServerDatabase(Path postgres, Connection connection) {
    this.postgres = postgres;
    this.connection = connection;
  }

  /** Connects to the database of the server that runs on this data folder. */
  static ServerDatabase connect(Path data) {
    var postgres = data.resolve("postgres");
    return new ServerDatabase(postgres, open(postgres));
  }

  private static Connection open(Path postgres) {
    var passwords = new Properties();
    try (var reader = Files.newBufferedReader(postgres.resolve("passwords.properties"))) {
      passwords.load(reader);
      var login = new Properties();
      login.setProperty("user", "carillon");
      login.setProperty("password", passwords.getProperty("carillon"));
      login.setProperty("ApplicationName", "carillon bench");
      var url =
          "jdbc:postgresql://127.0.0.1:%s/carillon?sslmode=disable&gssEncMode=disable"
              .formatted(postmasterLine(postgres, PORT_LINE));
      return DriverManager.getConnection(url, login);
    } catch (IOException failure) {
      throw new UncheckedIOException("The server's database cannot be found.", failure);
    } catch (SQLException failure) {
      throw new BenchFailure("The server's database cannot be reached.", failure);
    }
  }

  private static String postmasterLine(Path postgres, int line) throws IOException {
    return Files.readAllLines(postgres.resolve("cluster").resolve("postmaster.pid"))
        .get(line)
        .strip();
  }

  /** The main process of the database server. */
  long pid() {
    try {
      return Long.parseLong(postmasterLine(postgres, PID_LINE));
    } catch (IOException failure) {
      throw new UncheckedIOException("The database's process cannot be found.", failure);
    }
  }

  /** The number in the only row and column of the answer. */
  long number(String sql, Object... parameters) {
    try (var statement = bound(sql, parameters);
        var rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException failure) {
      throw failed(sql, failure);
    }
  }

  /** The text in the only row and column of the answer. */
  String text(String sql, Object... parameters) {
    try (var statement = bound(sql, parameters);
        var rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException failure) {
      throw failed(sql, failure);
    }
  }

  /** Runs a statement and returns the number of rows it changed. */
  long execute(String sql, Object... parameters) {
    try (var statement = bound(sql, parameters)) {
      return statement.execute() ? 0 : statement.getUpdateCount();
    } catch (SQLException failure) {
      throw failed(sql, failure);
    }
  }

  /** Begins to copy rows into a table. */
  BinaryCopy copyInto(String table, String columns) {
    try {
      return BinaryCopy.into(connection.unwrap(PGConnection.class), table, columns);
    } catch (SQLException failure) {
      throw failed("COPY " + table, failure);
    }
  }

  /** Another connection, for statements with a memory or locks of their own. */
  ServerDatabase another() {
    return new ServerDatabase(postgres, open(postgres));
  }

  private PreparedStatement bound(String sql, Object... parameters) throws SQLException {
    var statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private static BenchFailure failed(String sql, SQLException failure) {
    return new BenchFailure(
        "A question to the server's database failed (%s): %s".formatted(failure.getMessage(), sql),
        failure);
  }

  /**
   * Refuses a count that is not exactly what was asked for.
   *
   * @throws BenchFailure with both numbers
   */
  void expect(String what, long expected, String sql, Object... parameters) {
    long found = number(sql, parameters);
    if (found != expected) {
      throw new BenchFailure(
          "The database holds %,d %s, but %,d were expected.".formatted(found, what, expected));
    }
  }

  /** Refuses any other number of stored events of this name. */
  void expectEvents(String name, long expected) {
    expect(
        "events " + name,
        expected,
        """
        SELECT count(*) FROM event
         WHERE name_id = (SELECT name_id FROM event_name WHERE name = ?)
        """,
        name);
  }

  /** Refuses operations that were put aside. */
  void expectNoDeadLetters() {
    expect("dead letters", 0, "SELECT count(*) FROM dead_letter");
  }

  /**
   * Holds processing back until {@link Hold#close}: each batch begins with a look at the table
   * {@code epoch}, which is locked meanwhile. Accepting calls needs nothing from it.
   */
  Hold holdProcessing() {
    var own = open(postgres);
    try {
      own.setAutoCommit(false);
      try (var lock = own.createStatement()) {
        lock.execute("LOCK TABLE epoch IN ACCESS EXCLUSIVE MODE");
      }
      return new Hold(own);
    } catch (SQLException failure) {
      throw failed("LOCK TABLE epoch", failure);
    }
  }

  /** Processing that is held back. */
  record Hold(Connection connection) implements AutoCloseable {
    @Override
    public void close() {
      try (connection) {
        connection.rollback();
      } catch (SQLException failure) {
        throw new BenchFailure("Processing could not be let go.", failure);
      }
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw new BenchFailure("The connection to the database cannot be closed.", failure);
    }
  }
}
