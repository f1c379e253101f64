package dev.carillon.store;

import java.time.Instant;
import java.util.Collection;
import java.util.function.Function;

/**
 * Times as Unix seconds with fractions, for {@code to_timestamp} over arrays: numbers travel in
 * binary, where times as text would cost more than the insert. Exact to the microsecond,
 * PostgreSQL's own precision, for any year a caller can send.
 */
public final class Seconds {
  private Seconds() {}

  /** One time of each row. */
  public static <T> double[] of(Collection<T> rows, Function<T, Instant> time) {
    var seconds = new double[rows.size()];
    var i = 0;
    for (var row : rows) {
      var at = time.apply(row);
      seconds[i++] = at.getEpochSecond() + (at.getNano() / 1_000) / 1e6;
    }
    return seconds;
  }
}
