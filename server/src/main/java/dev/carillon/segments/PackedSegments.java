package dev.carillon.segments;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The segments and timers of one person in the form they are stored in for processing: the number
 * of memberships, then each with its segment and when the person entered, then the timers, each
 * with its segment and when it is due; segments ascend within each part. Times are microseconds of
 * Unix time.
 *
 * <p>One row to read for each person of a batch, where the tables that answer by segment have one
 * for each segment, scattered over as many pages.
 */
final class PackedSegments {
  private static final int ENTRY = Integer.BYTES + Long.BYTES;
  private static final int MICROS = 1_000_000;

  private final TreeMap<Integer, Long> entered = new TreeMap<>();
  private final TreeMap<Integer, Long> due = new TreeMap<>();

  /** What is found in the packed form. */
  interface Entries {
    /**
     * One membership or timer.
     *
     * @param timer true: {@code at} is when to look again; false: when the person entered
     */
    void entry(int segmentId, Instant at, boolean timer);
  }

  /** Reads these segments alone. */
  static void read(byte[] packed, int[] ascending, Entries entries) {
    var bytes = ByteBuffer.wrap(packed);
    var members = bytes.getInt();
    read(bytes, members, ascending, entries, false);
    read(bytes, bytes.remaining() / ENTRY, ascending, entries, true);
  }

  private static void read(
      ByteBuffer bytes, int count, int[] ascending, Entries entries, boolean timer) {
    var next = 0;
    for (var i = 0; i < count; i++) {
      var segment = bytes.getInt();
      var micros = bytes.getLong();
      while (next < ascending.length && ascending[next] < segment) {
        next++;
      }
      if (next < ascending.length && ascending[next] == segment) {
        entries.entry(segment, instant(micros), timer);
      }
    }
  }

  /** Somebody who is in no segment and has no timers. */
  static PackedSegments none() {
    return new PackedSegments();
  }

  /** Everything there is of a person, to be changed and packed again. */
  static PackedSegments of(byte[] packed) {
    var all = new PackedSegments();
    var bytes = ByteBuffer.wrap(packed);
    for (var members = bytes.getInt(); members > 0; members--) {
      all.entered.put(bytes.getInt(), bytes.getLong());
    }
    while (bytes.hasRemaining()) {
      all.due.put(bytes.getInt(), bytes.getLong());
    }
    return all;
  }

  void enter(int segmentId, Instant at) {
    entered.put(segmentId, micros(at));
  }

  void leave(int segmentId) {
    entered.remove(segmentId);
  }

  void arm(int segmentId, Instant at) {
    due.put(segmentId, micros(at));
  }

  /** Looks again by then, or before. */
  void armBy(int segmentId, Instant at) {
    due.merge(segmentId, micros(at), Math::min);
  }

  void disarm(int segmentId) {
    due.remove(segmentId);
  }

  /** The stored form. */
  byte[] pack() {
    var bytes = ByteBuffer.allocate(Integer.BYTES + ENTRY * (entered.size() + due.size()));
    bytes.putInt(entered.size());
    put(bytes, entered);
    put(bytes, due);
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, SortedMap<Integer, Long> entries) {
    entries.forEach((segment, micros) -> bytes.putInt(segment).putLong(micros));
  }

  private static long micros(Instant at) {
    return Math.addExact(
        Math.multiplyExact(at.getEpochSecond(), (long) MICROS), at.getNano() / 1_000);
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L);
  }
}
