package dev.carillon.log;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * One group commit: operations with their lanes, in the order they were accepted.
 *
 * @param streamId the writer's stream
 * @param seq position in the stream, from 1 without holes
 * @param firstOp number of the first operation; the others follow
 * @param receivedAt when the group was written, by the server's clock
 * @param payload entries: lane (1 byte), length (4 bytes), operation
 */
record Block(int streamId, long seq, long firstOp, Instant receivedAt, byte[] payload) {
  private static final int ENTRY_HEAD = 5;

  /** Bytes an operation of this size takes in a block. */
  static int sizeOf(byte[] operation) {
    return operation.length + ENTRY_HEAD;
  }

  /** Writes one entry at the buffer's position. */
  static void put(ByteBuffer payload, int lane, byte[] operation) {
    payload.put((byte) lane).putInt(operation.length).put(operation);
  }

  /** Adds the entries whose lane is in {@code mask} to {@code into}, in order. */
  void collect(long mask, List<LogEntry> into) {
    var buffer = ByteBuffer.wrap(payload);
    for (var op = firstOp; buffer.hasRemaining(); op++) {
      var lane = buffer.get();
      var length = buffer.getInt();
      var start = buffer.position();
      buffer.position(start + length);
      if ((mask >>> lane & 1) != 0) {
        into.add(
            new LogEntry(op, lane, receivedAt, Arrays.copyOfRange(payload, start, start + length)));
      }
    }
  }
}
