package dev.carillon.privacy;

import dev.carillon.people.Heir;
import dev.carillon.people.IdentifierHashes;
import dev.carillon.people.IdentifierKey;
import dev.carillon.privacy.Census.Count;
import dev.carillon.workspaces.WorkspaceId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Requests to forget somebody, as they are put down: accepted by an edge, begun in the transaction
 * that removes the person, failed when that is impossible. For many requests with each statement.
 */
public final class ErasureRepository {
  private final IdentifierHashes hashes;
  private final SecureRandom random = new SecureRandom();

  /**
   * Makes hashes of what people were called with the server's secret.
   *
   * @throws IllegalArgumentException for fewer than 16 bytes
   */
  public ErasureRepository(byte[] secret) {
    hashes = new IdentifierHashes(secret, "erasure");
  }

  /** A request and whom it is about. */
  public record Subject(ErasureRequest request, Called person) {}

  /** The hashes of identifiers, by which requests are found. */
  Set<UUID> hashes(Collection<IdentifierKey> identifiers) {
    return hashes.of(identifiers).keySet();
  }

  /** Puts requests down, unless they are. */
  public void accept(Handle handle, Collection<ErasureRequest> requests) {
    var rows = new TreeMap<Long, ErasureRequest>();
    requests.forEach(each -> rows.put(each.id(), each));
    handle
        .createUpdate(
            """
            INSERT INTO erasure_request (request_id, workspace_id, mode, reason, credential_id, requested_at)
            SELECT * FROM unnest(:ids, :workspaces, :modes, :reasons, :credentials, :requested)
            ON CONFLICT DO NOTHING
            """)
        .bind("ids", rows.values().stream().mapToLong(ErasureRequest::id).toArray())
        .bind(
            "workspaces",
            rows.values().stream().mapToInt(each -> each.workspace().value()).toArray())
        .bind("modes", rows.values().stream().map(each -> each.mode().code()).toArray(Short[]::new))
        .bind("reasons", rows.values().stream().map(ErasureRequest::reason).toArray(String[]::new))
        .bind(
            "credentials", rows.values().stream().mapToInt(ErasureRequest::credentialId).toArray())
        .bind(
            "requested",
            rows.values().stream().map(ErasureRequest::requestedAt).toArray(Instant[]::new))
        .execute();
  }

  /** The request cannot be applied: nobody was touched. */
  public void fail(Handle handle, ErasureRequest request, Instant now) {
    accept(handle, List.of(request));
    handle
        .createUpdate(
            "UPDATE erasure_request SET failed_at = :now WHERE request_id = :id AND workspace_id = :workspace")
        .bind("now", now)
        .bind("id", request.id())
        .bind("workspace", request.workspace().value())
        .execute();
  }

  /** The anonymous ids of people, who are locked. */
  public Map<Long, Set<String>> anonymousIds(Handle handle, long[] people) {
    var ids = new HashMap<Long, Set<String>>();
    handle
        .createQuery(
            "SELECT person_id, anonymous_id FROM anonymous_link WHERE person_id = ANY(:people)")
        .bind("people", people)
        .map((row, _) ->
            ids.computeIfAbsent(row.getLong(1), _ -> new java.util.TreeSet<>())
                .add(row.getString(2)))
        .list();
    return ids;
  }

  /** Who was merged into these people, who are locked, and has still rows to be moved. */
  public List<Heir> merged(Handle handle, long[] people) {
    return handle
        .createQuery(
            "SELECT workspace_id, primary_id, secondary_id FROM merger WHERE primary_id = ANY(:people)")
        .bind("people", people)
        .map((row, _) -> new Heir(new WorkspaceId(row.getInt(1)), row.getLong(2), row.getLong(3)))
        .list();
  }

  /**
   * Begins to erase people, in the transaction that removes them, before it does: they are locked,
   * and so are their anonymous ids, which are free for others from now on.
   *
   * <p>What waits under an anonymous id goes here and not in steps, or somebody who claims the id
   * would inherit it. It is no more than a claim would take.
   *
   * @param merged who was merged into them
   * @param dueAt when no batch that still writes about them can be running any more
   */
  public void begin(
      Handle handle, List<Subject> subjects, List<Heir> merged, Instant dueAt, Instant now) {
    var people = new LinkedHashMap<Long, Called>();
    subjects.forEach(each -> people.merge(each.person().personId(), each.person(), Called::and));
    var counts =
        Census.of(handle, Census.tables(Set.of(PersonTable.Goes.AT_ONCE)), people.values());
    forgetAnonymous(handle, people.values());
    accept(handle, subjects.stream().map(Subject::request).toList());
    var owners = new HashMap<Long, Long>();
    subjects.forEach(each -> owners.putIfAbsent(each.person().personId(), each.request().id()));
    putDown(handle, subjects, merged, now);
    putDownWork(handle, subjects, merged, dueAt);
    putDownHashes(handle, subjects);
    var removed = new ArrayList<Removed>();
    for (var each : counts) {
      removed.add(new Removed(owners.getOrDefault(each.personId(), 0L), each, false));
    }
    add(handle, removed);
  }

  /** Removes what waits under the anonymous ids of these people. */
  static void forgetAnonymous(Handle handle, Collection<Called> people) {
    if (people.isEmpty()) {
      return;
    }
    for (var statement : List.of(FORGET_EVENTS, FORGET_RELATIONSHIPS)) {
      Census.bind(handle.createUpdate(statement), people).execute();
    }
    handle
        .createUpdate("DELETE FROM anonymous_link WHERE person_id = ANY(:people)")
        .bind("people", people.stream().mapToLong(Called::personId).toArray())
        .execute();
  }

  static final String FORGET_EVENTS =
      """
      WITH known AS MATERIALIZED (%s)
      DELETE FROM anonymous_event a USING known k
       WHERE k.kind = 'anonymous_id' AND k.person_id = ANY(:people)
         AND a.workspace_id = k.workspace_id AND a.anonymous_id = k.value AND a.received_at <= k.asked_at
      """
          .formatted(Census.KNOWN);

  static final String FORGET_RELATIONSHIPS =
      """
      WITH known AS MATERIALIZED (%s)
      DELETE FROM anonymous_relationship a USING known k
       WHERE k.kind = 'anonymous_id' AND k.person_id = ANY(:people)
         AND a.workspace_id = k.workspace_id AND a.anonymous_id = k.value AND a.created_at <= k.asked_at
      """
          .formatted(Census.KNOWN);

  /** Notes whom each request is about. */
  private static void putDown(
      Handle handle, List<Subject> subjects, List<Heir> merged, Instant now) {
    var ids = new ArrayList<Long>();
    var people = new ArrayList<Long>();
    for (var each : subjects) {
      ids.add(each.request().id());
      people.add(each.person().personId());
      for (var heir : merged) {
        if (heir.primaryId() == each.person().personId()) {
          ids.add(each.request().id());
          people.add(heir.secondaryId());
        }
      }
    }
    handle
        .createUpdate(
            """
            UPDATE erasure_request r SET removed_at = :now, people = u.people
              FROM (SELECT request_id, array_agg(person_id) AS people
                      FROM unnest(:ids, :people) AS s(request_id, person_id) GROUP BY request_id) u
             WHERE r.request_id = u.request_id AND r.removed_at IS NULL
            """)
        .bind("now", now)
        .bind("ids", ids.stream().mapToLong(Long::longValue).toArray())
        .bind("people", people.stream().mapToLong(Long::longValue).toArray())
        .execute();
  }

  /** Of somebody who is erased already the first request knows more names: those stay. */
  private void putDownWork(
      Handle handle, List<Subject> subjects, List<Heir> merged, Instant dueAt) {
    var rows = new TreeMap<Long, Subject>();
    for (var each : subjects) {
      rows.merge(each.person().personId(), each, ErasureRepository::stronger);
      for (var heir : merged) {
        if (heir.primaryId() == each.person().personId()) {
          var secondary =
              new Called(
                  heir.secondaryId(),
                  heir.workspace(),
                  Set.of(),
                  Set.of(),
                  each.person().askedAt());
          rows.merge(
              heir.secondaryId(),
              new Subject(each.request(), secondary),
              ErasureRepository::stronger);
        }
      }
    }
    var work = rows.values();
    handle
        .createUpdate(
            """
            INSERT INTO erasure AS e (person_id, workspace_id, due_at, mode, request_id, stand_in, names, asked_at)
            SELECT u.person_id, u.workspace_id, :due, u.mode, u.request_id, u.stand_in, u.names, u.asked_at
              FROM unnest(:people, :workspaces, :modes, :requests, :standIns, :names, :asked)
                AS u(person_id, workspace_id, mode, request_id, stand_in, names, asked_at)
            ON CONFLICT (person_id) DO UPDATE
               SET mode = greatest(e.mode, excluded.mode), request_id = coalesce(e.request_id, excluded.request_id),
                   stand_in = CASE WHEN e.stand_in <> 0 THEN e.stand_in ELSE excluded.stand_in END,
                   names = CASE WHEN length(e.names) > length(excluded.names) THEN e.names ELSE excluded.names END,
                   asked_at = greatest(e.asked_at, excluded.asked_at), due_at = excluded.due_at,
                   seen_at = NULL, stage = 1, cursor_at = '-infinity', cursor_op = 0, cursor_part = 0, found = 0
            """)
        .bind("due", dueAt)
        .bind("people", work.stream().mapToLong(each -> each.person().personId()).toArray())
        .bind(
            "workspaces",
            work.stream().mapToInt(each -> each.person().workspace().value()).toArray())
        .bind(
            "modes", work.stream().map(each -> each.request().mode().code()).toArray(Short[]::new))
        .bind("requests", work.stream().mapToLong(each -> each.request().id()).toArray())
        .bind("standIns", work.stream().mapToLong(each -> standIn(each.request().mode())).toArray())
        .bind("names", work.stream().map(each -> each.person().json()).toArray(String[]::new))
        .bind("asked", work.stream().map(each -> each.person().askedAt()).toArray(Instant[]::new))
        .execute();
  }

  private static Subject stronger(Subject one, Subject other) {
    var first = one.request().mode().compareTo(other.request().mode()) >= 0 ? one : other;
    return new Subject(first.request(), one.person().and(other.person()));
  }

  /** Below zero, where no person's key is. */
  private long standIn(ErasureMode mode) {
    return mode == ErasureMode.ANONYMISE ? -1 - (random.nextLong() >>> 2) : 0;
  }

  private void putDownHashes(Handle handle, List<Subject> subjects) {
    var rows = new TreeMap<HashRow, Short>();
    for (var each : subjects) {
      var workspace = each.request().workspace();
      var keys =
          each.person().identifiers().stream().map(name -> IdentifierKey.of(workspace, name));
      hashes
          .of(keys.toList())
          .forEach((hash, key) ->
              rows.put(
                  new HashRow(workspace.value(), hash, each.request().id()), key.kind().code()));
    }
    handle
        .createUpdate(
            """
            INSERT INTO erasure_identifier (workspace_id, hash, request_id, kind)
            SELECT * FROM unnest(:workspaces, :hashes, :requests, :kinds) ON CONFLICT DO NOTHING
            """)
        .bind("workspaces", rows.keySet().stream().mapToInt(HashRow::workspace).toArray())
        .bind("hashes", rows.keySet().stream().map(HashRow::hash).toArray(UUID[]::new))
        .bind("requests", rows.keySet().stream().mapToLong(HashRow::request).toArray())
        .bind("kinds", rows.values().toArray(Short[]::new))
        .execute();
  }

  private record HashRow(int workspace, UUID hash, long request) implements Comparable<HashRow> {
    @Override
    public int compareTo(HashRow other) {
      var byWorkspace = Integer.compare(workspace, other.workspace);
      if (byWorkspace != 0) {
        return byWorkspace;
      }
      var byHash = hash.compareTo(other.hash);
      return byHash != 0 ? byHash : Long.compare(request, other.request);
    }
  }

  /**
   * Rows of a person that are gone, or say nothing of the person any more.
   *
   * @param requestId null: nobody asked for a proof
   */
  record Removed(@Nullable Long requestId, Count count, boolean anonymised) {}

  /** Adds to what requests have done. */
  static void add(Handle handle, List<Removed> removed) {
    var sums = new TreeMap<Long, Map<PersonTable, long[]>>();
    for (var each : removed) {
      if (each.requestId() != null) {
        var sum =
            sums.computeIfAbsent(each.requestId(), _ -> new TreeMap<>())
                .computeIfAbsent(each.count().table(), _ -> new long[2]);
        sum[each.anonymised() ? 1 : 0] += each.count().rows();
      }
    }
    if (sums.isEmpty()) {
      return;
    }
    var requests = new ArrayList<Long>();
    var tables = new ArrayList<String>();
    var gone = new ArrayList<Long>();
    var anonymised = new ArrayList<Long>();
    sums.forEach((request, byTable) ->
        byTable.forEach((table, sum) -> {
          requests.add(request);
          tables.add(table.table());
          gone.add(sum[0]);
          anonymised.add(sum[1]);
        }));
    handle
        .createUpdate(
            """
            INSERT INTO erasure_table AS t (request_id, table_name, removed, anonymised)
            SELECT * FROM unnest(:requests, :tables, :removed, :anonymised)
            ON CONFLICT (request_id, table_name) DO UPDATE
               SET removed = t.removed + excluded.removed, anonymised = t.anonymised + excluded.anonymised
            """)
        .bind("requests", requests.toArray(Long[]::new))
        .bind("tables", tables.toArray(String[]::new))
        .bind("removed", gone.toArray(Long[]::new))
        .bind("anonymised", anonymised.toArray(Long[]::new))
        .execute();
  }
}
