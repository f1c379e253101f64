package dev.carillon.segments;

import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Builds of segments that have not reached everybody, as somebody sees them who has locked people:
 * which segments of these people are left to a build. That is so when the build has not reached the
 * person, who was there before it began.
 *
 * <p>There may be hundreds of builds and thousands of people, so their pairs are never listed.
 */
public final class OpenBuilds {
  /** No build is under way. */
  public static final OpenBuilds NONE = new OpenBuilds(Map.of(), Map.of());

  private final Map<Integer, Cursor> bySegment;
  private final Map<Long, Integer> born;

  private OpenBuilds(Map<Integer, Cursor> bySegment, Map<Long, Integer> born) {
    this.bySegment = bySegment;
    this.born = born;
  }

  private record Cursor(int epoch, long doneTo) {}

  /**
   * Reads them for people. Called after the people are locked, so that nobody is left to a build
   * that has passed. People the caller has just created are left to none.
   */
  public static OpenBuilds read(Handle handle, long[] people) {
    var bySegment = new HashMap<Integer, Cursor>();
    var born = new HashMap<Long, Integer>();
    handle
        .createQuery(
            """
            SELECT true, target_id::bigint, epoch, done_to FROM build WHERE kind = 'segment'
             UNION ALL
            SELECT false, person_id, born, 0 FROM person
             WHERE person_id = ANY(:people) AND person_id > (SELECT min(done_to) FROM build WHERE kind = 'segment')
            """)
        .bind("people", people)
        .map((row, context) ->
            row.getBoolean(1)
                ? bySegment.put((int) row.getLong(2), new Cursor(row.getInt(3), row.getLong(4)))
                : born.put(row.getLong(2), row.getInt(3)))
        .list();
    return new OpenBuilds(bySegment, born);
  }

  /**
   * The same when it is known when the people were born.
   *
   * @param born the epoch of each person's birth
   */
  static OpenBuilds read(Handle handle, Map<Long, Integer> born) {
    var bySegment = new HashMap<Integer, Cursor>();
    handle
        .createQuery("SELECT target_id, epoch, done_to FROM build WHERE kind = 'segment'")
        .map((row, context) ->
            bySegment.put(row.getInt(1), new Cursor(row.getInt(2), row.getLong(3))))
        .list();
    return new OpenBuilds(bySegment, born);
  }

  /** Whether the membership of a person in a segment is left to a build. */
  public boolean leaves(long personId, int segmentId) {
    var cursor = bySegment.get(segmentId);
    if (cursor == null || cursor.doneTo >= personId) {
      return false;
    }
    var epoch = born.get(personId);
    return epoch != null && epoch < cursor.epoch;
  }
}
