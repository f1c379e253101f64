package dev.carillon.log;

import dev.carillon.store.Database;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of commits of other nodes, so that their operations are looked at without delay. A node
 * that is alone has none and spares the connection.
 */
public final class LogListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogListener.class);
  private static final int PATIENCE_MILLIS = 1_000;

  private final Database database;
  private final Runnable heard;
  private final Thread thread;
  private volatile boolean closing;

  private LogListener(Database database, Runnable heard) {
    this.database = database;
    this.heard = heard;
    this.thread = new Thread(this::run, "log-listener");
  }

  /** Starts listening. */
  public static LogListener start(Database database, Runnable heard) {
    var listener = new LogListener(database, heard);
    listener.thread.start();
    return listener;
  }

  private void run() {
    while (!closing) {
      try (var connection = database.dedicated("carillon listener");
          var statement = connection.createStatement()) {
        statement.execute("LISTEN " + LogWriter.CHANNEL);
        var notifications = connection.unwrap(PGConnection.class);
        while (!closing) {
          if (notifications.getNotifications(PATIENCE_MILLIS).length > 0) {
            heard.run();
          }
        }
      } catch (SQLException broken) {
        if (!closing) {
          LOG.warn("listening to other nodes broke and starts again: {}", broken.getMessage());
          LockSupport.parkNanos(this, 500_000_000);
        }
      }
    }
  }

  /** Stops listening. */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
