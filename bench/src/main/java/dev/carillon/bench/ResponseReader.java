package dev.carillon.bench;

import java.nio.ByteBuffer;

/**
 * Reads as much of an HTTP/1.1 answer as a load generator needs: where it ends and its status. The
 * answer must state its length.
 */
final class ResponseReader {
  private static final byte[] LENGTH =
      "\r\ncontent-length:".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  private int status;
  private int headLength;
  private int length;

  /**
   * Looks at the bytes before the buffer's position.
   *
   * @return whether they hold a complete answer
   * @throws BenchFailure when the answer does not state its length
   */
  boolean isComplete(ByteBuffer received) {
    int end = received.position();
    int head = endOfHead(received, end);
    if (head < 0) {
      return false;
    }
    int body = bodyLength(received, head);
    if (end < head + body) {
      return false;
    }
    status =
        100 * (received.get(STATUS_AT) - '0')
            + 10 * (received.get(STATUS_AT + 1) - '0')
            + (received.get(STATUS_AT + 2) - '0');
    headLength = head;
    length = head + body;
    return true;
  }

  /** The status code of the answer that was complete. */
  int status() {
    return status;
  }

  /** Where its body starts. */
  int bodyStart() {
    return headLength;
  }

  /** Where it ends. */
  int end() {
    return length;
  }

  private static int endOfHead(ByteBuffer received, int end) {
    for (int i = 3; i < end; i++) {
      if (received.get(i) == '\n'
          && received.get(i - 1) == '\r'
          && received.get(i - 2) == '\n'
          && received.get(i - 3) == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int bodyLength(ByteBuffer received, int head) {
    for (int i = STATUS_AT; i < head - LENGTH.length; i++) {
      if (received.get(i) == '\r' && matches(received, i)) {
        return number(received, i + LENGTH.length);
      }
    }
    throw new BenchFailure("An answer without Content-Length came back; it cannot be followed.");
  }

  private static boolean matches(ByteBuffer received, int at) {
    for (int i = 0; i < LENGTH.length; i++) {
      byte found = received.get(at + i);
      byte lower = found >= 'A' && found <= 'Z' ? (byte) (found + 32) : found;
      if (lower != LENGTH[i]) {
        return false;
      }
    }
    return true;
  }

  private static int number(ByteBuffer received, int at) {
    int value = 0;
    for (int i = at; received.get(i) != '\r'; i++) {
      byte digit = received.get(i);
      if (digit >= '0' && digit <= '9') {
        value = value * 10 + digit - '0';
      }
    }
    return value;
  }
}
