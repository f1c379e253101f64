package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, in the background, what new conditions mean for the people who were there before: goes
 * through all people of a workspace in the order of their keys, about a thousand in each
 * transaction, while processing goes on.
 *
 * <p>A build comes in two kinds. The build of a counter reads each person's events or messages and
 * replaces the counter. The build of a segment waits until the counters it reads are complete, then
 * evaluates each person and writes what differs. Both keep a cursor in their row of table {@code
 * build}, moved in the same transaction as what they write, so that a crash costs one range at
 * most.
 *
 * <p><b>Nobody is missed and nobody is done by halves.</b> Three things make it so.
 *
 * <ul>
 *   <li><i>Epochs.</i> Saving conditions waits for all running batches ({@link Epoch#newRules}).
 *       What they wrote is visible to the build; every later batch knows the new counters and
 *       segments and keeps them. So there is no event that neither side counts.
 *   <li><i>The person's lock.</i> Builder and processing lock people in key order before they read
 *       anything else of them. Whoever comes second reads what the first has written. The builder
 *       replaces a counter by all that is stored, what processing has counted meanwhile included;
 *       processing reads the cursor after locking ({@link MembershipRepository#unbuilt}), so a
 *       person it leaves to the build is one the build has yet to lock, and will then see as
 *       processing has left it.
 *   <li><i>The epoch of birth.</i> The lock protects only rows one can see: somebody whose creation
 *       has not committed when the builder looks through the range would be passed over, though
 *       their key lies in it (keys are handed out in ranges, so new ones may be small). The cursor
 *       cannot tell such people from those still ahead. Therefore each person carries the epoch of
 *       its creation, and a build is concerned only with people born before it began. All of these
 *       are visible to it; everybody else has had the new rules from the first moment, and
 *       processing alone sees to them, wherever the cursor is.
 * </ul>
 *
 * <p>Somebody a build brings into a segment has not just entered it: no campaign starts (S-6). The
 * same holds for segments that read the built one and change in turn.
 *
 * <p>Several nodes may build at once: each claims a build for the length of a transaction, and
 * builds that are claimed are passed over. An edit during a build starts its row anew; the saving
 * transaction waits for the range in hand. Thread-safe.
 */
public final class SegmentBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentBuilder.class);
  private static final int ERASED = 5_000;

  private final Database database;
  private final InstantSource clock;
  private final BuildRepository builds = new BuildRepository();
  private final CounterRepository counters;
  private final CounterFilling filling;
  private final SegmentEvaluation segments;

  /**
   * Evaluates by this clock.
   *
   * @param segments where the conditions are read
   */
  public SegmentBuilder(
      Database database,
      SegmentRepository segments,
      CounterRepository counters,
      InstantSource clock) {
    this(database, segments, counters, clock, 1_000);
  }

  /** With another number of people in each transaction. */
  SegmentBuilder(
      Database database,
      SegmentRepository segments,
      CounterRepository counters,
      InstantSource clock,
      int range) {
    this.clock = clock;
    this.database = database;
    var people = new PeopleRange(range);
    this.counters = counters;
    this.filling = new CounterFilling(people, counters);
    this.segments = new SegmentEvaluation(people, segments, clock);
  }

  /**
   * Does the next piece of work, one transaction of some tens of milliseconds. The work is not lost
   * when this throws: the next call tries again.
   *
   * @return false when there is nothing to do, or other nodes are doing it all
   */
  public boolean step() {
    if (!database.<Boolean, RuntimeException>read(this::anything)) {
      return false;
    }
    return database.<Boolean, RuntimeException>inTransaction(this::erase) || build();
  }

  private boolean anything(Handle handle) {
    return builds.anything(handle) || counters.anyToErase(handle);
  }

  private boolean build() {
    var next = rangeOrPostpone();
    if (next == null) {
      return false;
    }
    if (next.people() == null) {
      begin(next);
    } else if (next.doneTo() == BuildRepository.EVERYBODY) {
      database.<Boolean, RuntimeException>inTransaction(this::finish);
    }
    return true;
  }

  /** A build that fails goes to the end of the queue, so that it does not hold up the others. */
  private @Nullable Build rangeOrPostpone() {
    try {
      return database.<@Nullable Build, RuntimeException>inTransaction(this::range);
    } catch (RuntimeException failure) {
      database.<Boolean, RuntimeException>inTransaction(handle -> {
        builds.claim(handle).ifPresent(build -> builds.postpone(handle, build, clock.instant()));
        return true;
      });
      throw failure;
    }
  }

  /**
   * Works on one range of the next build, and returns the build as it was before; null: there is
   * none.
   */
  private @Nullable Build range(Handle handle) {
    var epoch = Epoch.join(handle);
    var build = builds.claim(handle).orElse(null);
    if (build == null || build.people() == null || build.doneTo() == BuildRepository.EVERYBODY) {
      return build;
    }
    var together =
        switch (build.kind()) {
          case COUNTER -> builds.claimBeside(handle, build, CounterFilling.AT_ONCE);
          case SEGMENT -> List.of(build);
        };
    var reached =
        switch (build.kind()) {
          case COUNTER -> filling.fill(handle, together, clock.instant());
          case SEGMENT -> segments.evaluate(handle, build, epoch);
        };
    builds.advance(handle, together, reached.doneTo(), reached.people());
    return build;
  }

  /** Counting takes long in a large workspace, so it is done without any lock. */
  private void begin(Build build) {
    var people =
        database.<Long, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT count(*) FROM person WHERE workspace_id = :workspace")
                .bind("workspace", build.workspace().value())
                .mapTo(Long.class)
                .one());
    database.<Integer, RuntimeException>inTransaction(
        handle -> builds.begin(handle, build, people));
    LOG.info(
        "build of {} {} begins, workspace={} people={}",
        build.kind().word(),
        build.targetId(),
        build.workspace().value(),
        people);
  }

  /** Processing must learn that there is no build any more, and may then read complete counters. */
  private boolean finish(Handle handle) {
    Epoch.newRules(handle);
    builds.finish(handle).forEach(done -> LOG.info("build of {} has reached everybody", done));
    return true;
  }

  /**
   * Removes members of segments that are gone; nobody else touches them but those who delete
   * people. Then counters that are not used any more.
   */
  private boolean erase(Handle handle) {
    var segment =
        handle
            .createQuery(
                "SELECT segment_id FROM segment_erasure ORDER BY segment_id LIMIT 1 FOR UPDATE SKIP LOCKED")
            .mapTo(Integer.class)
            .findOne();
    if (segment.isEmpty()) {
      return counters.erase(handle);
    }
    var members = erase(handle, "segment_member", segment.get());
    var timers = erase(handle, "segment_timer", segment.get());
    if (members + timers == 0) {
      handle
          .createUpdate("DELETE FROM segment_erasure WHERE segment_id = :segment")
          .bind("segment", segment.get())
          .execute();
    }
    return true;
  }

  private static int erase(Handle handle, String table, int segmentId) {
    return handle
        .createUpdate(
            """
            DELETE FROM %1$s WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM %1$s WHERE segment_id = :segment LIMIT :limit FOR UPDATE SKIP LOCKED))
            """
                .formatted(table))
        .bind("segment", segmentId)
        .bind("limit", ERASED)
        .execute();
  }
}
