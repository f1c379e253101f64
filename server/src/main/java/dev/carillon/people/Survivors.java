package dev.carillon.people;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Who lives on as whom, while rows of merged people still wait to be moved (P-26). */
public final class Survivors {

  /**
   * The people others were merged into.
   *
   * @param people keys of people who may be gone
   * @return one step of the way: the survivor may itself have been merged; absent: not merged, or
   *     so long ago that nothing names the person any more
   */
  public Map<Long, Long> of(Handle handle, Collection<Long> people) {
    var survivors = new HashMap<Long, Long>();
    handle
        .createQuery(
            "SELECT secondary_id, primary_id FROM merger WHERE secondary_id = ANY(:people)")
        .bind("people", people.stream().mapToLong(Long::longValue).toArray())
        .map((row, _) -> survivors.put(row.getLong(1), row.getLong(2)))
        .list();
    return survivors;
  }
}
