package dev.carillon.privacy;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is gone and is being erased: a claimed row of table {@code erasure}.
 *
 * @param requestId null: nobody asked for a proof
 * @param standIn key of rows that stay; 0 when none do
 */
record Work(
    Called person,
    ErasureMode mode,
    @Nullable Long requestId,
    long standIn,
    boolean seen,
    Stage stage,
    Cursor cursor,
    long found) {

  /** What is done next, in order. */
  enum Stage {
    /** Tables that know the person's key. */
    TABLES(1),
    /** Dead letters that name the person. */
    LETTERS(2),
    /** Activities of nobody and of objects that name the person. */
    NOBODY(3),
    /** Counting what is left. */
    CHECK(4);

    private final short code;

    Stage(int code) {
      this.code = (short) code;
    }

    short code() {
      return code;
    }

    static Stage of(int code) {
      return switch (code) {
        case 1 -> TABLES;
        case 2 -> LETTERS;
        case 3 -> NOBODY;
        case 4 -> CHECK;
        default -> throw new IllegalStateException("no stage of an erasure has the number " + code);
      };
    }
  }

  /** How far events have been removed, or a table has been read from end to end. */
  record Cursor(Instant at, long op, int part) {
    static final Cursor START = new Cursor(Instant.MIN, 0, 0);
  }

  long personId() {
    return person.personId();
  }

  WorkspaceId workspace() {
    return person.workspace();
  }
}
