package dev.carillon.webhooks;

import dev.carillon.http.CallResult;
import dev.carillon.http.Caller;
import dev.carillon.store.Database;
import dev.carillon.webhooks.ReportingQueue.Claimed;
import dev.carillon.webhooks.ReportingQueue.Event;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells webhooks what has happened: one thread claims queues, one virtual thread for each queue
 * makes its calls, one after the other. Many nodes may run one each.
 *
 * <p>A queue is held for a turn of some seconds, so that a receiver with much to be told keeps no
 * place for itself. A receiver that hangs costs its own queue alone, and a place for as long as one
 * call may take. Events are removed in groups: a crash repeats those of the group under way.
 */
public final class ReportingWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReportingWorker.class);

  /** How long a receiver may take to answer (events-out A.5). */
  static final Duration ANSWER = Duration.ofSeconds(4);

  /** Choice: the most a queue holds; what comes before is given up. */
  private static final int MOST_WAITING = 5_000_000;

  private static final int PLACES = 32;
  private static final int GROUP = 25;
  private static final Duration TURN = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 500;
  private static final long FAILURE_PAUSE_MILLIS = 1_000;

  private final ReportingQueue queue;
  private final Caller caller;
  private final RetrySchedule schedule;
  private final InstantSource clock;
  private final Semaphore places = new Semaphore(PLACES);
  private final Semaphore wake = new Semaphore(0);
  private volatile @Nullable Thread claimer;
  private volatile boolean closing;

  /**
   * Prepares a worker; nothing happens before {@link #start}. The caller of addresses stays the
   * owner's to close.
   *
   * @param random makes leases and spreads retries
   */
  public ReportingWorker(
      Database database,
      SigningKeys keys,
      Caller caller,
      InstantSource clock,
      RandomGenerator random) {
    this.queue = new ReportingQueue(database, keys, random);
    this.caller = caller;
    this.schedule = new RetrySchedule(random);
    this.clock = clock;
  }

  /** Starts telling in the background. */
  public void start() {
    claimer = Thread.ofVirtual().name("reporting-webhooks").start(this::claimAll);
  }

  /** Says that something may be due now, for instance after the clock was turned. */
  public void signal() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  /** Tells all that is due in the calling thread's time; for a worker that was not started. */
  public void runDue() {
    for (var due = queue.claim(clock.instant(), 1);
        !due.isEmpty();
        due = queue.claim(clock.instant(), 1)) {
      turn(due.getFirst());
    }
  }

  /** Removes what is not told any more; a chore. */
  public void trim() {
    while (queue.trim(clock.instant(), MOST_WAITING)) {
      LOG.debug("events that nobody is told any more were removed");
    }
  }

  private void claimAll() {
    try {
      while (!closing) {
        places.acquire();
        var free = 1 + places.drainPermits();
        wake.drainPermits();
        var claimed = claim(free);
        places.release(free - claimed.size());
        for (var each : claimed) {
          Thread.startVirtualThread(() -> {
            try {
              turn(each);
            } finally {
              places.release();
            }
          });
        }
        if (claimed.isEmpty() && !closing) {
          wake.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Claimed> claim(int limit) throws InterruptedException {
    try {
      return closing ? List.of() : queue.claim(clock.instant(), limit);
    } catch (RuntimeException failure) {
      LOG.error("queues of webhooks could not be claimed; trying again", failure);
      Thread.sleep(FAILURE_PAUSE_MILLIS);
      return List.of();
    }
  }

  /** One turn of a queue. A failure of our own leaves it to its lease, and so to somebody else. */
  private void turn(Claimed claimed) {
    try {
      var end = System.nanoTime() + TURN.toNanos();
      var present = claimed;
      var head = queue.head(present, GROUP);
      if (head == null) {
        queue.settle(present, List.of(), clock.instant(), null);
      }
      while (head != null) {
        try (var line = caller.line(URI.create(head.endpoint()))) {
          var address = head.endpoint();
          while (head != null && head.endpoint().equals(address)) {
            var step = tell(present, head, line, end);
            var over = step.dueAt != null || closing || System.nanoTime() - end >= 0;
            var now = clock.instant();
            present = step.claimed;
            var kept =
                queue.settle(
                    present,
                    step.done,
                    step.dueAt == null ? now : step.dueAt,
                    over ? null : now.plus(ReportingQueue.LEASE));
            head = over || !kept ? null : queue.head(present, GROUP);
            if (head == null && kept && !over) {
              queue.settle(present, List.of(), now, null);
            }
          }
        }
      }
    } catch (RuntimeException failure) {
      LOG.error("queue {} of a webhook was left in the middle", claimed.queueId(), failure);
    }
  }

  /**
   * How far one group came.
   *
   * @param dueAt when the next call may be made; null: at once
   */
  private record Step(Claimed claimed, List<Long> done, @Nullable Instant dueAt) {}

  private Step tell(Claimed claimed, ReportingQueue.Head head, Caller.Line line, long end) {
    var done = new ArrayList<Long>();
    var present = claimed;
    for (var event : head.events()) {
      if (closing || System.nanoTime() - end >= 0) {
        break;
      }
      var now = clock.instant();
      if (event.queuedAt().isBefore(now.minus(ReportingQueue.LONGEST_WAIT))) {
        done.add(event.number());
        present = fresh(present);
        continue;
      }
      var result = post(head.key(), event, line, now);
      if (RetrySchedule.isTaken(result)) {
        done.add(event.number());
        present = fresh(present);
        continue;
      }
      var since = present.failingSince() == null ? now : present.failingSince();
      if (!now.isBefore(since.plus(RetrySchedule.SPAN))) {
        LOG.warn(
            "an event was given up after seven days: queue={} event={}",
            present.queueId(),
            event.number());
        done.add(event.number());
        present = fresh(present);
        continue;
      }
      var failures = present.failures() + 1;
      LOG.debug("a webhook did not take an event: queue={} {}", present.queueId(), result);
      return new Step(
          new Claimed(present.queueId(), present.lease(), failures, since),
          done,
          now.plus(schedule.pause(result, failures)));
    }
    return new Step(present, done, null);
  }

  /** The next event has not failed yet. */
  private static Claimed fresh(Claimed claimed) {
    return new Claimed(claimed.queueId(), claimed.lease(), 0, null);
  }

  private CallResult post(String key, Event event, Caller.Line line, Instant now) {
    var timestamp = now.getEpochSecond();
    var headers = new LinkedHashMap<String, String>();
    headers.put("Content-Type", "application/json");
    headers.put("X-CIO-Timestamp", Long.toString(timestamp));
    headers.put("X-CIO-Signature", Signature.of(key, timestamp, event.body()));
    return line.post(headers, event.body(), ANSWER);
  }

  /** Claims nothing more and waits for calls under way, at most a few seconds. */
  @Override
  public void close() {
    closing = true;
    signal();
    try {
      var running = claimer;
      if (running != null) {
        running.join(ANSWER);
        running.interrupt();
      }
      if (!places.tryAcquire(PLACES, ANSWER.toMillis() + 1_000, TimeUnit.MILLISECONDS)) {
        LOG.warn("some calls to webhooks were not over in time; they are made again");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
