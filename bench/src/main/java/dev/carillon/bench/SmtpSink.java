package dev.carillon.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mail server that takes every mail and remembers who it was for. Each connection has a virtual
 * thread; commands may come before the former one is answered. Thread-safe.
 */
final class SmtpSink implements AutoCloseable {
  private static final int LONGEST_LINE = 64 * 1024;

  /** An address by which readers of a mail come back. */
  private static final Pattern ADDRESS = Pattern.compile("/e/[a-z]/[A-Za-z0-9_.~-]+");

  /**
   * A mail that was taken.
   *
   * @param messageId the header without angle brackets; empty when there was none
   * @param signed whether it carries a DKIM signature
   * @param addresses paths on the server that the mail names, in order: tracked links, the picture
   *     that counts opens
   * @param takenNanos {@link System#nanoTime} when its last byte had come
   */
  record Mail(
      String messageId,
      String recipient,
      String subject,
      boolean signed,
      List<String> addresses,
      long takenNanos) {}

  private final ServerSocket listener;
  private final BlockingQueue<Mail> mails = new LinkedBlockingQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private SmtpSink(ServerSocket listener) {
    this.listener = listener;
  }

  /** Listens on any free port of this machine. */
  static SmtpSink start() {
    try {
      var sink = new SmtpSink(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().name("smtp-sink").start(sink::listen);
      return sink;
    } catch (IOException failure) {
      throw new UncheckedIOException("The mail sink cannot listen.", failure);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The mails that were taken and not asked for yet, in order; waits for the next one. */
  BlockingQueue<Mail> mails() {
    return mails;
  }

  private void listen() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().name("smtp-connection").start(() -> serve(socket));
      } catch (IOException closed) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException("The mail sink broke.", closed);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
      var out = new BufferedOutputStream(socket.getOutputStream(), 1024);
      new Conversation(in, out).hold();
    } catch (IOException ended) {
      // A client that goes without QUIT has its reasons; a mail counts from its last byte on.
    } finally {
      open.remove(socket);
    }
  }

  private final class Conversation {
    private final InputStream in;
    private final OutputStream out;
    private final List<String> recipients = new ArrayList<>();

    private Conversation(InputStream in, OutputStream out) {
      this.in = in;
      this.out = out;
    }

    private void hold() throws IOException {
      reply("220 sink ready");
      for (var line = line(); line != null; line = line()) {
        var command = line.toUpperCase(Locale.ROOT);
        if (command.startsWith("EHLO")) {
          reply("250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8");
        } else if (command.startsWith("RCPT TO:")) {
          recipients.add(address(line));
          reply("250 ok");
        } else if (command.startsWith("DATA")) {
          reply("354 go on");
          content();
          reply("250 taken");
        } else if (command.startsWith("QUIT")) {
          reply("221 bye");
          return;
        } else {
          if (command.startsWith("MAIL FROM:") || command.startsWith("RSET")) {
            recipients.clear();
          }
          reply("250 ok");
        }
      }
    }

    private void content() throws IOException {
      var messageId = "";
      var subject = "";
      boolean signed = false;
      var text = new StringBuilder();
      boolean head = true;
      for (var line = line(); line != null && !line.equals("."); line = line()) {
        head &= !line.isEmpty();
        if (head && line.regionMatches(true, 0, "Message-ID:", 0, 11)) {
          messageId = line.substring(11).strip().replaceAll("[<>]", "");
        } else if (head && line.regionMatches(true, 0, "Subject:", 0, 8)) {
          subject = line.substring(8).strip();
        } else if (head && line.regionMatches(true, 0, "DKIM-Signature:", 0, 15)) {
          signed = true;
        }
        if (!head) {
          // Quoted-printable: a line that ends with = goes on in the next one.
          boolean goesOn = line.endsWith("=");
          text.append(line, 0, goesOn ? line.length() - 1 : line.length());
          text.append(goesOn ? "" : "\n");
        }
      }
      long taken = System.nanoTime();
      var addresses = ADDRESS.matcher(text).results().map(MatchResult::group).distinct().toList();
      for (var recipient : recipients) {
        mails.add(new Mail(messageId, recipient, subject, signed, addresses, taken));
      }
    }

    /** Answers leave together when more commands have come already. */
    private void reply(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.write('\r');
      out.write('\n');
      if (in.available() == 0) {
        out.flush();
      }
    }

    private @Nullable String line() throws IOException {
      var line = new StringBuilder(80);
      for (int each = in.read(); each >= 0; each = in.read()) {
        if (each == '\n') {
          int end = line.length();
          return end > 0 && line.charAt(end - 1) == '\r'
              ? line.substring(0, end - 1)
              : line.toString();
        }
        if (line.length() < LONGEST_LINE) {
          line.append((char) each);
        }
      }
      return null;
    }
  }

  private static String address(String line) {
    int from = line.indexOf('<');
    int to = line.indexOf('>', from);
    return from < 0 || to < 0
        ? line.substring("RCPT TO:".length()).strip()
        : line.substring(from + 1, to);
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (var socket : open) {
        socket.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("The mail sink cannot be closed.", failure);
    }
  }
}
