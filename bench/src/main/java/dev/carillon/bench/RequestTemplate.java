package dev.carillon.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The bytes of an HTTP request that is sent many times with other numbers in it. Building one
 * request is a copy and a few patched bytes, because the client shares the machine with the server.
 *
 * <p>Placeholders in path and body: {@code {person}} becomes seven digits, {@code {number}} eight,
 * {@code {ulid}} a ULID of the present millisecond that no other request of this run carries.
 */
final class RequestTemplate {
  private static final byte[] CROCKFORD =
      "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.US_ASCII);
  private static final int ULID_TIME = 10;
  private static final int ULID_RUN = 8;

  private enum Placeholder {
    PERSON("{person}", 7),
    NUMBER("{number}", 8),
    ULID("{ulid}", 26);

    private final String text;
    private final int width;

    Placeholder(String text, int width) {
      this.text = text;
      this.width = width;
    }
  }

  /** {@code item}: which of the repeated parts of the body it is in, from 0. */
  private record Gap(int offset, Placeholder placeholder, int item) {}

  private final byte[] bytes;
  private final Gap[] gaps;
  private final byte[] run = new byte[ULID_RUN];

  private RequestTemplate(byte[] bytes, List<Gap> gaps) {
    this.bytes = bytes;
    this.gaps = gaps.toArray(Gap[]::new);
    var random = new SecureRandom();
    for (int i = 0; i < run.length; i++) {
      run[i] = CROCKFORD[random.nextInt(32)];
    }
  }

  /**
   * A request with a JSON body.
   *
   * @param authorization the whole header value
   */
  static RequestTemplate of(String method, String path, String authorization, String body) {
    return of(method, path, authorization, List.of(body));
  }

  /**
   * A request whose body is made of several parts, each with a number of its own.
   *
   * @param authorization the whole header value
   * @param parts of the body, one after the other; part n counts as the n-th
   */
  static RequestTemplate of(String method, String path, String authorization, List<String> parts) {
    var body = String.join("", parts);
    int length = filled(body).getBytes(StandardCharsets.UTF_8).length;
    var text =
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(method, path, authorization, length, body);
    var gaps = new ArrayList<Gap>();
    var out = new StringBuilder();
    int bodyStart = text.length() - body.length();
    var ends = new int[parts.size()];
    for (int i = 0, end = bodyStart; i < ends.length; i++) {
      end += parts.get(i).length();
      ends[i] = end;
    }
    int item = 0;
    for (int i = 0; i < text.length(); ) {
      int at = i;
      while (item < ends.length - 1 && at >= ends[item]) {
        item++;
      }
      var found =
          List.of(Placeholder.values()).stream()
              .filter(each -> text.startsWith(each.text, at))
              .findFirst();
      if (found.isPresent()) {
        gaps.add(new Gap(out.length(), found.get(), item));
        out.repeat('0', found.get().width);
        i += found.get().text.length();
      } else {
        out.append(text.charAt(i++));
      }
    }
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(out)) {
      throw new IllegalArgumentException("a request template is plain ASCII");
    }
    return new RequestTemplate(out.toString().getBytes(StandardCharsets.US_ASCII), gaps);
  }

  private static String filled(String text) {
    for (var each : Placeholder.values()) {
      text = text.replace(each.text, "0".repeat(each.width));
    }
    return text;
  }

  /** The value of an {@code Authorization} header with user and password. */
  static String basic(String user, String password) {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /**
   * Appends one request.
   *
   * @param person 0 to 9,999,999
   * @param number 0 to 99,999,999; with it ULIDs of this template differ
   */
  void write(ByteBuffer target, long person, long number) {
    write(target, number, _ -> person);
  }

  /**
   * Appends one request of several parts.
   *
   * @param first number of the first part; the others follow
   * @param person whom a number is about
   */
  void write(ByteBuffer target, long first, LongUnaryOperator person) {
    int start = target.position();
    target.put(bytes);
    for (var gap : gaps) {
      int at = start + gap.offset;
      long number = first + gap.item;
      switch (gap.placeholder) {
        case PERSON -> digits(target, at, Placeholder.PERSON.width, person.applyAsLong(number));
        case NUMBER -> digits(target, at, Placeholder.NUMBER.width, number);
        case ULID -> ulid(target, at, number);
      }
    }
  }

  private static void digits(ByteBuffer target, int at, int width, long value) {
    for (int i = at + width - 1; i >= at; i--) {
      target.put(i, (byte) ('0' + value % 10));
      value /= 10;
    }
  }

  private void ulid(ByteBuffer target, int at, long number) {
    base32(target, at, ULID_TIME, System.currentTimeMillis());
    target.put(at + ULID_TIME, run);
    int counter = ULID_TIME + ULID_RUN;
    base32(target, at + counter, Placeholder.ULID.width - counter, number);
  }

  private static void base32(ByteBuffer target, int at, int width, long value) {
    for (int i = at + width - 1; i >= at; i--) {
      target.put(i, CROCKFORD[(int) (value & 31)]);
      value >>>= 5;
    }
  }
}
