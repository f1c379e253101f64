package dev.carillon.segments;

import static java.util.Objects.requireNonNull;

import dev.carillon.store.Seconds;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which segment and when it may change by itself; read and written for whole batches of
 * locked people.
 *
 * <p>All of it is stored twice: in tables that answer by segment and by time, and packed for each
 * person ({@link PackedSegments}), which is what is read of somebody something happens to. Both are
 * written in one transaction, under the person's lock.
 */
public final class MembershipRepository {

  /**
   * A stored membership or timer.
   *
   * @param timer true: {@code at} is when to look again; false: {@code at} is when the person
   *     entered
   */
  public record Row(long personId, int segmentId, Instant at, boolean timer) {}

  /** The memberships and timers of these people in these segments. */
  public List<Row> load(Handle handle, long[] people, int[] segments) {
    var rows = new ArrayList<Row>();
    load(handle, people, segments, rows::add);
    return rows;
  }

  /** The same, each as it is read. */
  public void load(Handle handle, long[] people, int[] segments, Consumer<Row> found) {
    var ascending = Arrays.stream(segments).sorted().toArray();
    packed(
        handle,
        people,
        (personId, packed) ->
            PackedSegments.read(
                packed,
                ascending,
                (segment, at, timer) -> found.accept(new Row(personId, segment, at, timer))));
  }

  private static void packed(Handle handle, long[] people, BiConsumer<Long, byte[]> found) {
    handle
        .createQuery("SELECT person_id, packed FROM person_segments WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, context) -> {
          found.accept(row.getLong(1), row.getBytes(2));
          return 1;
        })
        .forEach(_ -> {});
  }

  /** What a batch changes, in key order. */
  public static final class Changes {
    private final TreeMap<Key, Instant> entered = new TreeMap<>();
    private final List<Key> left = new ArrayList<>();
    private final TreeMap<Key, Instant> armed = new TreeMap<>();
    private final List<Key> disarmed = new ArrayList<>();
    private final List<Former> former = new ArrayList<>();

    /** The person is in the segment from now on. */
    public void enter(long personId, int segmentId, Instant at) {
      entered.put(new Key(personId, segmentId), at);
    }

    /** The person is in the segment no more. */
    public void leave(long personId, int segmentId) {
      left.add(new Key(personId, segmentId));
    }

    /**
     * What the person was in the segment by the conditions before, as a build has found otherwise.
     *
     * @param version the one that is built
     * @param enteredAt null: was no member
     */
    void former(long personId, int segmentId, int version, @Nullable Instant enteredAt) {
      former.add(new Former(new Key(personId, segmentId), version, enteredAt));
    }

    /** When to look again; null: never. */
    public void timer(long personId, int segmentId, @Nullable Instant at) {
      if (at == null) {
        disarmed.add(new Key(personId, segmentId));
      } else {
        armed.put(new Key(personId, segmentId), at);
      }
    }
  }

  private record Former(Key key, int version, @Nullable Instant enteredAt) {}

  private record Key(long personId, int segmentId) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      var byPerson = Long.compare(personId, other.personId);
      return byPerson != 0 ? byPerson : Integer.compare(segmentId, other.segmentId);
    }
  }

  /** Stores the changes, each kind in one statement and only when there are any. */
  public void write(Handle handle, Changes changes) {
    pack(handle, changes);
    if (!changes.entered.isEmpty()) {
      upsert(
          handle,
          """
          INSERT INTO segment_member (person_id, segment_id, entered_at)
          SELECT u.person, u.segment, to_timestamp(u.at) FROM unnest(:people, :segments, :at) AS u(person, segment, at)
          ON CONFLICT (person_id, segment_id) DO UPDATE SET entered_at = excluded.entered_at
          """,
          changes.entered);
    }
    if (!changes.left.isEmpty()) {
      delete(handle, "segment_member", changes.left);
    }
    if (!changes.former.isEmpty()) {
      former(handle, changes.former);
    }
    if (!changes.armed.isEmpty()) {
      upsert(
          handle,
          """
          INSERT INTO segment_timer (person_id, segment_id, due_at)
          SELECT u.person, u.segment, to_timestamp(u.at) FROM unnest(:people, :segments, :at) AS u(person, segment, at)
          ON CONFLICT (person_id, segment_id) DO UPDATE SET due_at = excluded.due_at
          """,
          changes.armed);
    }
    if (!changes.disarmed.isEmpty()) {
      delete(handle, "segment_timer", changes.disarmed);
    }
  }

  private static void pack(Handle handle, Changes changes) {
    var people = new TreeSet<Long>();
    changes.entered.keySet().forEach(key -> people.add(key.personId));
    changes.left.forEach(key -> people.add(key.personId));
    changes.armed.keySet().forEach(key -> people.add(key.personId));
    changes.disarmed.forEach(key -> people.add(key.personId));
    if (!people.isEmpty()) {
      var packed = read(handle, people);
      changes.entered.forEach((key, at) -> of(packed, key).enter(key.segmentId, at));
      changes.left.forEach(key -> of(packed, key).leave(key.segmentId));
      changes.armed.forEach((key, at) -> of(packed, key).arm(key.segmentId, at));
      changes.disarmed.forEach(key -> of(packed, key).disarm(key.segmentId));
      store(handle, packed);
    }
  }

  /** Everything about these people, to be changed and stored. */
  private static TreeMap<Long, PackedSegments> read(Handle handle, SortedSet<Long> people) {
    var all = new TreeMap<Long, PackedSegments>();
    people.forEach(personId -> all.put(personId, PackedSegments.none()));
    packed(
        handle, longs(people), (personId, packed) -> all.put(personId, PackedSegments.of(packed)));
    return all;
  }

  private static PackedSegments of(Map<Long, PackedSegments> people, Key key) {
    return requireNonNull(people.get(key.personId));
  }

  private static void store(Handle handle, TreeMap<Long, PackedSegments> people) {
    handle
        .createUpdate(
            """
            INSERT INTO person_segments (person_id, packed) SELECT * FROM unnest(:people, :packed)
            ON CONFLICT (person_id) DO UPDATE SET packed = excluded.packed
            """)
        .bind("people", longs(people.keySet()))
        .bind("packed", people.values().stream().map(PackedSegments::pack).toArray(byte[][]::new))
        .execute();
  }

  private static long[] longs(Collection<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Packs what the tables by segment say of locked people: after what goes by segments, or is
   * seldom done.
   */
  public static void repack(Handle handle, long[] people) {
    var all = new TreeMap<Long, PackedSegments>();
    Arrays.stream(people).forEach(personId -> all.put(personId, PackedSegments.none()));
    handle
        .createQuery(
            """
            SELECT person_id, segment_id, entered_at, false FROM segment_member WHERE person_id = ANY(:people)
             UNION ALL
            SELECT person_id, segment_id, due_at, true FROM segment_timer WHERE person_id = ANY(:people)
            """)
        .bind("people", people)
        .map((row, context) ->
            new Row(
                row.getLong(1), row.getInt(2), row.getTimestamp(3).toInstant(), row.getBoolean(4)))
        .forEach(row -> {
          var packed = requireNonNull(all.get(row.personId));
          if (row.timer) {
            packed.arm(row.segmentId, row.at);
          } else {
            packed.enter(row.segmentId, row.at);
          }
        });
    store(handle, all);
  }

  /**
   * Removes everybody from a segment that is gone, or its timers: some people at a time, those
   * whose lock nobody holds.
   *
   * @param timers whose timers to remove, instead of memberships
   * @param most how many people
   * @return whether there may be more
   */
  static boolean forget(Handle handle, int segmentId, boolean timers, int most) {
    var table = timers ? "segment_timer" : "segment_member";
    var found = new AtomicInteger();
    var locked = new ArrayList<Long>();
    var free = new ArrayList<Long>();
    handle
        .createQuery(
            """
            WITH wanted AS MATERIALIZED (SELECT person_id FROM %s WHERE segment_id = :segment LIMIT :most),
            locked AS MATERIALIZED (
              SELECT person_id FROM person WHERE person_id = ANY(ARRAY(SELECT person_id FROM wanted))
               ORDER BY person_id FOR NO KEY UPDATE SKIP LOCKED)
            SELECT w.person_id, l.person_id IS NOT NULL, p.person_id IS NULL
              FROM wanted w LEFT JOIN locked l USING (person_id) LEFT JOIN person p ON p.person_id = w.person_id
            """
                .formatted(table))
        .bind("segment", segmentId)
        .bind("most", most)
        .map((row, context) -> {
          var isLocked = row.getBoolean(2);
          if (isLocked || row.getBoolean(3)) { // of nobody: nobody else touches that
            free.add(row.getLong(1));
          }
          if (isLocked) {
            locked.add(row.getLong(1));
          }
          return found.incrementAndGet();
        })
        .forEach(_ -> {});
    if (!free.isEmpty()) {
      handle
          .createUpdate(
              "DELETE FROM %s WHERE segment_id = :segment AND person_id = ANY(:people)"
                  .formatted(table))
          .bind("segment", segmentId)
          .bind("people", longs(free))
          .execute();
    }
    if (!locked.isEmpty()) {
      repack(handle, longs(locked));
    }
    return found.get() > 0;
  }

  /** What is noted and holds stays: a build that was replaced has found it before. */
  private static void former(Handle handle, List<Former> rows) {
    handle
        .createUpdate(
            """
            INSERT INTO segment_former AS f (segment_id, person_id, version, entered_at)
            SELECT u.segment, u.person, u.version, to_timestamp(u.at)
              FROM unnest(:segments, :people, :versions, :at::float8[]) AS u(segment, person, version, at)
            ON CONFLICT (segment_id, person_id) DO UPDATE SET version = excluded.version, entered_at = excluded.entered_at
             WHERE f.version <= (SELECT s.served FROM segment s WHERE s.segment_id = excluded.segment_id)
            """)
        .bind("segments", rows.stream().mapToInt(row -> row.key.segmentId).toArray())
        .bind("people", rows.stream().mapToLong(row -> row.key.personId).toArray())
        .bind("versions", rows.stream().mapToInt(Former::version).toArray())
        .bind("at", rows.stream().map(row -> seconds(row.enteredAt)).toArray(Double[]::new))
        .execute();
  }

  private static @Nullable Double seconds(@Nullable Instant at) {
    return at == null ? null : Seconds.of(List.of(at), each -> each)[0];
  }

  private static void upsert(Handle handle, String sql, TreeMap<Key, Instant> rows) {
    handle
        .createUpdate(sql)
        .bind("people", rows.keySet().stream().mapToLong(Key::personId).toArray())
        .bind("segments", rows.keySet().stream().mapToInt(Key::segmentId).toArray())
        .bind("at", Seconds.of(rows.values(), at -> at))
        .execute();
  }

  private static void delete(Handle handle, String table, List<Key> rows) {
    handle
        .createUpdate(
            """
            DELETE FROM %s t USING unnest(:people, :segments) AS u(person_id, segment_id)
             WHERE t.person_id = u.person_id AND t.segment_id = u.segment_id
            """
                .formatted(table))
        .bind("people", rows.stream().mapToLong(Key::personId).toArray())
        .bind("segments", rows.stream().mapToInt(Key::segmentId).toArray())
        .execute();
  }

  /** Somebody is to be looked at for a segment. */
  public record Wake(long personId, int segmentId, Instant at) {}

  /** Sees to it that timers of locked people run out at these instants, or before. */
  public void wake(Handle handle, Collection<Wake> wakes) {
    var rows = new TreeMap<Key, Instant>();
    for (var wake : wakes) {
      rows.merge(
          new Key(wake.personId, wake.segmentId),
          wake.at,
          (one, other) -> one.isBefore(other) ? one : other);
    }
    if (!rows.isEmpty()) {
      upsert(
          handle,
          """
          INSERT INTO segment_timer AS t (person_id, segment_id, due_at)
          SELECT u.person, u.segment, to_timestamp(u.at) FROM unnest(:people, :segments, :at) AS u(person, segment, at)
          ON CONFLICT (person_id, segment_id) DO UPDATE SET due_at = excluded.due_at WHERE t.due_at > excluded.due_at
          """,
          rows);
      var packed =
          read(
              handle,
              rows.keySet().stream()
                  .map(Key::personId)
                  .collect(Collectors.toCollection(TreeSet::new)));
      rows.forEach((key, at) -> of(packed, key).armBy(key.segmentId, at));
      store(handle, packed);
    }
  }

  /** Removes deleted people from all segments. */
  public void deletePeople(Handle handle, long[] people) {
    handle
        .createUpdate("DELETE FROM segment_member WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM segment_timer WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM segment_former WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
    handle
        .createUpdate("DELETE FROM person_segments WHERE person_id = ANY(:people)")
        .bind("people", people)
        .execute();
  }

  /** A timer that has run out. */
  public record Due(long personId, int segmentId, Instant at) {}

  /**
   * Timers due at {@code now} of people in these groups ({@code person_id mod 16}), the earliest
   * first. Only candidates: they are read again under the people's locks.
   */
  public List<Due> due(Handle handle, Instant now, int[] groups, int limit) {
    return handle
        .createQuery(
            """
            SELECT person_id, segment_id, due_at FROM segment_timer
             WHERE due_at <= :now AND (person_id & 15)::int = ANY(:groups) ORDER BY due_at LIMIT :limit
            """)
        .bind("now", now)
        .bind("groups", groups)
        .bind("limit", limit)
        .map((row, context) -> due(row))
        .list();
  }

  /** All timers of these people that are due at {@code now}. */
  public List<Due> dueOf(Handle handle, long[] people, Instant now) {
    return handle
        .createQuery(
            """
            SELECT person_id, segment_id, due_at FROM segment_timer
             WHERE person_id = ANY(:people) AND due_at <= :now
            """)
        .bind("people", people)
        .bind("now", now)
        .map((row, context) -> due(row))
        .list();
  }

  private static Due due(ResultSet row) throws SQLException {
    return new Due(row.getLong(1), row.getInt(2), row.getTimestamp(3).toInstant());
  }

  /** Looks at the timers of a person that are due at {@code now} again at another time. */
  public void postpone(Handle handle, long personId, Instant now, Instant at) {
    handle
        .createQuery("SELECT 1 FROM person WHERE person_id = :person FOR NO KEY UPDATE")
        .bind("person", personId)
        .mapTo(Integer.class)
        .list();
    handle
        .createUpdate(
            "UPDATE segment_timer SET due_at = :at WHERE person_id = :person AND due_at <= :now")
        .bind("at", at)
        .bind("person", personId)
        .bind("now", now)
        .execute();
    repack(handle, new long[] {personId});
  }
}
