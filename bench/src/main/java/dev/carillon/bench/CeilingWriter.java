package dev.carillon.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Writes what has arrived with one statement and one commit, then lets the callers go on. */
final class CeilingWriter {
  private static final int MOST_ROWS = 1_000;

  private static final class Row {
    private final String path;
    private final String name;
    private final String body;
    private final Thread caller = Thread.currentThread();
    private volatile boolean stored;

    private Row(String path, String name, String body) {
      this.path = path;
      this.name = name;
      this.body = body;
    }
  }

  private final Queue<Row> queue = new ConcurrentLinkedQueue<>();
  private final Connection connection;
  private final Thread thread = new Thread(this::run, "writer");
  private volatile boolean idle;

  private CeilingWriter(Connection connection) {
    this.connection = connection;
  }

  static CeilingWriter start(Connection connection) {
    var writer = new CeilingWriter(connection);
    writer.thread.setDaemon(true);
    writer.thread.start();
    return writer;
  }

  /** Returns when the row is on the disk. */
  void store(String path, String name, String body) {
    var row = new Row(path, name, body);
    queue.add(row);
    if (idle) {
      LockSupport.unpark(thread);
    }
    while (!row.stored) {
      LockSupport.park(this);
    }
  }

  private void run() {
    var rows = new ArrayList<Row>();
    try (var insert =
        connection.prepareStatement(
            """
            INSERT INTO operation (path, name, body)
            SELECT * FROM unnest(?::text[], ?::text[], ?::text[])
            """)) {
      while (true) {
        for (var row = queue.poll();
            row != null;
            row = rows.size() < MOST_ROWS ? queue.poll() : null) {
          rows.add(row);
        }
        if (rows.isEmpty()) {
          rest();
        } else {
          write(insert, rows);
          rows.clear();
        }
      }
    } catch (SQLException failure) {
      throw new BenchFailure("The ceiling's table cannot be written.", failure);
    }
  }

  private void rest() {
    idle = true;
    if (queue.isEmpty()) {
      LockSupport.parkNanos(this, 100_000_000);
    }
    idle = false;
  }

  private void write(PreparedStatement insert, List<Row> rows) throws SQLException {
    insert.setArray(
        1, connection.createArrayOf("text", rows.stream().map(row -> row.path).toArray()));
    insert.setArray(
        2, connection.createArrayOf("text", rows.stream().map(row -> row.name).toArray()));
    insert.setArray(
        3, connection.createArrayOf("text", rows.stream().map(row -> row.body).toArray()));
    insert.executeUpdate();
    for (var row : rows) {
      row.stored = true;
      LockSupport.unpark(row.caller);
    }
  }
}
