package dev.carillon.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object together with its text in the body it came in: its length can be bounded, and one
 * member can be taken over as text, without writing anything anew. Keeps the whole body in memory.
 */
public final class ParsedObject {
  private static final byte[] EMPTY_OBJECT = {'{', '}'};
  private static final byte[] NO_TEXT = {};

  private final Map<String, @Nullable Object> members;
  private final byte[] body;
  private final int from;
  private final int to;
  private final int keptFrom;
  private final int keptTo;

  /**
   * @param members not changed afterwards
   * @param from first byte of the object in the body
   * @param to behind its last byte
   * @param keptFrom first byte of the kept member's value
   * @param keptTo behind its last byte; not above keptFrom: there is no such object
   */
  ParsedObject(
      Map<String, @Nullable Object> members,
      byte[] body,
      int from,
      int to,
      int keptFrom,
      int keptTo) {
    this.members = members;
    this.body = body;
    this.from = from;
    this.to = to;
    this.keptFrom = keptFrom;
    this.keptTo = keptTo;
  }

  /** The object of an empty body. */
  static ParsedObject empty() {
    return new ParsedObject(Map.of(), NO_TEXT, 0, 0, 0, 0);
  }

  /** All members in the order of the text; not to be changed by the caller. */
  public Map<String, @Nullable Object> members() {
    return members;
  }

  /** Whether its text has more bytes, white space between tokens not counted. */
  public boolean isLongerThan(int bytes) {
    return to - from > bytes && JsonText.compactLength(body, from, to) > bytes;
  }

  /**
   * The kept member as compact UTF-8 JSON, as the caller wrote it; <code>{}</code> when it is
   * absent or not an object.
   */
  public byte[] keptText() {
    return keptTo > keptFrom ? JsonText.compact(body, keptFrom, keptTo) : EMPTY_OBJECT.clone();
  }
}
