package dev.carillon.processing;

import dev.carillon.log.IdRanges;
import dev.carillon.log.LaneOwnership;
import dev.carillon.log.LaneReader;
import dev.carillon.log.LogListener;
import dev.carillon.log.LogTrimmer;
import dev.carillon.log.LogWriter;
import dev.carillon.store.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The log and everything that works it off in this process. */
public final class Processing implements AutoCloseable {
  private final LogWriter writer;
  private final LaneOwnership ownership;
  private final LogTrimmer trimmer;
  private final List<Processor> processors = new ArrayList<>();
  private final List<DueWorker> dueWorkers = new CopyOnWriteArrayList<>();
  private final List<IdentifierWarmer> warmers = new ArrayList<>();
  private final List<LogListener> listeners = new CopyOnWriteArrayList<>();
  private final Database database;
  private final InstantSource clock;
  private final ProcessingStats stats = new ProcessingStats();
  private final LogIntake intake;
  private final int incarnation;

  /**
   * Opens the log and, in a worker, takes lanes and starts.
   *
   * @param node a name for people who look into the database
   * @param processors threads to work with; 0: this process only accepts
   * @param deliveriesQueued called after a commit that queued deliveries
   */
  public Processing(
      Database database,
      InstantSource clock,
      IdRanges ids,
      Stores stores,
      RuleBooks ruleBooks,
      String node,
      int processors,
      Runnable deliveriesQueued) {
    this.database = database;
    this.clock = clock;
    this.writer = LogWriter.start(database, clock, ids, node, processors > 0, this::committed);
    this.incarnation = writer.incarnation();
    this.ownership = new LaneOwnership(database, writer);
    this.trimmer = new LogTrimmer(database, clock);
    this.intake = new LogIntake(writer);
    var cache = new IdentifierCache();
    var courtesy = new Courtesy(writer::busy, clock);
    var signals = new Signals(deliveriesQueued, this::dueWork);
    for (var i = 0; i < processors; i++) {
      var reader = new LaneReader(ownership, i, processors);
      this.processors.add(
          new Processor(
              database,
              reader,
              stores,
              ruleBooks,
              cache,
              clock,
              signals,
              stats,
              courtesy,
              this::wakeProcessors,
              "processor-" + i));
    }
    if (processors > 0) {
      ownership.tick(Set.of());
      warmers.add(new IdentifierWarmer(database, stores.people(), cache));
      dueWorkers.add(
          new DueWorker(
              database,
              ownership,
              stores,
              ruleBooks,
              cache,
              clock,
              this::oldest,
              deliveriesQueued));
    }
    this.processors.forEach(Processor::start);
    dueWorkers.forEach(DueWorker::start);
    warmers.forEach(IdentifierWarmer::start);
  }

  private void wakeProcessors() {
    processors.forEach(Processor::wake);
  }

  private void dueWork() {
    dueWorkers.forEach(DueWorker::wake);
  }

  private void committed(long lanes) {
    for (var processor : processors) {
      processor.signal(lanes);
    }
  }

  /** Where edges put operations. */
  public Intake intake() {
    return intake;
  }

  /** What was done since the start. */
  public ProcessingStats stats() {
    return stats;
  }

  /** Age of the oldest operation that is being applied; zero when none waits. */
  public Duration lag() {
    return Optional.of(oldest())
        .filter(oldest -> !oldest.equals(Instant.MAX))
        .map(oldest -> Duration.between(oldest, clock.instant()))
        .filter(Duration::isPositive)
        .orElse(Duration.ZERO);
  }

  /** When the oldest operation that is being applied was accepted. */
  private Instant oldest() {
    return processors.stream().map(Processor::oldest).min(Instant::compareTo).orElse(Instant.MAX);
  }

  /** The number of this life of this process; no other ever has it. */
  public int incarnation() {
    return incarnation;
  }

  /**
   * Looks who shares the lanes; called once a second.
   *
   * @param suspects incarnations that hold deliveries
   * @return those of them that died
   */
  public Set<Integer> shareLanes(Set<Integer> suspects) {
    if (processors.isEmpty()) {
      return Set.of();
    }
    if (ownership.tick(suspects)) {
      wake();
    }
    if (ownership.shared() && listeners.isEmpty()) {
      listeners.add(LogListener.start(database, this::wake));
    }
    return ownership.dead();
  }

  /** Looks for work at once: another node wrote something, or the clock was turned. */
  public void wake() {
    wakeProcessors();
    dueWork();
  }

  /**
   * Messages reached something that rules count: sees to it at once. To be called after the commit
   * that noted it; without it, it is found within half a second.
   */
  public void messagesReached() {
    dueWork();
  }

  /** Gives back the space of consumed operations; called now and then. */
  public void trim() {
    trimmer.trim();
  }

  /** Takes nothing more, works off what was accepted, and gives the lanes back. */
  @Override
  public void close() {
    writer.drain();
    listeners.forEach(LogListener::close);
    warmers.forEach(IdentifierWarmer::close);
    dueWorkers.forEach(DueWorker::close);
    processors.forEach(Processor::close);
    ownership.release();
    writer.close();
  }
}
