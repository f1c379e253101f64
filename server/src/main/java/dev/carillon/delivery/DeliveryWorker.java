package dev.carillon.delivery;

import dev.carillon.store.Database;
import dev.carillon.webhooks.ReportingEvents;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Sends what is due: claims, renders, hands over, records. Any number of workers may share one
 * database; each delivery is sent by one of them.
 *
 * <p>A mail is handed over again only if its sender died, or lost its database for a minute,
 * between the provider's answer and the record of it; then with the same {@code Message-ID}.
 */
public final class DeliveryWorker implements AutoCloseable {
  private final Outbox outbox;
  private final InstantSource clock;
  private final DeliveryCounters counters = new DeliveryCounters();
  private final Map<Lane, LaneWorker> lanes = new EnumMap<>(Lane.class);

  /**
   * Prepares a worker; nothing happens before {@link #start}. The mailer stays the caller's to
   * close.
   *
   * @param random spreads retries
   * @param messagesReached called after a commit when messages reached something that rules count
   *     ({@link MessageWakes})
   */
  public DeliveryWorker(
      DeliverySettings settings,
      Database database,
      DeliveryIds ids,
      MailLinks links,
      TemplateSource templates,
      TransactionalSource transactional,
      Mailer mailer,
      InstantSource clock,
      RandomGenerator random,
      Runnable messagesReached) {
    this.clock = clock;
    this.outbox = new Outbox(database, new ReportingEvents(ids::text), settings.incarnation());
    var sender =
        new Sender(
            new Contents(database, templates, transactional),
            mailer,
            new EspSuppressions(database, clock),
            ids,
            links,
            new SendingSettings(database),
            settings.messageIdDomain(),
            new Backoff(random),
            clock);
    settings
        .lanes()
        .forEach((lane, limits) ->
            lanes.put(
                lane,
                new LaneWorker(lane, limits, outbox, sender, counters, clock, messagesReached)));
  }

  /** Starts sending in the background. */
  public void start() {
    lanes.values().forEach(LaneWorker::start);
  }

  /**
   * Says that work of this lane may be due: call it after the commit that stored intents. Without
   * it, work is found within a second.
   */
  public void signal(Lane lane) {
    var worker = lanes.get(lane);
    if (worker != null) {
      worker.signal();
    }
  }

  /** The same for all lanes, for instance after the clock was turned. */
  public void signal() {
    lanes.values().forEach(LaneWorker::signal);
  }

  /**
   * Works off everything that is due now and returns when it is recorded; for a worker that was not
   * started.
   *
   * @return how many deliveries were attempted
   */
  public int runDue() throws InterruptedException {
    var done = 0;
    for (var lane : lanes.values()) {
      done += lane.runDue();
    }
    return done;
  }

  /**
   * Takes over at once what dead processes had claimed. Without it, their leases run out within a
   * minute. Naming a living process would send its mails twice.
   *
   * @param dead incarnations of processes known to be dead; not our own
   * @return how many deliveries are due again
   */
  public int reclaim(Set<Integer> dead) {
    if (dead.isEmpty()) {
      return 0;
    }
    var reclaimed = outbox.reclaim(dead, clock.instant());
    signal();
    return reclaimed;
  }

  /** Other processes' incarnations that hold claims at the moment, living or dead. */
  public Set<Integer> holders() {
    return outbox.holders();
  }

  /** What this worker has done since it was made. Any thread may ask. */
  public DeliveryStats stats() {
    return counters.snapshot(lanes.values().stream().mapToInt(LaneWorker::inFlight).sum());
  }

  /** Whether {@link #close} has begun on every lane, so that nothing more will be started. */
  boolean isClosing() {
    return lanes.values().stream().allMatch(LaneWorker::isClosing);
  }

  /**
   * Claims nothing more, gives back what was not started, and waits for the mails on their way, at
   * most about a minute.
   */
  @Override
  public void close() {
    var closers =
        lanes.values().stream().map(lane -> Thread.startVirtualThread(lane::close)).toList();
    try {
      for (var closer : closers) {
        closer.join();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
