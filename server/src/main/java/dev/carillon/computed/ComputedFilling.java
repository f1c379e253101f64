package dev.carillon.computed;

import dev.carillon.people.AttributesJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Adds up the stored events of people anew, exactly as live. */
public final class ComputedFilling {
  private static final int FETCHED = 2_000;

  private ComputedFilling() {}

  /**
   * The tallies of these people by what the event table says; people of whom nothing counts are
   * absent. Events that still have to move to somebody after a merge count as that person's. Rows
   * are streamed in order of receipt, because one person may have very many.
   */
  public static Map<TallyRepository.Key, Tally> of(
      Handle handle, long[] people, List<ComputedAttribute> attributes) {
    var tallies = new HashMap<TallyRepository.Key, Tally>();
    if (attributes.isEmpty() || people.length == 0) {
      return tallies;
    }
    try (var rows =
        handle
            .createQuery(
                """
                SELECT coalesce(m.primary_id, e.person_id), a.computed_id,
                       floor(extract(epoch FROM e.occurred_at) * 1000)::bigint, e.data
                  FROM event e
                  JOIN computed_attribute a ON a.computed_id = ANY(:ids) AND a.name_id = e.name_id
                  LEFT JOIN merger m ON m.secondary_id = e.person_id
                 WHERE e.person_id = ANY(:people || ARRAY(SELECT secondary_id FROM merger WHERE primary_id = ANY(:people)))
                   AND e.name_id = ANY(ARRAY(SELECT name_id FROM computed_attribute WHERE computed_id = ANY(:ids)))
                 ORDER BY e.op
                """)
            .bind("ids", attributes.stream().mapToInt(ComputedAttribute::id).toArray())
            .bind("people", people)
            .setFetchSize(FETCHED)
            .map((row, _) ->
                new Happened(
                    new TallyRepository.Key(row.getLong(1), row.getInt(2)),
                    row.getLong(3),
                    row.getString(4)))
            .stream()) {
      var byId = new HashMap<Integer, ComputedDefinition>();
      attributes.forEach(each -> byId.put(each.id(), each.definition()));
      rows.forEach(event -> {
        var definition = byId.get(event.key.computedId());
        var value = definition == null ? null : definition.usable(AttributesJson.parse(event.data));
        if (definition != null && value != null) {
          tallies.put(
              event.key,
              definition.computation().plus(tallies.get(event.key), event.atMillis, value));
        }
      });
    }
    return tallies;
  }

  private record Happened(TallyRepository.Key key, long atMillis, String data) {}
}
