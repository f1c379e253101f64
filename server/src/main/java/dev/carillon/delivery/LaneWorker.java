package dev.carillon.delivery;

import dev.carillon.delivery.DeliverySettings.LaneLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on one lane: one thread claims, one virtual thread per delivery renders and sends, one
 * thread records.
 *
 * <p><b>Limits.</b> A delivery holds a <i>slot</i> from its claim to its record, so nothing queues
 * without bound. At most {@code connections} deliveries are sent at once; the others that are
 * claimed wait for their turn, so that a connection never waits for a claim. Claims happen for half
 * of the slots at a time: the senders live on the other half meanwhile.
 *
 * <p><b>Groups.</b> Outcomes are recorded as they come, together with those that came while the
 * last group was being written. So a slow mail delays no other, and a busy lane commits in large
 * groups.
 *
 * <p><b>Slow providers.</b> What was claimed but not started before its lease gets short is given
 * back, and so is everything not started when the worker closes.
 */
final class LaneWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LaneWorker.class);
  private static final long POLL_MILLIS = 1_000;
  private static final long FAILURE_PAUSE_MILLIS = 1_000;
  private static final long GATHER_MILLIS = 5;
  private static final long CLOSE_CHECK_MILLIS = 5;
  private static final int MOST_PER_RECORD = 256;

  private final Lane lane;
  private final LaneLimits limits;
  private final Outbox outbox;
  private final Sender sender;
  private final DeliveryCounters counters;
  private final InstantSource clock;
  private final Runnable messagesReached;

  private final AtomicInteger inFlight = new AtomicInteger();
  private final Semaphore slots;
  private final Semaphore connections;
  private final Semaphore wake = new Semaphore(0);
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final List<Thread> claimers = new ArrayList<>();
  private final List<Thread> recorders = new ArrayList<>();
  private volatile boolean closing;

  LaneWorker(
      Lane lane,
      LaneLimits limits,
      Outbox outbox,
      Sender sender,
      DeliveryCounters counters,
      InstantSource clock,
      Runnable messagesReached) {
    this.lane = lane;
    this.limits = limits;
    this.outbox = outbox;
    this.sender = sender;
    this.counters = counters;
    this.clock = clock;
    this.messagesReached = messagesReached;
    this.slots = new Semaphore(limits.inFlight());
    this.connections = new Semaphore(limits.connections(), true);
  }

  void start() {
    var name = lane.name().toLowerCase(java.util.Locale.ROOT);
    claimers.add(Thread.ofVirtual().name("delivery-claim-" + name).start(this::claimAll));
    recorders.add(Thread.ofVirtual().name("delivery-record-" + name).start(this::recordAll));
  }

  /** Says that there may be work now. */
  void signal() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  boolean isClosing() {
    return closing;
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Works off what is due now in the calling thread's time; returns how many were claimed. */
  int runDue() throws InterruptedException {
    var done = 0;
    while (true) {
      var claimed = outbox.claim(lane, clock.instant(), limits.inFlight());
      if (claimed.isEmpty()) {
        return done;
      }
      done += claimed.size();
      var sends =
          claimed.stream().map(each -> Thread.startVirtualThread(() -> send(each))).toList();
      for (var send : sends) {
        send.join();
      }
      var batch = new ArrayList<Outcome>();
      outcomes.drainTo(batch);
      record(batch);
    }
  }

  private void claimAll() {
    var share = limits.inFlight() / 2;
    try {
      while (!closing) {
        slots.acquire(share);
        wake.drainPermits();
        var claimed = claim(share);
        inFlight.addAndGet(claimed.size());
        slots.release(share - claimed.size());
        for (var each : claimed) {
          Thread.startVirtualThread(() -> send(each));
        }
        if (claimed.isEmpty() && !closing) {
          wake.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Claimed> claim(int share) throws InterruptedException {
    try {
      return closing ? List.of() : outbox.claim(lane, clock.instant(), share);
    } catch (RuntimeException failure) {
      log.error("deliveries of lane {} could not be claimed; trying again", lane, failure);
      Thread.sleep(FAILURE_PAUSE_MILLIS);
      return List.of();
    }
  }

  private void send(Claimed claimed) {
    connections.acquireUninterruptibly();
    try {
      outcomes.add(closing ? sender.untouched(claimed) : sender.send(claimed));
    } finally {
      connections.release();
    }
  }

  private void recordAll() {
    var batch = new ArrayList<Outcome>();
    try {
      while (true) {
        gather(batch);
        recordSurely(batch);
        inFlight.addAndGet(-batch.size());
        slots.release(batch.size());
        batch.clear();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits a moment for outcomes of deliveries that are still on their way; alone is not held up.
   */
  private void gather(List<Outcome> batch) throws InterruptedException {
    batch.add(outcomes.take());
    var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
    outcomes.drainTo(batch, MOST_PER_RECORD - batch.size());
    while (batch.size() < Math.min(MOST_PER_RECORD, inFlight())) {
      var next = outcomes.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return;
      }
      batch.add(next);
    }
  }

  /** Outcomes cannot be thrown away, for their mails would be sent again: tries until it works. */
  private void recordSurely(List<Outcome> batch) throws InterruptedException {
    while (true) {
      try {
        record(batch);
        return;
      } catch (RuntimeException failure) {
        log.error(
            "outcomes of {} deliveries could not be recorded; trying again", batch.size(), failure);
        Thread.sleep(FAILURE_PAUSE_MILLIS);
      }
    }
  }

  private void record(List<Outcome> batch) {
    var recorded = outbox.record(batch);
    for (var outcome : batch) {
      if (recorded.deliveries().contains(outcome.claimed().deliveryId())) {
        counters.recorded(outcome);
      } else {
        counters.lost();
        log.warn(
            "the lease of delivery {} was lost before its outcome could be recorded",
            outcome.claimed().deliveryId());
      }
    }
    if (recorded.woken()) {
      messagesReached.run();
    }
    failures(batch);
  }

  /** One line for many, so that a broken template does not fill the log. */
  private void failures(List<Outcome> batch) {
    var failed =
        batch.stream()
            .filter(outcome ->
                outcome.result() instanceof Outcome.Result.Finished(var state, _)
                    && state == DeliveryState.FAILED)
            .count();
    if (failed > 0) { // the reasons may quote addresses
      log.warn("{} deliveries failed; GET /v1/messages tells why, message by message", failed);
    }
  }

  /**
   * Claims nothing more and waits for what is being sent; the rest is given back. Returns when all
   * of it is recorded, or after a minute: then the leases run out by themselves.
   */
  @Override
  public void close() {
    closing = true;
    signal();
    var end = System.nanoTime() + Outbox.LEASE.toNanos();
    try {
      for (var claimer : claimers) {
        claimer.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        claimer.interrupt();
      }
      while (!recorders.isEmpty() && inFlight() > 0 && System.nanoTime() < end) {
        Thread.sleep(CLOSE_CHECK_MILLIS);
      }
      if (inFlight() > 0) {
        log.warn("{} deliveries of lane {} were not recorded in time", inFlight(), lane);
      }
      recorders.forEach(Thread::interrupt);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
