package dev.carillon.privacy;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The proof of an erasure. Holds nothing personal.
 *
 * @param removedAt when the person was gone; null: the request is still in the log
 * @param completedAt when nothing was found of the person in any table; null: not yet
 * @param failedAt when the request was put aside because it could not be applied; null: it was not
 * @param waiting what it waits for; null when it is over
 * @param logGoneBy when the log should have given back the last block from before the removal, if
 *     it waits for that; null otherwise
 */
public record ErasureRecord(
    ErasureRequest request,
    @Nullable Instant removedAt,
    @Nullable Instant completedAt,
    @Nullable Instant failedAt,
    @Nullable Waiting waiting,
    @Nullable Instant logGoneBy,
    List<Hashed> identifiers,
    List<Table> tables) {

  /** Copies the lists. */
  public ErasureRecord {
    identifiers = List.copyOf(identifiers);
    tables = List.copyOf(tables);
  }

  /** What an erasure waits for. */
  public enum Waiting {
    /** The request is in the log and has its turn. */
    PROCESSING,
    /** Rows are being removed. */
    ROWS,
    /** The log holds blocks from before the removal, or a transaction does that began before it. */
    LOG
  }

  /** A keyed hash of something the person was called. */
  public record Hashed(String type, UUID hash) {}

  /**
   * What was done in a table.
   *
   * @param removed rows that are gone
   * @param anonymised rows that stay and say nothing of the person any more
   * @param remaining rows the last check found; null: not checked yet
   */
  public record Table(String name, long removed, long anonymised, @Nullable Long remaining) {}
}
