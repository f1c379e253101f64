package dev.carillon.segments;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.Counters;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventRepository;
import dev.carillon.events.EventRepository.NewEvent;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.PeopleRepository;
import dev.carillon.segments.MembershipRepository.Changes;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SegmentBuilderTest {
  private static final WorkspaceId OURS = new WorkspaceId(1);
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final CounterRepository counters = new CounterRepository(CLOCK);
  private final SegmentRepository segments = new SegmentRepository(counters, CLOCK);
  private final MembershipRepository memberships = new MembershipRepository();
  private final EventRepository events = new EventRepository();
  private final PeopleRepository people = new PeopleRepository();
  private final AtomicLong operations = new AtomicLong();

  private static Condition plan(String plan) {
    return new Condition.Attribute(new AttributeTest("plan", AttributeTest.Operator.EQ, plan));
  }

  private static Condition ordered(int times, int total) {
    return new Condition.Event(
        EventKind.EVENT,
        "ordered",
        Occurrences.Count.AT_LEAST,
        times,
        Duration.ofDays(30),
        List.of(new AttributeTest("total", AttributeTest.Operator.GT, (long) total)));
  }

  private SegmentBuilder builder(int range) {
    return new SegmentBuilder(database, segments, counters, CLOCK, range);
  }

  private int save(Condition condition) {
    SegmentOutcome outcome =
        database.inTransaction(handle ->
            segments.create(handle, OURS, new SegmentDraft("some", "", List.of(), condition)));
    return ((SegmentOutcome.Saved) outcome).segment().id();
  }

  private void edit(int segmentId, Condition condition) {
    SegmentOutcome outcome =
        database.inTransaction(handle ->
            segments.update(
                handle, OURS, segmentId, new SegmentDraft("some", "", List.of(), condition)));
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
  }

  private void cancel(int segmentId) {
    SegmentOutcome outcome =
        database.inTransaction(handle -> segments.cancelBuild(handle, OURS, segmentId));
    assertThat(outcome).isInstanceOf(SegmentOutcome.Saved.class);
  }

  private Segment segment(int segmentId) {
    return database.<Segment, RuntimeException>read(
        handle -> segments.find(handle, OURS, segmentId).orElseThrow());
  }

  private Set<Long> members(int segmentId) {
    return new TreeSet<>(
        database.<List<Long>, RuntimeException>read(handle ->
            handle
                .createQuery("SELECT person_id FROM segment_member WHERE segment_id = :segment")
                .bind("segment", segmentId)
                .mapTo(Long.class)
                .list()));
  }

  private void insert(Handle handle, long personId, String plan) {
    people.insert(
        handle,
        List.of(
            new PeopleRepository.Row(
                personId, OURS, NOW, "{\"plan\":\"%s\"}".formatted(plan), "{}")));
  }

  private void person(long personId, String plan) {
    database.<Integer, RuntimeException>inTransaction(handle -> {
      Epoch.join(handle);
      insert(handle, personId, plan);
      return 1;
    });
  }

  private void event(Handle handle, long personId, Instant at, int total) {
    events.insert(
        handle,
        List.of(
            new NewEvent(
                personId,
                OURS,
                nameId(handle),
                operations.incrementAndGet(),
                at,
                at,
                null,
                "{\"total\":%d}".formatted(total))));
  }

  private static int nameId(Handle handle) {
    handle
        .createUpdate(
            """
            INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (1, 1, 'ordered', :now)
            ON CONFLICT DO NOTHING
            """)
        .bind("now", NOW)
        .execute();
    return handle
        .createQuery(
            "SELECT name_id FROM event_name WHERE workspace_id = 1 AND kind = 1 AND name = 'ordered'")
        .mapTo(Integer.class)
        .one();
  }

  private void finish(SegmentBuilder builder) {
    for (var steps = 0; builder.step(); steps++) {
      assertThat(steps).as("steps").isLessThan(100_000);
    }
  }

  @Test
  @DisplayName("S-42: what happened before a segment was saved counts, and its end is timed")
  void shouldFillCountersAndEvaluateEverybody() {
    for (var personId = 1L; personId <= 25; personId++) {
      var id = personId;
      person(id, "free");
      database.<Integer, RuntimeException>inTransaction(handle -> {
        for (var i = 0; i < id % 4; i++) {
          event(handle, id, NOW.minus(Duration.ofDays(i * 10L)), 60);
        }
        event(handle, id, NOW.minus(Duration.ofDays(1)), 10);
        event(handle, id, NOW.minus(Duration.ofDays(31)), 60);
        return 1;
      });
    }
    var segment = save(ordered(2, 50));
    assertThat(segment(segment).state()).isEqualTo(Segment.State.EVENTS_QUEUED);

    var builder = builder(10);
    var states = new ArrayList<Segment.State>();
    while (builder.step()) {
      states.add(segment(segment).state());
    }

    assertThat(states.stream().distinct())
        .containsExactly(
            Segment.State.EVENTS,
            Segment.State.BUILD_QUEUED,
            Segment.State.BUILD,
            Segment.State.FINISHED);
    assertThat(members(segment))
        .containsExactly(2L, 3L, 6L, 7L, 10L, 11L, 14L, 15L, 18L, 19L, 22L, 23L);
    assertThat(segment(segment).served()).isEqualTo(1);
    List<Instant> timers =
        database.read(handle ->
            handle
                .createQuery(
                    "SELECT due_at FROM segment_timer WHERE person_id = ANY('{2,3}') ORDER BY person_id")
                .mapTo(Instant.class)
                .list());
    assertThat(timers)
        .containsExactly(NOW.plus(Duration.ofDays(20)), NOW.plus(Duration.ofDays(20)));
  }

  @Test
  void shouldGoOnWhereAnotherBuilderStopped() {
    for (var id = 1L; id <= 30; id++) {
      person(id, "pro");
    }
    var segment = save(plan("pro"));
    var first = builder(10);
    first.step(); // counts people
    first.step();
    first.step();
    assertThat(members(segment)).hasSize(20);
    assertThat(segment(segment).progress()).isEqualTo(66);

    // what is done is not looked at again: the second builder would bring this member back
    database.<Integer, RuntimeException>inTransaction(
        handle -> handle.execute("DELETE FROM segment_member WHERE person_id = 5"));
    finish(builder(10));

    assertThat(members(segment)).hasSize(29).doesNotContain(5L);
    assertThat(segment(segment).state()).isEqualTo(Segment.State.FINISHED);
  }

  @Test
  void shouldStartAnewWhenEditedDuringABuild() {
    for (var id = 1L; id <= 30; id++) {
      person(id, id % 2 == 0 ? "pro" : "free");
    }
    var segment = save(plan("pro"));
    var builder = builder(10);
    builder.step();
    builder.step();

    edit(segment, plan("free"));
    finish(builder);

    assertThat(members(segment)).hasSize(15).allMatch(id -> id % 2 == 1);
    assertThat(segment(segment).served()).isEqualTo(2);
  }

  @Test
  @DisplayName("journeys §2.6: a change of membership re-evaluates the segments that read it")
  void shouldCarryChangesToReaders() {
    for (var id = 1L; id <= 20; id++) {
      person(id, id % 2 == 0 ? "pro" : "free");
    }
    var read = save(plan("pro"));
    var reader = save(new Condition.Not(new Condition.InSegment(read)));
    var readersReader = save(new Condition.And(List.of(new Condition.InSegment(reader))));
    finish(builder(7));
    assertThat(members(readersReader)).hasSize(10).allMatch(id -> id % 2 == 1);

    edit(read, plan("free"));
    finish(builder(7));

    assertThat(members(reader)).hasSize(10).allMatch(id -> id % 2 == 0);
    assertThat(members(readersReader)).isEqualTo(members(reader));
  }

  @Test
  void shouldRemoveMembersOfDeletedSegments() {
    person(1, "pro");
    var segment = save(plan("pro"));
    finish(builder(10));
    SegmentOutcome deleted =
        database.inTransaction(
            handle -> segments.delete(handle, OURS, segment, (_, _, _) -> List.of()));
    assertThat(deleted).isInstanceOf(SegmentOutcome.Deleted.class);

    finish(builder(10));

    assertThat(members(segment)).isEmpty();
  }

  @Test
  void shouldNotPassOverWhoWasBornWhileTheirRangeWasRead() {
    // given: a builder that has read past person 20, whose creation has not committed
    person(10, "pro");
    person(30, "pro");
    var segment = save(plan("pro"));
    var builder = builder(10);
    builder.step(); // counts people
    try (var creating = database.dedicatedHandle("creating")) {
      creating.begin();
      Epoch.join(creating);
      insert(creating, 20, "pro");
      builder.step();
      assertThat(members(segment)).containsExactly(10L, 30L);

      // when: the creation commits, and processing meets the person again
      creating.commit();

      // then: it does not leave the person to the build, which has passed by
      assertThat(isLeftToBuild(20, segment)).isFalse();
    }
    finish(builder);
    assertThat(members(segment)).containsExactly(10L, 30L);
  }

  @Test
  void shouldGoPastWhoIsLockedAndComeBack() throws Exception {
    // given: processing holds two people
    for (var id = 1L; id <= 30; id++) {
      person(id, "pro");
    }
    var segment = save(plan("pro"));
    var builder = builder(10);
    builder.step(); // counts people
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var locking = database.dedicatedHandle("locking")) {
      locking.begin();
      people.lockAndLoad(locking, new long[] {5, 15});

      // when: the builder comes by
      for (var step = 0; step < 4; step++) {
        builder.step();
      }

      // then: everybody else is done, and the two are left to the build, behind the cursor
      assertThat(members(segment)).hasSize(28).doesNotContain(5L, 15L);
      assertThat(isLeftToBuild(5, segment)).isTrue();
      assertThat(isLeftToBuild(6, segment)).isFalse();

      // when: the build lacks these two alone, it waits for them
      var step = threads.submit(builder::step);
      awaitWaiting();
      assertThat(segment(segment).state()).isEqualTo(Segment.State.BUILD);
      locking.commit();
      assertThat(step.get()).isTrue();
    }
    finish(builder);
    assertThat(members(segment)).hasSize(30);
    assertThat(segment(segment).state()).isEqualTo(Segment.State.FINISHED);
  }

  @Test
  void shouldForgetWhoWasSkippedAndIsGone() {
    person(1, "pro");
    person(2, "pro");
    var segment = save(plan("pro"));
    var builder = builder(10);
    builder.step(); // counts people
    try (var deleting = database.dedicatedHandle("deleting")) {
      deleting.begin();
      people.lockAndLoad(deleting, new long[] {2});
      builder.step();
      people.delete(deleting, new long[] {2});
      deleting.commit();
    }
    finish(builder);
    assertThat(members(segment)).containsExactly(1L);
    assertThat(segment(segment).state()).isEqualTo(Segment.State.FINISHED);
  }

  @Test
  void shouldGoThroughPeopleOnceForAllBuildsThatWait() {
    for (var id = 1L; id <= 30; id++) {
      person(id, id % 2 == 0 ? "pro" : "free");
    }
    var read = save(plan("pro"));
    var reader = save(new Condition.Not(new Condition.InSegment(read)));
    person(31, "pro"); // whom processing has to see to for these two, and the build for the next
    var late = save(plan("pro"));

    var steps = 0;
    for (var builder = builder(10); builder.step(); ) {
      steps++;
    }

    assertThat(steps).as("one for the beginning, one for the end, four ranges").isEqualTo(6);
    assertThat(members(read)).hasSize(15).doesNotContain(31L);
    assertThat(members(reader)).hasSize(15).allMatch(id -> id % 2 == 1).doesNotContain(31L);
    assertThat(members(late)).hasSize(16).contains(31L);
  }

  @Test
  void shouldFinishTheOthersWhenOneBuildFails() {
    // given: builds of which one cannot work, as there is no such segment
    person(1, "pro");
    var segments = List.of(save(plan("pro")), save(plan("free")), save(plan("pro")));
    database.<Integer, RuntimeException>inTransaction(handle ->
        handle.execute(
            """
            INSERT INTO build (kind, target_id, workspace_id, version, epoch, started_at)
            SELECT 'segment', 1000000, 1, 1, rules, now() FROM epoch
            """));
    var builder = builder(10);

    // when
    var failures = 0;
    for (var steps = 0; steps < 40; steps++) {
      try {
        builder.step();
      } catch (IllegalStateException failure) {
        assertThat(failure).hasMessageContaining("segment 1000000 is built");
        failures++;
      }
    }

    // then
    assertThat(failures).isPositive();
    assertThat(segments)
        .allMatch(each -> segment(each).state() == Segment.State.FINISHED)
        .extracting(this::members)
        .containsExactly(Set.of(1L), Set.of(), Set.of(1L));
  }

  private void awaitWaiting() {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!database.<Boolean, RuntimeException>read(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT EXISTS (SELECT 1 FROM pg_stat_activity
                                    WHERE datname = current_database() AND wait_event_type = 'Lock')
                    """)
                .mapTo(Boolean.class)
                .one())) {
      assertThat(System.nanoTime()).as("the builder waits for a lock").isLessThan(deadline);
    }
  }

  private boolean isLeftToBuild(long personId, int segmentId) {
    return database
        .<OpenBuilds, RuntimeException>read(
            handle -> OpenBuilds.read(handle, new long[] {personId}))
        .leaves(personId, segmentId);
  }

  // ── with writers ──────────────────────────────────────────────────────────────────────────────

  private static final int PEOPLE = 400;

  /**
   * Writes as processing does: joins the epoch, locks in key order, keeps all counters and
   * segments.
   */
  private final class Writer implements Callable<Integer> {
    private final Random random;
    private final AtomicBoolean stop;
    private final AtomicInteger newborn;

    Writer(long seed, AtomicBoolean stop, AtomicInteger newborn) {
      this.random = new Random(seed);
      this.stop = stop;
      this.newborn = newborn;
    }

    @Override
    public Integer call() {
      var batches = 0;
      for (; !stop.get(); batches++) {
        database.<Integer, RuntimeException>inTransaction(this::batch);
      }
      return batches;
    }

    private int batch(Handle handle) {
      Epoch.join(handle);
      var created = new TreeSet<Long>();
      if (random.nextInt(3) == 0) {
        var slot = newborn.getAndIncrement();
        if (slot < PEOPLE) {
          created.add(
              slot * 2L + 1); // between those who were there, ahead of the cursor and behind it
        }
      }
      created.forEach(id -> insert(handle, id, "free"));
      var ids = new TreeSet<Long>();
      for (var i = 0; i < 8; i++) {
        ids.add(random.nextInt(PEOPLE) * 2L + 2);
      }
      var rows = people.lockAndLoad(handle, ids.stream().mapToLong(Long::longValue).toArray());
      var changed = new ArrayList<PeopleRepository.Row>();
      rows.forEach((id, row) -> changed.add(withPlan(row, random.nextBoolean() ? "pro" : "free")));
      people.update(handle, changed, NOW);
      var all = new TreeSet<>(rows.keySet());
      all.addAll(created);
      for (var id : all) {
        var total = random.nextInt(100);
        event(handle, id, NOW.minus(Duration.ofHours(random.nextInt(1_000))), total);
      }
      react(handle, all, created);
      return 1;
    }

    private PeopleRepository.Row withPlan(PeopleRepository.Row row, String plan) {
      return new PeopleRepository.Row(
          row.personId(),
          row.workspace(),
          row.createdAt(),
          "{\"plan\":\"%s\"}".formatted(plan),
          row.written());
    }
  }

  private void react(Handle handle, Set<Long> touched, Set<Long> created) {
    var ids = touched.stream().mapToLong(Long::longValue).toArray();
    var packed = events.counters(handle, ids);
    var stored = new TreeMap<Long, byte[]>();
    var known = kept(handle);
    var latest = latestEvents(handle, ids);
    for (var id : touched) {
      var counted = packed.containsKey(id) ? Counters.unpack(packed.get(id)) : Counters.EMPTY;
      var event = requireNonNull(latest.get(id));
      for (var counter : known) {
        if (EventFilter.matches(TestTerms.where(counter.spec()), event.data)) {
          counted =
              counted.with(
                  counter.counterId(),
                  counted
                      .get(counter.counterId())
                      .plus(event.at, counter.spec().newest(), NOW.toEpochMilli()));
        }
      }
      stored.put(id, counted.pack());
    }
    events.storeCounters(handle, stored);
    var live = segments.live(handle);
    var underWay = OpenBuilds.read(handle, ids);
    var changes = new Changes();
    var facts = facts(handle, ids, live);
    for (var id : touched) {
      for (var segment : live) { // those that are read come first
        var condition =
            segment.condition(!created.contains(id) && underWay.leaves(id, segment.segmentId()));
        if (condition == null) {
          continue;
        }
        var person = requireNonNull(facts.get(id));
        var matches = condition.matches(person);
        if (matches && person.segments().add(segment.segmentId())) {
          changes.enter(id, segment.segmentId(), NOW);
        } else if (!matches && person.segments().remove(segment.segmentId())) {
          changes.leave(id, segment.segmentId());
        }
        changes.timer(id, segment.segmentId(), condition.nextChange(person).orElse(null));
      }
    }
    memberships.write(handle, changes);
  }

  private List<CounterRepository.Stored> kept(Handle handle) {
    return counters.all(handle).stream().filter(CounterRepository.Stored::used).toList();
  }

  private record Latest(long at, Map<String, Object> data) {}

  private static Map<Long, Latest> latestEvents(Handle handle, long[] ids) {
    var latest = new HashMap<Long, Latest>();
    handle
        .createQuery(
            """
            SELECT DISTINCT ON (person_id) person_id, occurred_at, data FROM event
             WHERE person_id = ANY(:ids) ORDER BY person_id, op DESC
            """)
        .bind("ids", ids)
        .map((row, context) ->
            latest.put(
                row.getLong(1),
                new Latest(row.getTimestamp(2).getTime(), AttributesJson.parse(row.getString(3)))))
        .list();
    return latest;
  }

  private Map<Long, StoredFacts> facts(
      Handle handle, long[] ids, List<SegmentRepository.Live> live) {
    var packed = events.counters(handle, ids);
    var members = new HashMap<Long, Set<Integer>>();
    var numbers = live.stream().mapToInt(SegmentRepository.Live::segmentId).toArray();
    for (var row : memberships.load(handle, ids, numbers)) {
      if (!row.timer()) {
        members.computeIfAbsent(row.personId(), _ -> new HashSet<>()).add(row.segmentId());
      }
    }
    var facts = new HashMap<Long, StoredFacts>();
    handle
        .createQuery("SELECT person_id, attributes FROM person WHERE person_id = ANY(:ids)")
        .bind("ids", ids)
        .map((row, context) -> {
          var id = row.getLong(1);
          var bytes = packed.get(id);
          return facts.put(
              id,
              new StoredFacts(
                  NOW,
                  id,
                  AttributesJson.parse(row.getString(2)),
                  bytes == null ? Counters.EMPTY : Counters.unpack(bytes),
                  members.getOrDefault(id, new HashSet<>()),
                  Surroundings.NONE));
        })
        .list();
    return facts;
  }

  @Test
  @DisplayName("I3: a build beside writers misses nobody and counts nothing twice")
  void shouldEndWithTheMembershipAFullRecomputationGives() throws Exception {
    var seed = new Random().nextLong();
    System.out.println("builder beside writers, seed " + seed);
    for (var i = 0; i < PEOPLE; i++) {
      person(i * 2L + 2, i % 3 == 0 ? "pro" : "free");
    }
    var stop = new AtomicBoolean();
    var newborn = new AtomicInteger();
    var started = new CountDownLatch(1);
    var builder = builder(25);
    var other = builder(25);
    int first;
    int second;
    int third;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writers = new ArrayList<Future<Integer>>();
      for (var i = 0; i < 3; i++) {
        writers.add(threads.submit(new Writer(seed + i, stop, newborn)));
      }
      try {
        first = save(new Condition.Or(List.of(plan("pro"), ordered(2, 50))));
        second =
            save(
                new Condition.And(
                    List.of(ordered(1, 20), new Condition.Not(new Condition.InSegment(first)))));
        third = save(new Condition.And(List.of(new Condition.InSegment(second))));
        var beside =
            threads.submit(() -> {
              started.countDown();
              finish(other);
            });
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
        for (var i = 0; i < 20; i++) {
          builder.step();
        }
        edit(first, new Condition.And(List.of(plan("pro"), ordered(3, 10))));
        finish(builder);
        beside.get();
        finish(builder);
        edit(second, ordered(2, 30));
        for (var i = 0; i < 9; i++) {
          builder.step();
        }
        cancel(second);
        edit(first, plan("free"));
        for (var i = 0; i < 9; i++) {
          builder.step();
        }
        edit(first, ordered(1, 60));
        finish(builder);
      } finally {
        stop.set(true);
      }
      var batches = 0;
      for (var writer : writers) {
        batches += writer.get();
      }
      System.out.printf(
          "%d batches beside the builds, %d people born%n",
          batches, Math.min(PEOPLE, newborn.get()));
      assertThat(batches).isPositive();
    }
    finish(builder);
    assertThat(List.of(segment(first), segment(second), segment(third)))
        .allMatch(segment -> segment.state() == Segment.State.FINISHED);
    assertMembershipIsRight();
  }

  /** Recomputes counters and membership of everybody from events and attributes alone. */
  private void assertMembershipIsRight() {
    database.<Integer, RuntimeException>read(handle -> {
      var live = segments.live(handle);
      var known = kept(handle);
      var ids =
          handle.createQuery("SELECT person_id FROM person ORDER BY 1").mapTo(Long.class).list();
      var array = ids.stream().mapToLong(Long::longValue).toArray();
      var facts = facts(handle, array, live);
      var expected = new HashMap<Long, Counters>();
      handle
          .createQuery("SELECT person_id, occurred_at, data FROM event")
          .map((row, context) -> {
            var id = row.getLong(1);
            var data = AttributesJson.parse(row.getString(3));
            var counted = expected.getOrDefault(id, Counters.EMPTY);
            for (var counter : known) {
              if (EventFilter.matches(TestTerms.where(counter.spec()), data)) {
                counted =
                    counted.with(
                        counter.counterId(),
                        counted
                            .get(counter.counterId())
                            .plus(
                                row.getTimestamp(2).getTime(),
                                counter.spec().newest(),
                                NOW.toEpochMilli()));
              }
            }
            return expected.put(id, counted);
          })
          .list();
      for (var id : ids) {
        var stored = requireNonNull(facts.get(id));
        for (var counter : known) {
          assertThat(stored.counter(counter.counterId()))
              .as("counter %s of person %d", counter, id)
              .isEqualTo(expected.getOrDefault(id, Counters.EMPTY).get(counter.counterId()));
        }
        var truth =
            new StoredFacts(
                NOW,
                id,
                stored.attributes(),
                expected.getOrDefault(id, Counters.EMPTY),
                new HashSet<>(),
                Surroundings.NONE);
        for (var segment : live) {
          if (segment.condition().matches(truth)) {
            truth.segments().add(segment.segmentId());
          }
        }
        assertThat(stored.segments()).as("segments of person %d", id).isEqualTo(truth.segments());
      }
      return ids.size();
    });
  }
}
