package dev.carillon.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often each workspace may call one surface: a token bucket per workspace that refills steadily
 * and holds the tokens of one period (track §8). Counts the calls of this process alone. Safe for
 * many threads.
 */
public final class RateLimits {
  private static final int MOST_BUCKETS = 100_000;

  private final int calls;
  private final Duration period;
  private final @Nullable Cache<Integer, Bucket> buckets;

  private RateLimits(int calls, Duration period, @Nullable Cache<Integer, Bucket> buckets) {
    this.calls = calls;
    this.period = period;
    this.buckets = buckets;
  }

  /**
   * Limits every workspace to so many calls a second, with a burst of as many.
   *
   * @param perSecond at least 1
   */
  public static RateLimits perSecond(int perSecond) {
    return of(perSecond, Duration.ofSeconds(1));
  }

  /**
   * Limits every workspace to so many calls in a period, with a burst of as many.
   *
   * @param calls at least 1
   * @param period up to a minute
   */
  public static RateLimits of(int calls, Duration period) {
    if (calls < 1) {
      throw new IllegalArgumentException("a rate limit of " + calls + " calls");
    }
    // A bucket that nobody touched for a period is full again, so forgetting it changes nothing.
    return new RateLimits(
        calls,
        period,
        Caffeine.newBuilder()
            .maximumSize(MOST_BUCKETS)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build());
  }

  /** No limit. */
  public static RateLimits off() {
    return new RateLimits(0, Duration.ZERO, null);
  }

  /**
   * Takes one call of the workspace from its bucket.
   *
   * @throws ProblemException 429 with the whole seconds until the next call is allowed, at least 1
   */
  public void take(int workspace) {
    if (buckets == null) {
      return;
    }
    var bucket = buckets.get(workspace, _ -> newBucket());
    if (!bucket.tryConsume(1)) {
      long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
      throw new Problem.RateLimited(
              (int) Math.max(1, Duration.ofNanos(nanos).plusMillis(999).toSeconds()))
          .thrown();
    }
  }

  private Bucket newBucket() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(calls).refillGreedy(calls, period))
        .withNanosecondPrecision()
        .build();
  }
}
