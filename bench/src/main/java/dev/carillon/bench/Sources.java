package dev.carillon.bench;

import dev.carillon.bench.LoadClient.Source;
import java.time.Duration;
import java.util.function.LongUnaryOperator;

/** Series of requests from one template. */
final class Sources {
  private Sources() {}

  /**
   * As many requests as asked for.
   *
   * @param first number of the first one; the numbers go up from there
   * @param person whom a number is about
   */
  static Source counted(
      RequestTemplate template, long first, long count, LongUnaryOperator person) {
    long[] next = {first};
    return target -> {
      if (next[0] == first + count) {
        return false;
      }
      template.write(target, person.applyAsLong(next[0]), next[0]++);
      return true;
    };
  }

  /**
   * Requests of several operations each.
   *
   * @param each operations in a request
   * @param count of operations; a multiple of {@code each}
   */
  static Source batches(
      RequestTemplate template, int each, long first, long count, LongUnaryOperator person) {
    long[] next = {first};
    return target -> {
      if (next[0] == first + count) {
        return false;
      }
      template.write(target, next[0], person);
      next[0] += each;
      return true;
    };
  }

  /** Requests without end until the time is up, counted from the first one. */
  static Source lasting(
      RequestTemplate template, long first, Duration time, LongUnaryOperator person) {
    long[] next = {first};
    long[] deadline = {0};
    return target -> {
      if (deadline[0] == 0) {
        deadline[0] = System.nanoTime() + time.toNanos();
      } else if (System.nanoTime() >= deadline[0]) {
        return false;
      }
      template.write(target, person.applyAsLong(next[0]), next[0]++);
      return true;
    };
  }
}
