package dev.carillon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the answer to one request: its status, and as much of the rest as is needed to use the
 * connection again. Headers and body are bounded; what is longer costs the connection, not memory.
 */
final class AnswerReader {
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final int LONGEST_BODY = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([2-9][0-9]{2})( .*)?");
  private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.[01] 1[0-9]{2}( .*)?");

  private final InputStream in;
  private int head;
  private int status;
  private boolean closes;
  private boolean chunked;
  private long length = -1;

  AnswerReader(InputStream in) {
    this.in = in;
  }

  /** The answer does not follow the rules. */
  static final class Malformed extends IOException {
    Malformed(String message) {
      super(message);
    }
  }

  /**
   * The status; waits for it.
   *
   * @throws Malformed when what comes is no answer
   */
  int status() throws IOException {
    var first = line();
    while (INTERIM.matcher(first).matches()) {
      while (!line().isEmpty()) {
        head++; // headers of an interim answer mean nothing here
      }
      first = line();
    }
    var matcher = STATUS.matcher(first);
    if (!matcher.matches()) {
      throw new Malformed("it does not begin with a status");
    }
    status = Integer.parseInt(matcher.group(1));
    closes = first.startsWith("HTTP/1.0");
    return status;
  }

  /**
   * Reads over the rest.
   *
   * @return whether another request may follow
   */
  boolean drained() {
    try {
      for (var header = line(); !header.isEmpty(); header = line()) {
        take(header.toLowerCase(Locale.ROOT));
      }
      if (status == 204 || status == 304) {
        return !closes;
      }
      if (closes || (!chunked && (length < 0 || length > LONGEST_BODY))) {
        return false;
      }
      return chunked ? chunks() : skip(length);
    } catch (IOException broken) {
      return false; // the status is known, and the rest means nothing to us
    }
  }

  private void take(String header) throws Malformed {
    var colon = header.indexOf(':');
    if (colon < 0) {
      throw new Malformed("a header has no name");
    }
    var value = header.substring(colon + 1).strip();
    switch (header.substring(0, colon)) {
      case "connection" -> closes = closes || value.contains("close");
      case "transfer-encoding" -> chunked = value.endsWith("chunked");
      case "content-length" -> {
        if (!value.matches("[0-9]{1,18}")) {
          throw new Malformed("its length is no number");
        }
        length = Long.parseLong(value);
      }
      default -> {}
    }
  }

  private boolean chunks() throws IOException {
    var left = (long) LONGEST_BODY;
    while (true) {
      var size = line();
      var hex = size.split(";", 2)[0].strip();
      if (!hex.matches("[0-9a-fA-F]{1,8}")) {
        return false;
      }
      var bytes = Long.parseLong(hex, 16);
      left -= bytes;
      if (left < 0) {
        return false;
      }
      if (bytes == 0) {
        while (!line().isEmpty()) {
          left--; // trailers mean nothing here
        }
        return true;
      }
      if (!skip(bytes) || !line().isEmpty()) {
        return false;
      }
    }
  }

  private boolean skip(long bytes) throws IOException {
    in.skipNBytes(bytes);
    return true;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      var next = in.read();
      if (next < 0) {
        throw new EOFException("the other side hung up");
      }
      if (++head > LONGEST_HEAD + LONGEST_BODY) {
        throw new Malformed("its head is too long");
      }
      if (next == '\n') {
        var text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(next);
    }
  }
}
