package dev.carillon.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mail server that misbehaves as it is told: a verb can be answered with any reply, by dropping
 * the connection, or not at all. {@code .} stands for the end of the content.
 */
public final class ScriptedSmtpServer implements AutoCloseable {
  static final String DROP = "drop";
  static final String SILENCE = "silence";

  private final ServerSocket server;
  private final Map<String, String> replies = new ConcurrentHashMap<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> mails = new CopyOnWriteArrayList<>();

  /** Listens on a free port of this machine. */
  public ScriptedSmtpServer() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().start(this::acceptAll);
  }

  /** From now on this verb gets this reply; null restores good manners. */
  void answer(String verb, @Nullable String reply) {
    if (reply == null) {
      replies.remove(verb);
    } else {
      replies.put(verb, reply);
    }
  }

  /** Ends all connections from the server's side. */
  void dropAll() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
  }

  int connections() {
    return connections.get();
  }

  /** Contents that were accepted, headers included. */
  public List<String> mails() {
    return mails;
  }

  /** How to reach it. */
  public SmtpSettings settings() {
    return SmtpSettings.parse("smtp://127.0.0.1:" + server.getLocalPort(), "carillon.test");
  }

  private void acceptAll() {
    try {
      while (true) {
        var socket = server.accept();
        connections.incrementAndGet();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> talk(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      var out = socket.getOutputStream();
      if (!say(out, "connect", "220 ready")) {
        return;
      }
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        var verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
        if (!say(out, verb, verb.equals("DATA") ? "354 go on" : "250 ok")) {
          return;
        }
        if (verb.equals("DATA") && !replies.containsKey("DATA")) {
          var content = new StringBuilder();
          for (var text = in.readLine(); text != null && !text.equals("."); text = in.readLine()) {
            content.append(text).append('\n');
          }
          if (!replies.containsKey(".")) {
            mails.add(content.toString());
          }
          if (!say(out, ".", "250 taken")) {
            return;
          }
        }
      }
    } catch (IOException gone) {
      // Clients may leave at any moment.
    }
  }

  private boolean say(OutputStream out, String verb, String usual) throws IOException {
    var reply = replies.getOrDefault(verb, usual);
    if (reply.equals(DROP)) {
      return false;
    }
    if (!reply.equals(SILENCE)) {
      out.write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    return true;
  }

  @Override
  public void close() {
    try {
      server.close();
      dropAll();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
