package dev.carillon.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An answer: status, headers, body. Immutable, so a constant one can be given to any number of
 * requests.
 */
public final class Reply {
  private static final byte[] NOTHING = {};
  private static final Header[] NO_HEADERS = {};
  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json; charset=utf-8");
  static final Header ANY_ORIGIN =
      HeaderValues.createCached(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
  private static final Header TEXT =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");

  private final Status status;
  private final Header[] headers;
  private final byte[] body;
  private final @Nullable Writer writer;

  /** Writes a body that is too long to be held in memory. */
  @FunctionalInterface
  public interface Writer {

    /**
     * Writes all of it. Called on the thread of the request, at most once, and not for HEAD.
     *
     * @param out sends what is written; need not be closed
     * @throws ProblemException to answer with a problem instead; nothing must be written yet
     * @throws Exception anything else is a fault: answered 500 when nothing is written yet, else
     *     the connection is closed, so that the client cannot take a part for the whole
     */
    void write(OutputStream out) throws Exception;
  }

  private Reply(Status status, Header[] headers, byte[] body) {
    this(status, headers, body, null);
  }

  private Reply(Status status, Header[] headers, byte[] body, @Nullable Writer writer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.writer = writer;
  }

  /**
   * A JSON answer, {@code application/json; charset=utf-8}, ended by a newline.
   *
   * @param value what {@link Json#bytes(Object)} takes: Map, List, String, Number, Boolean or null
   */
  public static Reply json(int status, @Nullable Object value) {
    return new Reply(Status.create(status), new Header[] {JSON}, Json.line(value));
  }

  /** A JSON answer from bytes that are JSON already; sent as they are. */
  public static Reply jsonBytes(int status, byte[] json) {
    return new Reply(Status.create(status), new Header[] {JSON}, json.clone());
  }

  /** A plain text answer in UTF-8. */
  public static Reply text(int status, String text) {
    return new Reply(
        Status.create(status), new Header[] {TEXT}, text.getBytes(StandardCharsets.UTF_8));
  }

  /** An answer of any type. */
  public static Reply bytes(int status, String contentType, byte[] body) {
    return new Reply(Status.create(status), NO_HEADERS, body.clone())
        .with("content-type", contentType);
  }

  /** An answer whose body is written while it is sent, of unknown length. */
  public static Reply stream(int status, String contentType, Writer writer) {
    return new Reply(Status.create(status), NO_HEADERS, NOTHING, writer)
        .with("content-type", contentType);
  }

  /** An answer without a body. */
  public static Reply empty(int status) {
    return new Reply(Status.create(status), NO_HEADERS, NOTHING);
  }

  /**
   * This answer with one more header; one of the same name is replaced.
   *
   * @throws IllegalArgumentException for a line break or another control character in name or value
   */
  public Reply with(String name, String value) {
    if (!isPlain(name) || name.isEmpty() || !isPlain(value)) {
      throw new IllegalArgumentException("header '" + name + "' holds a control character");
    }
    return with(HeaderNames.create(name), value);
  }

  private Reply with(HeaderName name, String value) {
    var kept = Arrays.stream(headers).filter(header -> !header.headerName().equals(name)).toList();
    var all = kept.toArray(new Header[kept.size() + 1]);
    all[kept.size()] = HeaderValues.createCached(name, value);
    return new Reply(status, all, body, writer);
  }

  /** The HTTP status code. */
  public int status() {
    return status.code();
  }

  /** A copy of the body; empty for one that is written while it is sent. */
  public byte[] body() {
    return body.clone();
  }

  Status helidonStatus() {
    return status;
  }

  /** Not to be changed by the caller. */
  Header[] headers() {
    return headers;
  }

  /** Not to be changed by the caller. */
  byte[] rawBody() {
    return body;
  }

  /** Writes the body; null when it is at hand. */
  @Nullable Writer writer() {
    return writer;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 127) {
        return false;
      }
    }
    return true;
  }
}
