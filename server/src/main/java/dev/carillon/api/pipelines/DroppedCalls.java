package dev.carillon.api.pipelines;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.workspaces.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was answered with 200 and yet dropped, because the public contract wants that
 * (pipelines §7): all of it is counted, and of each source and reason one call in ten seconds is
 * logged. Log lines carry nothing that the caller wrote. Safe for many threads.
 */
final class DroppedCalls {
  /** Of lines that say the same about the same source. */
  static final Duration LINE_EVERY = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(DroppedCalls.class);
  private static final int MOST_REMEMBERED = 10_000;

  /** Between quotation marks stand names the caller has chosen. */
  private static final Pattern QUOTED = Pattern.compile("'.*'", Pattern.DOTALL);

  private final InstantSource clock;
  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);
  private final Cache<Key, Lines> lines =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

  /** Why a call was dropped. */
  enum Reason {
    /** No write key, or none that is known. */
    UNKNOWN_KEY,
    /** The body cannot be read. */
    NOT_JSON,
    /** The call or the batch has too many bytes. */
    TOO_LARGE,
    /** The call breaks another rule. */
    INVALID;

    /** The word in logs and metrics. */
    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Key(int source, Reason reason) {}

  /** Dropped calls of one source for one reason. */
  private static final class Lines {
    private Instant next = Instant.MIN;
    private long silent;

    /** How many calls the line stands for that is due now; 0 when none is due. */
    synchronized long due(Instant now) {
      silent++;
      if (now.isBefore(next)) {
        return 0;
      }
      long calls = silent;
      silent = 0;
      next = now.plus(LINE_EVERY);
      return calls;
    }
  }

  /** Spaces log lines by this clock. */
  DroppedCalls(InstantSource clock) {
    this.clock = clock;
    for (var reason : Reason.values()) {
      counts.put(reason, new LongAdder());
    }
  }

  /**
   * Counts one dropped call, and logs it unless a line like it has just been written.
   *
   * @param source null when the key is unknown
   * @param call its type, as far as it is known
   * @param sentence what is wrong, as a client in strict mode would read it
   */
  void drop(@Nullable Source source, Reason reason, String call, String sentence) {
    var counter = counts.get(reason);
    if (counter != null) {
      counter.increment();
    }
    var key = new Key(source == null ? -1 : source.id(), reason);
    long calls = lines.get(key, _ -> new Lines()).due(clock.instant());
    if (calls == 0) {
      return;
    }
    var detail = QUOTED.matcher(sentence).replaceAll("'…'");
    if (source == null) {
      LOG.warn("pipelines call dropped: reason={} call={} calls={}", reason.wire(), call, calls);
    } else {
      LOG.warn(
          "pipelines call dropped: workspace={} source={} reason={} call={} calls={} detail={}",
          source.workspace().value(),
          source.id(),
          reason.wire(),
          call,
          calls,
          detail);
    }
  }

  /** Dropped calls since the start, by the word of the reason. */
  Map<String, Long> counts() {
    var sums = new LinkedHashMap<String, Long>();
    counts.forEach((reason, count) -> sums.put(reason.wire(), count.sum()));
    return sums;
  }
}
