package dev.carillon.log;

/**
 * What a reader waits for: an operation that keeps its place in two lanes which different readers
 * read. The reader of the first lane applies it, after all that precedes it in either lane; the
 * reader of the second one stands still there until that is done.
 *
 * @param group of the other reader's lane
 * @param stream where the operation is
 * @param seq its block
 * @param op its number
 * @param applied true: until the other reader has applied it; false: until the other reader stands
 *     there
 */
record Tie(int group, int stream, long seq, long op, boolean applied) {
  boolean isReady(LanePositions positions) {
    return applied
        ? positions.passed(group, stream, seq, op)
        : positions.reached(group, stream, seq, op);
  }
}
