package dev.carillon.store;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections. The address is asked for anew each time, because the embedded server may come
 * back on another port after a crash.
 */
final class Connector {
  private static final int CONNECT_SECONDS = 10;

  private final Driver driver = new Driver();
  private final Supplier<DatabaseUrl> address;

  Connector(Supplier<DatabaseUrl> address) {
    this.address = address;
  }

  /**
   * Opens a connection that belongs to the caller.
   *
   * @param applicationName what {@code pg_stat_activity} shows, at most 63 characters
   * @throws SQLException when the server does not answer or refuses
   */
  Connection open(String applicationName) throws SQLException {
    var url = address.get();
    var properties = new Properties();
    if (url.user() != null) {
      PGProperty.USER.set(properties, url.user());
    }
    if (url.password() != null) {
      PGProperty.PASSWORD.set(properties, url.password());
    }
    PGProperty.APPLICATION_NAME.set(properties, applicationName);
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "15");
    PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
    // Details quote the values of rows, which would end in logs.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, "false");
    PGProperty.TCP_KEEP_ALIVE.set(properties, "true");
    // A host that vanished loses its session, and with it its locks and lanes, within seconds.
    PGProperty.OPTIONS.set(
        properties,
        "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2");
    var connection = driver.connect(url.jdbc(), properties);
    if (connection == null) {
      throw new SQLException("The driver does not accept the address " + url + ".", "08001");
    }
    return connection;
  }

  /** The same as a data source, for libraries that ask for one. */
  DataSource dataSource(String applicationName) {
    return new Source(this, applicationName);
  }

  private record Source(Connector connector, String applicationName) implements DataSource {
    @Override
    public Connection getConnection() throws SQLException {
      return connector.open(applicationName);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
      throw new SQLException("The role is fixed by the settings.");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    /** The pool waits this long for connections that are being opened when it closes. */
    @Override
    public int getLoginTimeout() {
      return CONNECT_SECONDS;
    }

    @Override
    public Logger getParentLogger() {
      return Logger.getLogger("org.postgresql");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      throw new SQLException("This data source wraps nothing.");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
