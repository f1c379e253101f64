package dev.carillon.log;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One group commit: operations with their lanes, in the order they were accepted.
 *
 * @param streamId the writer's stream
 * @param seq position in the stream, from 1 without holes
 * @param firstOp number of the first operation; the others follow
 * @param receivedAt when the group was written, by the server's clock
 * @param payload entries: lane (1 byte; with {@value #TIED} added, the other lane follows in the
 *     next byte), length (4 bytes), operation
 */
record Block(int streamId, long seq, long firstOp, Instant receivedAt, byte[] payload) {
  private static final int TIED = 0x80;
  private static final int HEAD = 5;

  /** Bytes an entry takes in a block. */
  static int sizeOf(Log.Entry entry) {
    return entry.operation().length + (entry.isTied() ? HEAD + 1 : HEAD);
  }

  /** Writes one entry at the buffer's position. */
  static void put(ByteBuffer payload, Log.Entry entry) {
    if (entry.isTied()) {
      payload.put((byte) (entry.lane() | TIED)).put((byte) entry.tied());
    } else {
      payload.put((byte) entry.lane());
    }
    payload.putInt(entry.operation().length).put(entry.operation());
  }

  /** The entries that are in one of these lanes, or tied to one, in order. */
  List<LogEntry> entries(long mask) {
    var entries = new ArrayList<LogEntry>();
    var buffer = ByteBuffer.wrap(payload);
    for (var op = firstOp; buffer.hasRemaining(); op++) {
      var head = buffer.get();
      var lane = head & (TIED - 1);
      var tied = (head & TIED) == 0 ? lane : buffer.get();
      var length = buffer.getInt();
      var start = buffer.position();
      buffer.position(start + length);
      if ((mask & (1L << lane | 1L << tied)) != 0) {
        entries.add(
            new LogEntry(
                op, lane, tied, receivedAt, Arrays.copyOfRange(payload, start, start + length)));
      }
    }
    return entries;
  }
}
