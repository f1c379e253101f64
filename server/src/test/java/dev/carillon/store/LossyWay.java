package dev.carillon.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to a test database on which an answer can get lost: PostgreSQL carries the statement out
 * and commits, and its client sees nothing but a connection that broke. That is what a crash, or a
 * network that fails at the wrong instant, looks like.
 */
public final class LossyWay implements AutoCloseable {
  /** PostgreSQL's last word on a statement, outside a transaction. */
  private static final byte[] READY = HexFormat.of().parseHex("5a0000000549");

  /** The same inside of one. */
  private static final byte[] IN_TRANSACTION = HexFormat.of().parseHex("5a0000000554");

  private static final int CHUNK = 64 * 1024;

  private final URI goal;
  private final ServerSocket door;
  private final Database database;
  private final List<Socket> sockets = new ArrayList<>();
  private @Nullable String losing;

  private LossyWay(String url) throws IOException {
    this.goal = URI.create(url.substring("jdbc:".length()));
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::open);
    this.database =
        Database.open(
            DatabaseSettings.external(
                url.replace(
                    goal.getHost() + ":" + goal.getPort(), "127.0.0.1:" + door.getLocalPort())));
  }

  /** A new way to this database, on which nothing is lost yet. */
  public static LossyWay to(TestDatabase test) throws IOException {
    return new LossyWay(test.url());
  }

  /** The database at its end; closed together with the way. */
  public Database database() {
    return database;
  }

  /**
   * Loses the answer to the next statement with these words, in a transaction to its commit; only
   * once.
   */
  public synchronized void loseAnswerTo(String words) {
    losing = words;
  }

  /** Whether the answer was lost that was to be. */
  public synchronized boolean hasLost() {
    return losing == null;
  }

  private void open() {
    try {
      while (true) {
        var client = kept(door.accept());
        var server = kept(new Socket(goal.getHost(), goal.getPort()));
        var connection = new Connection(client, server);
        Thread.startVirtualThread(connection::ask);
        Thread.startVirtualThread(connection::answer);
      }
    } catch (IOException closed) {
      // The way is closed, or the database is: whoever waits finds out.
    }
  }

  private synchronized Socket kept(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private synchronized boolean isLost(String request) {
    if (losing == null || !request.contains(losing)) {
      return false;
    }
    losing = null;
    return true;
  }

  @Override
  public void close() throws IOException {
    database.close();
    door.close();
    synchronized (this) {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  private interface Step {
    void pass(byte[] bytes) throws IOException;
  }

  /** One connection of the client's, and ours that goes on to the server. */
  private final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile boolean inTransaction;
    private volatile boolean lost;
    private boolean losesCommit;

    private Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void ask() {
      pump(
          client,
          bytes -> {
            var request = new String(bytes, StandardCharsets.ISO_8859_1);
            lost |= losesCommit && request.contains("COMMIT");
            if (isLost(request)) {
              losesCommit = inTransaction;
              lost |= !inTransaction;
            }
            server.getOutputStream().write(bytes);
          });
    }

    private void answer() {
      pump(
          server,
          bytes -> {
            if (!lost) {
              inTransaction = endsWith(bytes, IN_TRANSACTION);
              client.getOutputStream().write(bytes);
            } else if (endsWith(bytes, READY)) {
              client.close();
            }
          });
    }

    private void pump(Socket from, Step step) {
      try (client;
          server) {
        InputStream in = from.getInputStream();
        var buffer = new byte[CHUNK];
        for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          step.pass(Arrays.copyOf(buffer, count));
        }
      } catch (IOException broken) {
        // Both sides are closed; each finds out.
      }
    }
  }

  private static boolean endsWith(byte[] bytes, byte[] end) {
    return bytes.length >= end.length
        && Arrays.equals(bytes, bytes.length - end.length, bytes.length, end, 0, end.length);
  }
}
