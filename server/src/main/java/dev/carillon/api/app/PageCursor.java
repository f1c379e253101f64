package dev.carillon.api.app;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The opaque words {@code next} and {@code start} (app-data §1.3): a place in one kind of list, as
 * the answer to one question of one workspace. A word of another list, question or workspace, or
 * one that was altered, is refused; it would open nothing, as every list is asked for within the
 * caller's workspace anyway.
 */
enum PageCursor {
  PERSON_MESSAGES(2),
  MESSAGES(2),
  TRANSACTIONAL(2),
  ACTIVITIES(4),
  MEMBERS(1),
  WORKSPACE_ACTIVITIES(4),
  PERSON_RELATIONSHIPS(1),
  OBJECT_RELATIONSHIPS(1),
  OBJECTS(1),
  PEOPLE(1),
  OPT_OUTS(1),
  SUPPRESSIONS(0);

  private static final int LONGEST_TEXT = 1_000;
  private static final long MOST_MICROS = 60_000_000_000_000_000L; // 1,900 years

  private final int numbers;

  PageCursor(int numbers) {
    this.numbers = numbers;
  }

  /**
   * This list as the answer to one question of one workspace: it knows the words of no other.
   *
   * @param question what the list depends on, each with a text of its own
   */
  Asked asked(WorkspaceId workspace, Object... question) {
    var crc = new CRC32();
    crc.update(ByteBuffer.allocate(4).putInt(workspace.value()).flip());
    for (var each : question) {
      var text = String.valueOf(each).getBytes(StandardCharsets.UTF_8);
      crc.update(ByteBuffer.allocate(4).putInt(text.length).flip());
      crc.update(text);
    }
    return new Asked(this, (int) crc.getValue());
  }

  /** A list that answers one question. */
  record Asked(PageCursor list, int question) {
    /** The word for a place. */
    String text(long... place) {
      return list.word(question, place);
    }

    /**
     * The place at which the caller wants to go on; null for the first page.
     *
     * @throws dev.carillon.http.ProblemException 400 for a word this list has not given out
     */
    long @Nullable [] start(Request request) {
      return list.place(request, question);
    }

    /** The word for a place that is a text, in a list without numbers. */
    String textAfter(String place) {
      return list.word(question, place.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The text behind which the caller wants to go on; empty for the first page.
     *
     * @throws dev.carillon.http.ProblemException as {@link #start}
     */
    String startAfter(Request request) {
      var place = list.bytes(request, question, LONGEST_TEXT);
      return place == null ? "" : new String(place, StandardCharsets.UTF_8);
    }
  }

  private String word(int question, long... place) {
    if (place.length != numbers) {
      throw new IllegalArgumentException(this + " needs " + numbers + " numbers");
    }
    var buffer = ByteBuffer.allocate(8 * numbers);
    for (var number : place) {
      buffer.putLong(number);
    }
    return word(question, buffer.array());
  }

  private String word(int question, byte[] place) {
    var buffer = ByteBuffer.allocate(1 + place.length + 4).put((byte) ordinal()).put(place);
    buffer.putInt(checksum(buffer.array(), question));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
  }

  private long @Nullable [] place(Request request, int question) {
    var bytes = bytes(request, question, 8 * numbers);
    if (bytes == null) {
      return null;
    }
    if (bytes.length != 8 * numbers) {
      throw wrong();
    }
    var buffer = ByteBuffer.wrap(bytes);
    var place = new long[numbers];
    for (int i = 0; i < numbers; i++) {
      place[i] = buffer.getLong();
    }
    return place;
  }

  private byte @Nullable [] bytes(Request request, int question, int longest) {
    var text = request.query("start").orElse("");
    if (text.isEmpty()) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      throw wrong();
    }
    var place = bytes.length - 5;
    if (place < 0
        || place > longest
        || bytes[0] != ordinal()
        || ByteBuffer.wrap(bytes).getInt(bytes.length - 4) != checksum(bytes, question)) {
      throw wrong();
    }
    return Arrays.copyOfRange(bytes, 1, 1 + place);
  }

  private static RuntimeException wrong() {
    return new Problem.BadRequest("start is not a cursor of this list").thrown();
  }

  private static int checksum(byte[] bytes, int question) {
    var crc = new CRC32();
    crc.update(bytes, 0, bytes.length - 4);
    return (int) crc.getValue() ^ question;
  }

  /** An instant as a number of a place, exact to the microsecond like all stored times. */
  static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  /** The instant {@link #micros} was made from, held within what a database can compare with. */
  static Instant instant(long micros) {
    return Instant.EPOCH.plus(Math.clamp(micros, -MOST_MICROS, MOST_MICROS), ChronoUnit.MICROS);
  }
}
