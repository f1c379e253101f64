package dev.carillon.segments;

/** What a segment is cannot be told now, because the database does not answer. */
public final class SegmentsUnavailable extends RuntimeException {

  /** Carries the failure of the database, for the log. */
  public SegmentsUnavailable(Throwable cause) {
    super("segments cannot be looked up: " + cause.getMessage(), cause);
  }
}
