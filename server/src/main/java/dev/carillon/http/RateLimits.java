package dev.carillon.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How often each workspace may call one surface: in any stretch of time as long as the period there
 * are at most so many calls (a sliding window), and calls that are refused do not count. Counts the
 * calls of this process alone. Safe for many threads.
 */
public final class RateLimits {
  private static final int MOST_WORKSPACES = 100_000;

  private final int calls;
  private final long periodNanos;
  private final LongSupplier nanoTime;
  private final @Nullable Cache<Integer, Window> windows;

  private RateLimits(
      int calls, Duration period, LongSupplier nanoTime, @Nullable Cache<Integer, Window> windows) {
    this.calls = calls;
    this.periodNanos = period.toNanos();
    this.nanoTime = nanoTime;
    this.windows = windows;
  }

  /**
   * Limits every workspace to so many calls a second.
   *
   * @param perSecond at least 1
   */
  public static RateLimits perSecond(int perSecond) {
    return of(perSecond, Duration.ofSeconds(1));
  }

  /**
   * Limits every workspace to so many calls in a period.
   *
   * @param calls at least 1
   * @param period up to a minute
   */
  public static RateLimits of(int calls, Duration period) {
    return of(calls, period, System::nanoTime);
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  static RateLimits of(int calls, Duration period, LongSupplier nanoTime) {
    if (calls < 1) {
      throw new IllegalArgumentException("a rate limit of " + calls + " calls");
    }
    // A window that nobody touched for a period is empty, so forgetting it changes nothing.
    return new RateLimits(
        calls,
        period,
        nanoTime,
        Caffeine.newBuilder()
            .maximumSize(MOST_WORKSPACES)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build());
  }

  /** No limit. */
  public static RateLimits off() {
    return new RateLimits(0, Duration.ZERO, System::nanoTime, null);
  }

  /**
   * Counts one call of the workspace.
   *
   * @throws ProblemException 429 with the whole seconds until the next call is allowed, at least 1
   */
  public void take(int workspace) {
    if (windows == null) {
      return;
    }
    var wait = windows.get(workspace, _ -> new Window()).take(nanoTime.getAsLong());
    if (wait > 0) {
      var seconds = Duration.ofNanos(wait).plusMillis(999).toSeconds();
      throw new Problem.RateLimited((int) Math.max(1, seconds)).thrown();
    }
  }

  /** When the calls of the last period were made: a ring that grows as far as it is needed. */
  private final class Window {
    private long[] times = new long[Math.min(calls, 8)];
    private int first;
    private int size;

    /** Counts a call; otherwise tells the nanoseconds until one is allowed. */
    synchronized long take(long now) {
      while (size > 0 && now - times[first] >= periodNanos) {
        first = (first + 1) % times.length;
        size--;
      }
      if (size == calls) {
        return times[first] + periodNanos - now;
      }
      if (size == times.length) {
        grow();
      }
      times[(first + size) % times.length] = now;
      size++;
      return 0;
    }

    private void grow() {
      var longer = Arrays.copyOf(times, (int) Math.min(calls, 2L * times.length));
      for (var i = 0; i < size; i++) {
        longer[i] = times[(first + i) % times.length];
      }
      times = longer;
      first = 0;
    }
  }
}
