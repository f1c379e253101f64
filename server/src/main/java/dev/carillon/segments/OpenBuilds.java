package dev.carillon.segments;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Builds of segments that have not reached everybody, as somebody sees them who has locked people:
 * which segments of these people are left to a build. That is so when the build has not reached the
 * person, who was there before it began.
 *
 * <p>There may be hundreds of builds and thousands of people, so their pairs are never listed.
 */
public final class OpenBuilds {
  /** No build is under way. */
  public static final OpenBuilds NONE = new OpenBuilds(Map.of(), Map.of(), Map.of());

  private final Map<Integer, Begun> bySegment;
  private final Map<Integer, Cursor> byPass;
  private final Map<Long, Integer> born;

  private OpenBuilds(
      Map<Integer, Begun> bySegment, Map<Integer, Cursor> byPass, Map<Long, Integer> born) {
    this.bySegment = bySegment;
    this.byPass = byPass;
    this.born = born;
  }

  /**
   * A build.
   *
   * @param passId 0: not begun
   */
  private record Begun(int epoch, int passId) {}

  private record Cursor(long doneTo, Set<Long> skipped) {}

  private static final Cursor START = new Cursor(0, Set.of());

  /**
   * Reads them for people. Called after the people are locked, so that nobody is left to a build
   * that has passed. People the caller has just created are left to none.
   */
  public static OpenBuilds read(Handle handle, long[] people) {
    return read(
        handle,
        new HashMap<>(),
        people,
        """
         UNION ALL
        SELECT 3, born, 0, person_id, NULL FROM person WHERE person_id = ANY(:people)
        """);
  }

  /**
   * The same when it is known when the people were born.
   *
   * @param born the epoch of each person's birth
   */
  static OpenBuilds read(Handle handle, Map<Long, Integer> born) {
    return read(handle, born, new long[0], "");
  }

  private static OpenBuilds read(
      Handle handle, Map<Long, Integer> born, long[] people, String birth) {
    var bySegment = new HashMap<Integer, Begun>();
    var byPass = new HashMap<Integer, Cursor>();
    Query query =
        handle.createQuery(
            """
            SELECT 1, target_id, epoch, coalesce(pass_id, 0)::bigint, NULL::bigint[] FROM build WHERE kind = 'segment'
             UNION ALL
            SELECT 2, pass_id, 0, done_to, skipped FROM build_pass WHERE kind = 'segment'
            """
                + birth);
    if (!birth.isEmpty()) {
      query.bind("people", people);
    }
    query
        .map((row, context) -> {
          switch (row.getInt(1)) {
            case 1 -> bySegment.put(row.getInt(2), new Begun(row.getInt(3), (int) row.getLong(4)));
            case 2 ->
                byPass.put(
                    row.getInt(2),
                    new Cursor(row.getLong(4), Set.of((Long[]) row.getArray(5).getArray())));
            default -> born.put(row.getLong(4), row.getInt(2));
          }
          return row.getInt(1);
        })
        .list();
    return new OpenBuilds(bySegment, byPass, born);
  }

  /** Whether the membership of a person in a segment is left to a build. */
  public boolean leaves(long personId, int segmentId) {
    var build = bySegment.get(segmentId);
    if (build == null) {
      return false;
    }
    var cursor = byPass.getOrDefault(build.passId, START);
    if (personId <= cursor.doneTo && !cursor.skipped.contains(personId)) {
      return false;
    }
    var epoch = born.get(personId);
    return epoch != null && epoch < build.epoch;
  }
}
