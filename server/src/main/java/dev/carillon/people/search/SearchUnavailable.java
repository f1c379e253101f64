package dev.carillon.people.search;

/** The database is too slow at this moment to come any further; trying again later is right. */
public final class SearchUnavailable extends RuntimeException {

  /** Too many searches wait. */
  public SearchUnavailable() {
    super("too many searches wait for their turn");
  }

  /** Carries what the database said, for the log. */
  public SearchUnavailable(Throwable cause) {
    super("a search came no further: " + cause.getMessage(), cause);
  }
}
