package dev.carillon.log;

import java.time.Instant;

/**
 * One operation as read back from the log.
 *
 * @param op its number: unique in the installation, growing within a stream
 * @param lane where it is applied
 * @param tied the other lane in which it keeps its place; the same when there is none
 * @param receivedAt when it was accepted, by the server's clock
 * @param bytes the operation
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LogEntry(long op, int lane, int tied, Instant receivedAt, byte[] bytes) {}
