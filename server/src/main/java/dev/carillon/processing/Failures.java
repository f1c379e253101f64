package dev.carillon.processing;

import dev.carillon.store.Outage;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Tells kinds of failures apart by what to do about them. */
final class Failures {
  private static final int LONGEST_SENTENCE = 500;

  private Failures() {}

  /** Two batches met, as in a deadlock: do it again. */
  static boolean passing(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RetryBatch) {
        return true;
      }
      var state = state(each);
      if (state != null
          && (state.equals("40001") || state.equals("40P01") || state.equals("55P03"))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Says why a worker stops and starts again: in a line when the database is away, in full when it
   * is our own mistake.
   */
  static void report(Logger log, String work, RuntimeException failure) {
    if (Outage.caused(failure)) {
      log.warn("{} waits for the database: {}", work, sentence(failure));
    } else {
      log.error("{} stopped at a failure and starts again", work, failure);
    }
  }

  private static @Nullable String state(Throwable failure) {
    return failure instanceof SQLException sql ? sql.getSQLState() : null;
  }

  /** What went wrong, for {@code dead_letter.reason}. */
  static String sentence(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    var text = cause.getClass().getSimpleName() + ": " + cause.getMessage();
    return text.length() > LONGEST_SENTENCE ? text.substring(0, LONGEST_SENTENCE) : text;
  }
}
