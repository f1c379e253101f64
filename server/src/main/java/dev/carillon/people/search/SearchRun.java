package dev.carillon.people.search;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.search.PeopleSearch.Found;
import dev.carillon.people.search.PeopleSearch.Pace;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/** One search under way: steps, each a snapshot, until the page is full or time is over. */
final class SearchRun {
  private static final Duration LONGEST_STEP = Duration.ofSeconds(5);
  private static final int MOST_LOOKED_AT = 1_000;
  private static final int FETCHED = 100;

  private final Database database;
  private final Pace pace;
  private final Access access;
  private final SearchFilter filter;
  private final Set<Integer> asked;
  private final int limit;
  private final long end;
  private final List<Names> found = new ArrayList<>();
  private @Nullable Bound bound;
  private long after;
  private int lookedAt;

  SearchRun(Database database, Pace pace, Access access, SearchFilter filter, int limit) {
    this.database = database;
    this.pace = pace;
    this.end = System.nanoTime() + pace.time().toNanos();
    this.access = access;
    this.filter = filter;
    this.asked = SearchFilter.segments(filter);
    this.limit = limit;
  }

  /** How a step looks for people, and where that leads. */
  private enum Way {
    /** Along an index that leads to nobody else; nothing is passed over. */
    STRAIGHT,
    /** Along all people, a bounded number of them. */
    WALK,
    /** To whoever the indexes name, however far away. */
    LEAP
  }

  /** What a step came to. */
  private enum Step {
    /** Whoever the indexes name was looked at, up to the last person there is. */
    ENDED,
    /** There were more people to look at than a step takes. */
    FULL,
    /** The walk passed everybody it was to pass. */
    PASSED,
    /** It took too long; nothing was found. */
    GAVE_UP
  }

  Found from(long start) {
    after = start;
    var way = Way.WALK;
    var mayLeap = true;
    while (true) {
      var step = step(way);
      if (found.size() > limit) {
        var page = found.subList(0, limit);
        return new Found(page, page.getLast().personId(), true);
      }
      if (step == Step.ENDED || System.nanoTime() > end) {
        return new Found(found, after, step != Step.ENDED);
      }
      mayLeap &= step != Step.GAVE_UP;
      way = next(way, step, mayLeap);
    }
  }

  private Way next(Way way, Step step, boolean mayLeap) {
    if (bound != null && bound.leads()) {
      return Way.STRAIGHT;
    }
    return switch (step) {
      case FULL -> way;
      case PASSED -> mayLeap ? Way.LEAP : Way.WALK;
      case GAVE_UP, ENDED -> Way.WALK;
    };
  }

  private Step step(Way way) {
    try {
      return database.snapshot(
          way == Way.LEAP ? pace.leap() : LONGEST_STEP, handle -> step(handle, way));
    } catch (JdbiException failure) {
      if (Database.tookTooLong(failure)) {
        if (way == Way.LEAP) {
          return Step.GAVE_UP;
        }
        throw new SearchUnavailable(failure);
      }
      throw failure;
    }
  }

  private Step step(Handle handle, Way way) {
    // What a statement costs depends on what is asked for: no plan fits all.
    handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
    var known = bound;
    if (known == null) {
      known = new BoundReading(access, segments(handle, "true")).of(filter);
      bound = known;
    }
    var passing = way == Way.WALK && !known.leads();
    var upTo = passing ? passed(handle) : Long.MAX_VALUE;
    lookedAt = Math.max(limit + 1 - found.size(), Math.min(MOST_LOOKED_AT, 4 * lookedAt));
    var candidates =
        new CandidateQuery(access.workspace(), known, passing, segments(handle, "served < version"))
            .run(handle, after, upTo, lookedAt);
    look(handle, candidates);
    if (candidates.size() == lookedAt) {
      after = candidates.getLast();
      return Step.FULL;
    }
    if (upTo == Long.MAX_VALUE) {
      return Step.ENDED;
    }
    after = upTo;
    return Step.PASSED;
  }

  /** The last person a walk passes; {@link Long#MAX_VALUE} when it passes all there are. */
  private long passed(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT person_id FROM person WHERE workspace_id = :workspace AND person_id > :after
             ORDER BY person_id OFFSET :skip LIMIT 1
            """)
        .bind("workspace", access.workspace().value())
        .bind("after", after)
        .bind("skip", pace.walked() - 1)
        .mapTo(Long.class)
        .findOne()
        .orElse(Long.MAX_VALUE);
  }

  /** Those of the segments asked about that the workspace has and of which this is true. */
  private Set<Integer> segments(Handle handle, String state) {
    return asked.isEmpty()
        ? Set.of()
        : handle
            .createQuery(
                "SELECT segment_id FROM segment WHERE workspace_id = :workspace AND segment_id = ANY(:segments) AND "
                    + state)
            .bind("workspace", access.workspace().value())
            .bind("segments", asked.stream().mapToInt(Integer::intValue).toArray())
            .mapTo(Integer.class)
            .set();
  }

  /** Adds those who fulfil the filter, until there is one more than the page holds. */
  private void look(Handle handle, List<Long> candidates) {
    if (candidates.isEmpty()) {
      return;
    }
    var ids = candidates.stream().mapToLong(Long::longValue).toArray();
    var members = members(handle, ids);
    try (var people = people(handle, ids)) {
      while (people.hasNext() && found.size() <= limit) {
        var row = people.next();
        var candidate =
            new Candidate(
                row.personId,
                AttributesJson.parse(row.attributes),
                members.getOrDefault(row.personId, Set.of()));
        if (SearchFilter.matches(filter, candidate)) {
          found.add(Names.of(row.personId, candidate.attributes()));
        }
      }
    }
  }

  private record Row(long personId, String attributes) {}

  /** Fetched as they are looked at: attributes may be large. */
  private ResultIterator<Row> people(Handle handle, long[] ids) {
    return handle
        .createQuery(
            """
            SELECT person_id, attributes FROM person
             WHERE person_id = ANY(:people) AND workspace_id = :workspace ORDER BY person_id
            """)
        .bind("people", ids)
        .bind("workspace", access.workspace().value())
        .setFetchSize(FETCHED)
        .map((row, _) -> new Row(row.getLong(1), row.getString(2)))
        .iterator();
  }

  private Map<Long, Set<Integer>> members(Handle handle, long[] ids) {
    var members = new HashMap<Long, Set<Integer>>();
    if (!asked.isEmpty()) {
      handle
          .createQuery(
              """
              SELECT m.person_id, m.segment_id FROM served_member m JOIN segment s USING (segment_id)
               WHERE m.person_id = ANY(:people) AND m.segment_id = ANY(:segments) AND s.workspace_id = :workspace
              """)
          .bind("people", ids)
          .bind("segments", asked.stream().mapToInt(Integer::intValue).toArray())
          .bind("workspace", access.workspace().value())
          .map((row, _) ->
              members.computeIfAbsent(row.getLong(1), _ -> new HashSet<>()).add(row.getInt(2)))
          .list();
    }
    return members;
  }
}
