package dev.carillon.events;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The names of events, pages and screens: their numbers, and when each was first and last seen, to
 * about a day (P-60). A name keeps its number for ever, so cached numbers never go stale; a name
 * costs a statement when it is seen for the first time on a day. Thread-safe.
 */
public final class EventNames {
  private static final int CACHED = 50_000;

  private final Database database;
  private final InstantSource clock;
  private final Cache<Key, Known> names = Caffeine.newBuilder().maximumSize(CACHED).build();

  /** With an empty cache. */
  public EventNames(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A name in a workspace. */
  public record Key(WorkspaceId workspace, EventKind kind, String name) {}

  /**
   * @param day days since 1970 of when the name was last noted as seen
   */
  private record Known(int number, long day) {}

  /**
   * The number of a name that occurs, given on first sight. New names commit at once, apart from
   * any batch.
   */
  public int numberOf(WorkspaceId workspace, EventKind kind, String name) {
    var key = new Key(workspace, kind, name);
    var known = names.getIfPresent(key);
    if (known != null) {
      return known.number;
    }
    return Objects.requireNonNull(see(List.of(key)).get(key)).number;
  }

  /**
   * Takes note of all names of a batch that were not seen today, in one go, and gives numbers to
   * the new ones.
   */
  public void learn(Collection<Key> keys) {
    var today = day(clock.instant());
    var news =
        keys.stream()
            .distinct()
            .filter(key -> {
              var known = names.getIfPresent(key);
              return known == null || known.day < today;
            })
            .toList();
    if (!news.isEmpty()) {
      see(news);
    }
  }

  private static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 86_400);
  }

  private Map<Key, Known> see(List<Key> keys) {
    var now = clock.instant();
    return database.inTransaction(handle -> {
      bound(handle.createUpdate(ADD), keys).bind("now", now).execute();
      bound(handle.createUpdate(SEEN), keys)
          .bind("now", now)
          .bind("today", now.truncatedTo(ChronoUnit.DAYS))
          .execute();
      var seen = new HashMap<Key, Known>();
      bound(handle.createQuery(FIND), keys)
          .map((row, _) -> {
            var key =
                new Key(
                    new WorkspaceId(row.getInt(1)), EventKind.of(row.getInt(2)), row.getString(3));
            seen.put(key, new Known(row.getInt(4), day(now)));
            return key;
          })
          .list();
      names.putAll(seen);
      return seen;
    });
  }

  private static <S extends SqlStatement<S>> S bound(S statement, List<Key> keys) {
    return statement
        .bind("workspaces", keys.stream().mapToInt(key -> key.workspace.value()).toArray())
        .bind("kinds", keys.stream().map(key -> key.kind.code()).toArray(Short[]::new))
        .bind("names", keys.stream().map(key -> key.name).toArray(String[]::new));
  }

  private static final String ADD =
      """
      INSERT INTO event_name (workspace_id, kind, name, first_seen, last_seen)
      SELECT k.workspace_id, k.kind, k.name, :now, :now
        FROM unnest(:workspaces, :kinds, :names) AS k(workspace_id, kind, name)
       WHERE NOT EXISTS (SELECT FROM event_name n
                          WHERE n.workspace_id = k.workspace_id AND n.kind = k.kind AND n.name = k.name)
       ORDER BY k.workspace_id, k.kind, k.name
      ON CONFLICT DO NOTHING
      """;

  // A row somebody else has locked is being noted by somebody else.
  private static final String SEEN =
      """
      UPDATE event_name n
         SET last_seen = :now, first_seen = CASE WHEN n.last_seen IS NULL THEN :now ELSE n.first_seen END
        FROM (SELECT n.name_id
                FROM unnest(:workspaces, :kinds, :names) AS k(workspace_id, kind, name)
                JOIN event_name n ON n.workspace_id = k.workspace_id AND n.kind = k.kind AND n.name = k.name
               WHERE n.last_seen IS NULL OR n.last_seen < :today
                 FOR UPDATE OF n SKIP LOCKED) s
       WHERE n.name_id = s.name_id
      """;

  private static final String FIND =
      """
      SELECT n.workspace_id, n.kind, n.name, n.name_id
        FROM unnest(:workspaces, :kinds, :names) AS k(workspace_id, kind, name)
        JOIN event_name n ON n.workspace_id = k.workspace_id AND n.kind = k.kind AND n.name = k.name
      """;

  /**
   * A name of the data index.
   *
   * @param firstSeen when the name occurred first
   * @param lastSeen on which day it occurred last: an instant of that day
   */
  public record Seen(
      EventKind kind, String name, String description, Instant firstSeen, Instant lastSeen) {}

  /**
   * The names that have occurred in a workspace, by name; those that begin with {@code _} are
   * internal and absent (P-9).
   *
   * @param limit how many at most
   */
  public List<Seen> list(WorkspaceId workspace, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT kind, name, coalesce(description, '') AS description, first_seen, last_seen FROM event_name
                 WHERE workspace_id = :workspace AND last_seen IS NOT NULL AND left(name, 1) <> '_'
                 ORDER BY name COLLATE "C", kind LIMIT :limit
                """)
            .bind("workspace", workspace.value())
            .bind("limit", limit)
            .map((row, _) ->
                new Seen(
                    EventKind.of(row.getInt("kind")),
                    row.getString("name"),
                    row.getString("description"),
                    row.getObject("first_seen", OffsetDateTime.class).toInstant(),
                    row.getObject("last_seen", OffsetDateTime.class).toInstant()))
            .list());
  }

  /**
   * Describes events of a workspace. One that has not occurred yet is listed once it has.
   *
   * @param descriptions name → what the event means; null leaves the description as it is
   */
  public void describe(WorkspaceId workspace, Map<String, @Nullable String> descriptions) {
    var sorted = new TreeMap<>(descriptions);
    database.inTransaction((Handle handle) ->
        handle
            .createUpdate(
                """
                INSERT INTO event_name (workspace_id, kind, name, first_seen, description)
                SELECT :workspace, :kind, d.name, :now, d.description
                  FROM unnest(:names, :descriptions) WITH ORDINALITY AS d(name, description, n) ORDER BY d.n
                ON CONFLICT (workspace_id, kind, name) DO UPDATE
                   SET description = coalesce(excluded.description, event_name.description)
                """)
            .bind("workspace", workspace.value())
            .bind("kind", EventKind.EVENT.code())
            .bind("now", clock.instant())
            .bind("names", sorted.keySet().toArray(String[]::new))
            .bind("descriptions", sorted.values().toArray(String[]::new))
            .execute());
  }

  /**
   * The number of a name that a definition mentions, given out when the name never occurred. Unlike
   * those of events that occur, it commits with the caller's transaction: a definition and the
   * number it names are stored together or not at all.
   */
  public static int reserve(
      Handle handle, WorkspaceId workspace, EventKind kind, String name, Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO event_name (workspace_id, kind, name, first_seen) VALUES (:workspace, :kind, :name, :now)
            ON CONFLICT DO NOTHING
            """)
        .bind("workspace", workspace.value())
        .bind("kind", kind.code())
        .bind("name", name)
        .bind("now", now)
        .execute();
    return handle
        .createQuery(
            "SELECT name_id FROM event_name WHERE workspace_id = :workspace AND kind = :kind AND name = :name")
        .bind("workspace", workspace.value())
        .bind("kind", kind.code())
        .bind("name", name)
        .mapTo(Integer.class)
        .one();
  }
}
