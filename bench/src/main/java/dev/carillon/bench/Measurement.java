package dev.carillon.bench;

import java.util.List;

/** One row of the table, or a few that are measured together. */
interface Measurement {
  /** What {@code --only} calls it. */
  String row();

  /** Whether it is made when no row is named; what takes very long is not. */
  default boolean usual() {
    return true;
  }

  /** What it measures and how, in lines of at most 90 characters. */
  String how();

  /**
   * Measures.
   *
   * @throws BenchFailure when it cannot, or when what the database holds is wrong
   */
  List<Result> measure(TestBed bed);
}
