package dev.carillon.people.search;

import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The statement that asks for the people inside a {@link Bound}, in the order of their keys, and
 * with them for those whose keys are not up to date: they are inside as far as anybody knows.
 * Written from the tree; whatever a caller sent is a bound parameter.
 *
 * <p>Parts of a disjunction are statements of their own, so that each is led by its own index: the
 * first n of all are among the first n of each.
 */
final class CandidateQuery {
  private final WorkspaceId workspace;
  private final boolean isBounded;
  private final Set<Integer> aside;
  private final Map<String, Object> parameters = new LinkedHashMap<>();
  final String sql;

  /**
   * @param isBounded whether it is asked for people up to some key only
   * @param aside segments of which other members are served than those that are stored, as they are
   *     being built
   */
  CandidateQuery(WorkspaceId workspace, Bound bound, boolean isBounded, Set<Integer> aside) {
    this.workspace = workspace;
    this.isBounded = isBounded;
    this.aside = aside;
    var arms = new ArrayList<String>();
    switch (bound) {
      case Bound.Any(var parts) -> parts.forEach(each -> arms.add(arm(each)));
      default -> arms.add(arm(bound));
    }
    if (bound.restsOnKeys()) {
      arms.add(
          limited(
              "SELECT DISTINCT q.person_id FROM search_pending q WHERE q.workspace_id = :workspace AND "
                  + range("q.person_id"),
              "q.person_id"));
    }
    this.sql =
        arms.size() == 1
            ? arms.getFirst()
            : limited(
                "SELECT person_id FROM (%s) AS c"
                    .formatted(
                        String.join(
                            " UNION ", arms.stream().map(each -> "(" + each + ")").toList())),
                "person_id");
  }

  private static String limited(String select, String order) {
    return select + " ORDER BY " + order + " LIMIT :limit";
  }

  /**
   * The people inside.
   *
   * @param after behind this key
   * @param upTo up to this key; not looked at unless the query is bounded
   */
  List<Long> run(Handle handle, long after, long upTo, int limit) {
    return bound(handle.createQuery(sql), after, upTo, limit).mapTo(Long.class).list();
  }

  /** The query of {@link #sql} with everything it needs. */
  Query bound(Query query, long after, long upTo, int limit) {
    query.bind("workspace", workspace.value()).bind("after", after).bind("limit", limit);
    if (isBounded) {
      query.bind("upTo", upTo);
    }
    parameters.forEach(query::bind);
    return query;
  }

  private String range(String column) {
    return isBounded ? column + " > :after AND " + column + " <= :upTo" : column + " > :after";
  }

  private String parameter(Object value) {
    var name = "p" + parameters.size();
    parameters.put(name, value);
    return ":" + name;
  }

  private String arm(Bound bound) {
    return switch (bound) {
      case Bound.Nobody _ -> limited("SELECT g.person_id FROM person g WHERE false", "g.person_id");
      case Bound.People(var ids) ->
          limited(
              "SELECT DISTINCT g.person_id FROM unnest(%s) AS g(person_id) WHERE %s"
                  .formatted(parameter(longs(ids)), range("g.person_id")),
              "g.person_id");
      case Bound.Named named ->
          limited(
              "SELECT DISTINCT i.person_id FROM person_identifier i WHERE %s AND %s"
                  .formatted(named(named), range("i.person_id")),
              "i.person_id");
      case Bound.All(var parts) -> all(parts);
      case Bound.Everybody _,
          Bound.Keys _,
          Bound.AnyKey _,
          Bound.Member _,
          Bound.NotMember _,
          Bound.Any _ ->
          all(List.of(bound));
    };
  }

  /** Led by a segment, by keys, or by nothing but the workspace. */
  private String all(List<Bound> parts) {
    var rest = new ArrayList<>(parts);
    var leading = parts.stream().filter(Bound.Member.class::isInstance).findFirst();
    leading.ifPresent(rest::remove);
    var keys = rest.stream().anyMatch(Bound::restsOnKeys);
    var id = leading.isPresent() ? "m.person_id" : keys ? "s.person_id" : "p.person_id";
    var conditions = new ArrayList<String>();
    String from;
    if (leading.isPresent() && leading.get() instanceof Bound.Member(var segmentId)) {
      from =
          keys
              ? members(segmentId)
                  + " m JOIN person_search s ON s.workspace_id = :workspace AND s.person_id = m.person_id"
              : members(segmentId) + " m";
      conditions.add("m.segment_id = " + parameter(segmentId));
    } else {
      from = keys ? "person_search s" : "person p";
      conditions.add((keys ? "s" : "p") + ".workspace_id = :workspace");
    }
    conditions.add(range(id));
    rest.forEach(each -> conditions.add(condition(each, id)));
    // Without bounds it is asked where a walk has found too little: to go on walking is no plan.
    var order = keys && !isBounded ? id + " + 0" : id;
    return limited(
        "SELECT %s FROM %s WHERE %s".formatted(id, from, String.join(" AND ", conditions)), order);
  }

  private String condition(Bound bound, String id) {
    return switch (bound) {
      case Bound.Everybody _ -> "true";
      case Bound.Nobody _ -> "false";
      case Bound.Keys(var all) -> "s.keys @> " + parameter(ints(all));
      case Bound.AnyKey(var any) -> "s.keys && " + parameter(ints(any));
      case Bound.Member(var segmentId) -> member(segmentId, id);
      case Bound.NotMember(var segmentId) -> "NOT " + member(segmentId, id);
      case Bound.People(var ids) -> id + " = ANY(" + parameter(longs(ids)) + ")";
      case Bound.Named named ->
          "%s IN (SELECT i.person_id FROM person_identifier i WHERE %s)"
              .formatted(id, named(named));
      case Bound.All(var parts) -> joined(parts, " AND ", id);
      case Bound.Any(var parts) -> joined(parts, " OR ", id);
    };
  }

  private String named(Bound.Named named) {
    return "i.workspace_id = :workspace AND i.kind = %s AND i.value = ANY(%s)"
        .formatted(
            parameter(named.kind().code()), parameter(named.values().toArray(String[]::new)));
  }

  private String joined(List<Bound> parts, String word, String id) {
    return "(" + String.join(word, parts.stream().map(each -> condition(each, id)).toList()) + ")";
  }

  private String member(int segmentId, String id) {
    return "EXISTS (SELECT FROM "
        + members(segmentId)
        + " x WHERE x.person_id = "
        + id
        + " AND x.segment_id = "
        + parameter(segmentId)
        + ")";
  }

  private String members(int segmentId) {
    return aside.contains(segmentId) ? "served_member" : "segment_member";
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long[] longs(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }
}
