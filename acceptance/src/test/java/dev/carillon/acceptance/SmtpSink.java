package dev.carillon.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A mail server that takes every mail and remembers what identifies it. A mail counts from the
 * moment its last line arrived, whether or not the sender lives to read the answer.
 */
final class SmtpSink implements AutoCloseable {
  private final ServerSocket server;
  private final Queue<Mail> mails = new ConcurrentLinkedQueue<>();
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

  /** One mail as it arrived. */
  record Mail(String messageId, String recipient, String subject) {}

  /** Listens on a free port of the loopback address. */
  SmtpSink() throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /** The address to send to. */
  String url() {
    return "smtp://127.0.0.1:" + server.getLocalPort();
  }

  /** Every mail so far, in the order of arrival. */
  List<Mail> mails() {
    return List.copyOf(mails);
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        open.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException closed) {
      // close() ends the loop.
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)) {
      answer(out, "220 sink");
      var recipient = "";
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        var word = line.length() < 4 ? line : line.substring(0, 4).toUpperCase(Locale.ROOT);
        switch (word) {
          case "RCPT" -> {
            recipient = line.substring(line.indexOf('<') + 1, line.indexOf('>'));
            answer(out, "250 ok");
          }
          case "DATA" -> {
            answer(out, "354 go on");
            if (!receive(in, recipient)) {
              return;
            }
            answer(out, "250 taken");
          }
          case "QUIT" -> {
            answer(out, "221 bye");
            return;
          }
          default -> answer(out, "250 ok");
        }
      }
    } catch (IOException senderGone) {
      // Killed senders break their connections; an incomplete mail does not count.
    }
  }

  private boolean receive(BufferedReader in, String recipient) throws IOException {
    var messageId = "";
    var subject = "";
    var inHead = true;
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals(".")) {
        mails.add(new Mail(messageId, recipient, subject));
        return true;
      }
      inHead &= !line.isEmpty();
      if (inHead && line.regionMatches(true, 0, "Message-ID:", 0, 11)) {
        messageId = line.substring(11).strip();
        if (messageId.isEmpty()) {
          messageId = String.valueOf(in.readLine()).strip(); // folded
        }
      } else if (inHead && line.regionMatches(true, 0, "Subject:", 0, 8)) {
        subject = line.substring(8).strip();
      }
    }
    return false;
  }

  private static void answer(Writer out, String line) throws IOException {
    out.write(line + "\r\n");
    out.flush();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (var socket : open) {
        socket.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
