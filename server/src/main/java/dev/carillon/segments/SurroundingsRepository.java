package dev.carillon.segments;

import dev.carillon.people.AttributesJson;
import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.segments.Surroundings.Relation;
import dev.carillon.segments.Surroundings.Travels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Reads the surroundings of many people at once, each kind in a statement of its own and only the
 * kinds that are asked for. To be called under the locks of the people whose answers are stored;
 * without them what it tells may be a moment old.
 *
 * <p><b>What is held.</b> Of objects and relationships only the attributes that conditions name are
 * kept, and of nobody more than {@link #MOST_RELATIONSHIPS}: whoever is related to a hundred
 * thousand objects costs no more than that. Who asks for many people who have many relationships
 * together gets {@link TooManyRelationships} and asks for fewer people at a time.
 */
public final class SurroundingsRepository {
  /**
   * Relationships of one person that conditions look at: those to the newest objects, of whatever
   * type. Explanations say when there are more.
   */
  public static final int MOST_RELATIONSHIPS = 10_000;

  /** Relationships held at a time, unless all are of one person. */
  private static final int MOST_AT_ONCE = 2 * MOST_RELATIONSHIPS;

  /** Rows that travel at a time: an object may have 100 KB of attributes. */
  private static final int FETCHED = 500;

  /** Surroundings while they are put together. */
  private static final class Draft {
    private final List<OwnDevice> devices = new ArrayList<>();
    private final Map<Integer, Collection<Relation>> related = new HashMap<>();
    private final Map<Integer, Travels> campaigns = new HashMap<>();
    private int relationships;
    private boolean more;
  }

  /**
   * The part asked for of the surroundings of these people; who is absent has {@link
   * Surroundings#NONE}.
   *
   * @throws TooManyRelationships when they are too many to be held; never for one person
   */
  public Map<Long, Surroundings> load(Handle handle, long[] people, Part part) {
    if (people.length == 0 || part.isEmpty()) {
      return Map.of();
    }
    var drafts = new HashMap<Long, Draft>();
    if (part.devices()) {
      devices(handle, people, drafts);
    }
    if (!part.objects().isEmpty()) {
      related(handle, people, part.objects(), drafts);
    }
    if (!part.campaigns().isEmpty()) {
      travels(handle, people, part.campaigns(), drafts);
    }
    var loaded = new HashMap<Long, Surroundings>();
    drafts.forEach((person, draft) ->
        loaded.put(
            person, new Surroundings(draft.devices, draft.related, draft.more, draft.campaigns)));
    return loaded;
  }

  private static Draft draft(Map<Long, Draft> drafts, long personId) {
    return drafts.computeIfAbsent(personId, _ -> new Draft());
  }

  private static void devices(Handle handle, long[] people, Map<Long, Draft> drafts) {
    handle
        .createQuery(
            """
            SELECT person_id, token, platform, last_used, attributes, updated_at FROM device
             WHERE person_id = ANY(:people) ORDER BY person_id, last_used DESC, token
            """)
        .bind("people", people)
        .map((row, _) ->
            draft(drafts, row.getLong(1))
                .devices
                .add(
                    new OwnDevice(
                        row.getString(2),
                        row.getString(3),
                        row.getTimestamp(4).toInstant(),
                        AttributesJson.parse(row.getString(5)),
                        row.getTimestamp(6).toInstant())))
        .list();
  }

  /** A relationship whose object has still to be read. */
  private record Half(
      long personId, long objectKey, Map<String, Object> attributes, Instant changedAt) {}

  private static void related(
      Handle handle, long[] people, Map<Integer, Set<String>> types, Map<Long, Draft> drafts) {
    var halves = halves(handle, people, names(types), drafts);
    var objects =
        objects(handle, halves.stream().mapToLong(Half::objectKey).distinct().toArray(), types);
    for (var half : halves) {
      var object = objects.get(half.objectKey);
      if (object != null) {
        draft(drafts, half.personId)
            .related
            .computeIfAbsent(object.typeId, _ -> new ArrayList<>())
            .add(
                new Relation(
                    half.objectKey,
                    object.objectId,
                    object.attributes,
                    half.attributes,
                    object.changedAt.isAfter(half.changedAt) ? object.changedAt : half.changedAt));
      }
    }
  }

  private static Set<String> names(Map<Integer, Set<String>> types) {
    var names = new HashSet<String>();
    types.values().forEach(names::addAll);
    return names;
  }

  /**
   * Relationships of whatever type, as which one it is stands in the object; people have few types.
   * One row more than is looked at tells that there are more.
   */
  private static List<Half> halves(
      Handle handle, long[] people, Set<String> names, Map<Long, Draft> drafts) {
    var halves = new ArrayList<Half>();
    try (var rows =
        handle
            .createQuery(
                """
                SELECT r.person_id, r.object_key, r.attributes, r.updated_at
                  FROM unnest(:people) AS p(person_id)
                 CROSS JOIN LATERAL (
                       SELECT * FROM relationship WHERE person_id = p.person_id
                        ORDER BY object_key DESC LIMIT :most) r
                """)
            .bind("people", people)
            .bind("most", MOST_RELATIONSHIPS + 1)
            .setFetchSize(FETCHED)
            .map((row, _) ->
                new Half(
                    row.getLong(1),
                    row.getLong(2),
                    kept(row.getString(3), names),
                    row.getTimestamp(4).toInstant()))
            .iterator()) {
      while (rows.hasNext()) {
        var half = rows.next();
        var draft = draft(drafts, half.personId);
        if (draft.relationships == MOST_RELATIONSHIPS) {
          draft.more = true;
          continue;
        }
        draft.relationships++;
        halves.add(half);
        if (people.length > 1 && halves.size() > MOST_AT_ONCE) {
          throw new TooManyRelationships(people.length, MOST_AT_ONCE);
        }
      }
    }
    return halves;
  }

  private record Thing(
      int typeId, String objectId, Map<String, Object> attributes, Instant changedAt) {}

  private static Map<Long, Thing> objects(
      Handle handle, long[] keys, Map<Integer, Set<String>> types) {
    var objects = new HashMap<Long, Thing>();
    if (keys.length == 0) {
      return objects;
    }
    try (var rows =
        handle
            .createQuery(
                """
                SELECT object_key, type_id, object_id, attributes, updated_at FROM object
                 WHERE object_key = ANY(:keys) AND type_id = ANY(:types)
                """)
            .bind("keys", keys)
            .bind("types", types.keySet().stream().mapToInt(Integer::intValue).toArray())
            .setFetchSize(FETCHED)
            .map((row, _) ->
                Map.entry(
                    row.getLong(1),
                    new Thing(
                        row.getInt(2),
                        row.getString(3),
                        kept(row.getString(4), types.getOrDefault(row.getInt(2), Set.of())),
                        row.getTimestamp(5).toInstant())))
            .iterator()) {
      rows.forEachRemaining(each -> objects.put(each.getKey(), each.getValue()));
    }
    return objects;
  }

  private static Map<String, Object> kept(String json, Set<String> names) {
    var attributes = AttributesJson.parse(json);
    attributes.keySet().retainAll(names);
    return attributes.isEmpty() ? Map.of() : attributes;
  }

  /**
   * Who was merged into somebody who has been in the campaign left no journey early: it was theirs,
   * and the primary's own goes on (P-25).
   */
  private static void travels(
      Handle handle, long[] people, Set<Integer> campaigns, Map<Long, Draft> drafts) {
    handle
        .createQuery(
            """
            SELECT person_id, campaign_id, count(*)::int, count(wake_at)::int, bool_or(state = 'finished'),
                   bool_or(state = 'exited' AND end_reason IS DISTINCT FROM 'merged_person'),
                   max(greatest(started_at, ended_at))
              FROM journey WHERE person_id = ANY(:people) AND campaign_id = ANY(:campaigns)
             GROUP BY person_id, campaign_id
            """)
        .bind("people", people)
        .bind("campaigns", campaigns.stream().mapToInt(Integer::intValue).toArray())
        .map((row, _) ->
            draft(drafts, row.getLong(1))
                .campaigns
                .put(
                    row.getInt(2),
                    new Travels(
                        row.getInt(3),
                        row.getInt(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getTimestamp(7).toInstant())))
        .list();
  }
}
