package dev.carillon.segments;

import dev.carillon.segments.BuildRepository.Build;
import dev.carillon.segments.PassRepository.Pass;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, in the background, what new conditions mean for the people who were there before: goes
 * through all people of a workspace in the order of their keys, some hundreds in each transaction,
 * while processing goes on.
 *
 * <p>A build comes in two kinds. The build of a counter reads each person's events or messages and
 * replaces the counter. The build of a segment waits until the counters it reads are complete, then
 * evaluates each person and writes what differs. Builds of one kind that wait at the same time go
 * on together in one <i>pass</i>, so that a person is locked and read once for hundreds of them. A
 * pass keeps a cursor, moved in the same transaction as what is written, so that a crash costs one
 * range at most.
 *
 * <p><b>Nobody is missed and nobody is done by halves.</b> Three things make it so.
 *
 * <ul>
 *   <li><i>Epochs.</i> Saving conditions waits for all running batches ({@link Epoch#newRules}).
 *       What they wrote is visible to the build; every later batch knows the new counters and
 *       segments and keeps them. So there is no event that neither side counts.
 *   <li><i>The person's lock.</i> Builder and processing lock people before they read anything else
 *       of them. Whoever comes second reads what the first has written. The builder replaces a
 *       counter by all that is stored, what processing has counted meanwhile included; processing
 *       reads the cursor after locking ({@link OpenBuilds#read}), so a person it leaves to the
 *       build is one the build has yet to lock, and will then see as processing has left it.
 *   <li><i>The epoch of birth.</i> The lock protects only rows one can see: somebody whose creation
 *       has not committed when the builder looks through the range would be passed over, though
 *       their key lies in it (keys are handed out in ranges, so new ones may be small). The cursor
 *       cannot tell such people from those still ahead. Therefore each person carries the epoch of
 *       its creation, and a build is concerned only with people born before it began. All of these
 *       are visible to it; everybody else has had the new rules from the first moment, and
 *       processing alone sees to them, wherever the cursor is.
 * </ul>
 *
 * <p><b>Nobody waits for long.</b> A batch of processing holds the locks of thousands of people for
 * a hundred milliseconds, and a builder that waited for one of them would keep all it has locked
 * itself from the next batch. So the builder skips whom somebody else has locked. Skipped people
 * are noted with the cursor and count as people still ahead, for processing too, until they are
 * done: as soon as nobody holds them, or at last by waiting for a few.
 *
 * <p>Somebody a build brings into a segment has not just entered it: no campaign starts (S-6). The
 * same holds for segments that read the built one and change in turn.
 *
 * <p><b>What is served meanwhile.</b> Who has not been reached is in a segment by the conditions it
 * had before, and processing keeps that up to date; who has been reached, by the new ones, and all
 * that reads the segment with them. What people were before is noted where it is different, so that
 * lists and counts show the segment as it was until the build is over (view {@code served_member}).
 *
 * <p>Workspaces take turns, range by range, so that a large one does not keep a small one waiting.
 * Several nodes may build at once: each claims a pass for the length of a transaction, and passes
 * that are claimed are passed over. An edit during a build takes it out of its pass and starts it
 * anew; the saving transaction waits for the range in hand. A pass that fails comes behind all
 * others, and is parted in two until the build that fails is alone. Thread-safe.
 */
public final class SegmentBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentBuilder.class);
  private static final int ERASED = 5_000;

  /** Members taken out at once of a segment others may read. */
  private static final int EMPTIED = 500;

  /** Builds in one pass. */
  private static final int TOGETHER = 1_000;

  private final Database database;
  private final InstantSource clock;
  private final RangeSize size;
  private final AtomicInteger turn = new AtomicInteger();
  private final BuildRepository builds = new BuildRepository();
  private final SegmentBuilds over;
  private final PassRepository passes = new PassRepository();
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
    this(database, segments, counters, clock, RangeSize.learning());
  }

  /** With this number of people in each transaction. */
  SegmentBuilder(
      Database database,
      SegmentRepository segments,
      CounterRepository counters,
      InstantSource clock,
      int range) {
    this(database, segments, counters, clock, RangeSize.of(range));
  }

  private SegmentBuilder(
      Database database,
      SegmentRepository segments,
      CounterRepository counters,
      InstantSource clock,
      RangeSize size) {
    this.clock = clock;
    this.database = database;
    this.over = new SegmentBuilds(counters, clock);
    this.size = size;
    this.counters = counters;
    this.filling = new CounterFilling(counters);
    this.segments = new SegmentEvaluation(segments, clock);
  }

  /**
   * Does the next piece of work, one transaction of some tens of milliseconds. The work is not lost
   * when this throws: the next call tries again.
   *
   * @return false when there is nothing to do, or other nodes are doing it all
   */
  public boolean step() {
    var work = database.<BuildRepository.Work, RuntimeException>read(builds::work);
    var erasing = work.erasures() || database.<Boolean, RuntimeException>read(counters::anyToErase);
    return (erasing && database.<Boolean, RuntimeException>inTransaction(this::erase))
        || (work.builds() && build());
  }

  private boolean build() {
    if (begin()) {
      return true;
    }
    var tried = new AtomicReference<@Nullable Pass>();
    try {
      var pass =
          database.<@Nullable Pass, RuntimeException>inTransaction(handle -> goOn(handle, tried));
      if (pass == null || pass.failures() > 0) {
        return pass != null;
      }
      if (pass.isComplete()) {
        database.<Boolean, RuntimeException>inTransaction(this::finish);
      }
      return true;
    } catch (RuntimeException failure) {
      var pass = tried.get();
      if (pass != null) {
        try {
          database.<Boolean, RuntimeException>inTransaction(handle -> failed(handle, pass));
        } catch (RuntimeException unnoted) {
          failure.addSuppressed(unnoted);
        }
      }
      throw failure;
    }
  }

  /**
   * Works on one range of the next pass, and returns the pass as it was before; null: there is
   * none.
   */
  private @Nullable Pass goOn(Handle handle, AtomicReference<@Nullable Pass> tried) {
    var epoch = Epoch.join(handle);
    var pass = passes.claim(handle, turn.get()).orElse(null);
    if (pass != null) {
      turn.set(pass.workspace().value());
    }
    if (pass == null || pass.isComplete()) {
      return pass;
    }
    tried.set(pass);
    var together = builds.ofPass(handle, pass.id());
    if (together.isEmpty()) {
      passes.remove(handle, pass.id());
      return pass;
    }
    var range = range(handle, pass, together);
    var locked = System.nanoTime();
    if (!range.people().isEmpty()) {
      switch (pass.kind()) {
        case COUNTER -> filling.fill(handle, together, range, clock.instant());
        case SEGMENT -> segments.evaluate(handle, together, range, epoch);
      }
    }
    passes.advance(
        handle, pass.id(), range.doneTo(), List.copyOf(range.skipped()), range.people().size());
    size.held(range.people().size(), System.nanoTime() - locked);
    return pass;
  }

  private PeopleRange range(Handle handle, Pass pass, List<Build> together) {
    var epoch = together.stream().mapToInt(Build::epoch).max().orElseThrow();
    return PeopleRange.of(handle, pass, epoch, size.next(together.size()));
  }

  /**
   * Begins a pass for the builds that wait. Counting people takes long in a large workspace, so it
   * is done without any lock.
   */
  private boolean begin() {
    var first = database.<Optional<Build>, RuntimeException>read(builds::firstReady).orElse(null);
    if (first == null) {
      return false;
    }
    var people =
        database.<Long, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT count(*) FROM person WHERE workspace_id = :workspace")
                .bind("workspace", first.workspace().value())
                .mapTo(Long.class)
                .one());
    return database.<Boolean, RuntimeException>inTransaction(handle -> {
      Epoch.join(handle); // nobody edits or deletes what is claimed
      var together = builds.claimReady(handle, first, TOGETHER);
      if (together.isEmpty()) {
        return false;
      }
      var pass = passes.begin(handle, first.kind(), first.workspace(), people, clock.instant());
      builds.assign(handle, first.kind(), together, pass);
      LOG.info(
          "a pass for {} builds of kind {} begins, workspace={} people={}",
          together.size(),
          first.kind().word(),
          first.workspace().value(),
          people);
      return true;
    });
  }

  /** Puts a pass behind all others; one that has failed before is parted. */
  private boolean failed(Handle handle, Pass pass) {
    Epoch.join(handle);
    passes.failed(handle, pass.id());
    var together = builds.ofPass(handle, pass.id());
    if (pass.failures() > 0 && together.size() > 1) {
      var half = together.subList(0, together.size() / 2);
      builds.assign(handle, pass.kind(), half, passes.copy(handle, pass.id()));
    }
    return true;
  }

  /** Processing must learn that there is no build any more, and may then read complete counters. */
  private boolean finish(Handle handle) {
    Epoch.newRules(handle);
    for (var done : builds.finish(handle)) {
      LOG.info("build of {} {} has reached everybody", done.kind().word(), done.targetId());
      var conditions = done.conditions();
      if (conditions != null) {
        over.over(handle, done.targetId(), conditions, done.counters());
      }
    }
    return true;
  }

  /**
   * Removes what segments leave behind: everything of those that are gone, which nobody else
   * touches but those who delete people; members of one whose first build was cancelled; what
   * people were in it before a build that is over. Then counters that are not used any more.
   */
  private boolean erase(Handle handle) {
    var epoch = Epoch.join(handle);
    var next =
        handle
            .createQuery(
                """
                SELECT segment_id, what FROM segment_erasure ORDER BY segment_id, what LIMIT 1 FOR UPDATE SKIP LOCKED
                """)
            .map((row, context) -> Map.entry(row.getInt(1), row.getString(2)))
            .findOne();
    if (next.isEmpty()) {
      return counters.erase(handle);
    }
    var segment = next.get().getKey();
    var what = next.get().getValue();
    var more =
        switch (what) {
          case "members" ->
              segments.empty(handle, segment, EMPTIED, epoch)
                  || MembershipRepository.forget(handle, segment, true, EMPTIED);
          case "former" -> former(handle, segment) > 0;
          default ->
              MembershipRepository.forget(handle, segment, false, EMPTIED)
                  || MembershipRepository.forget(handle, segment, true, EMPTIED)
                  || former(handle, segment) > 0;
        };
    if (!more) {
      if (what.equals("all")) {
        SegmentCounts.forget(handle, segment);
      }
      handle
          .createUpdate("DELETE FROM segment_erasure WHERE segment_id = :segment AND what = :what")
          .bind("segment", segment)
          .bind("what", what)
          .execute();
    }
    return true;
  }

  /** What holds no more: a build that has begun since then keeps its own. */
  private static int former(Handle handle, int segmentId) {
    return handle
        .createUpdate(
            """
            DELETE FROM segment_former WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM segment_former
                 WHERE segment_id = :segment
                   AND version <= coalesce((SELECT served FROM segment WHERE segment_id = :segment), version)
                 LIMIT :limit FOR UPDATE SKIP LOCKED))
            """)
        .bind("segment", segmentId)
        .bind("limit", ERASED)
        .execute();
  }
}
