package dev.carillon.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of attributes seen, for the data index: when each occurred first and last, to about a
 * day (P-60).
 *
 * <p>Each process remembers the names it knows and the day each was noted, so a name costs a
 * statement once a day and a look into memory otherwise. Notes are committed at once, apart from
 * any batch. Names that begin with {@code _} are internal (P-9) and not noted. Thread-safe.
 */
public final class AttributeNames {
  private static final Logger LOG = LoggerFactory.getLogger(AttributeNames.class);

  /** About how many names of one scope are kept; further ones are not noted. */
  public static final int KEPT = 10_000;

  /** Longer names than attributes may have (P-14), in bytes, are not noted. */
  public static final int LONGEST = 150;

  private static final int REMEMBERED = 200_000;
  private static final long NEVER = Long.MIN_VALUE;

  private final Database database;
  private final InstantSource clock;
  private final Cache<Scope, Names> scopes =
      Caffeine.newBuilder()
          .maximumWeight(REMEMBERED)
          .weigher((Scope _, Names names) -> names.days.size() + 10)
          .build();

  /** Remembers nothing yet. */
  public AttributeNames(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Within what attributes of one name are the same.
   *
   * @param code as stored: 0 people, n objects of type n, -n relationships to them
   */
  public record Scope(WorkspaceId workspace, int code) {
    private static final Comparator<Scope> ORDER =
        Comparator.comparingInt((Scope scope) -> scope.workspace.value())
            .thenComparingInt(Scope::code);

    /** Attributes of people. */
    public static Scope people(WorkspaceId workspace) {
      return new Scope(workspace, 0);
    }

    /** Attributes of objects of a type. */
    public static Scope objects(WorkspaceId workspace, int typeId) {
      return new Scope(workspace, typeId);
    }

    /** Attributes of relationships to objects of a type. */
    public static Scope relationships(WorkspaceId workspace, int typeId) {
      return new Scope(workspace, -typeId);
    }
  }

  /**
   * Names that occur.
   *
   * @param names keys of a call; a path stands for the attribute it leads into (P-12)
   */
  public record Sighting(Scope scope, Collection<String> names) {}

  /** What a process knows of a scope: name → the day it was noted last, in days since 1970. */
  private static final class Names {
    private final Map<String, Long> days = new ConcurrentHashMap<>();
    private final AtomicBoolean told = new AtomicBoolean();

    private boolean notes(String name, long today) {
      var day = days.get(name);
      return day == null ? days.size() < KEPT : day < today;
    }
  }

  /** Takes note of all names of a batch that were not noted today, in one go. */
  public void learn(Collection<Sighting> sightings) {
    var now = clock.instant();
    var today = day(now);
    var news = new TreeMap<Scope, SortedSet<String>>(Scope.ORDER);
    Scope scope = null;
    Names known = null;
    for (var sighting : sightings) {
      if (!sighting.scope.equals(scope)) {
        scope = sighting.scope;
        known = scopes.getIfPresent(scope);
      }
      for (var key : sighting.names) {
        var name = Profile.topLevel(key);
        if (isInternal(name)) {
          continue;
        }
        if (known == null || known.notes(name, today)) {
          news.computeIfAbsent(sighting.scope, _ -> new TreeSet<>()).add(name);
        } else if (known.days.size() >= KEPT && !known.days.containsKey(name)) {
          tell(sighting.scope, known);
        }
      }
    }
    if (!news.isEmpty()) {
      database.inTransaction(handle -> {
        news.forEach((each, names) -> note(handle, each, names, now));
        return news.size();
      });
    }
  }

  private static void tell(Scope scope, Names known) {
    if (!known.told.getAndSet(true)) {
      LOG.warn(
          "workspace {} has {} names of attributes in scope {}: new ones are left out of the data index",
          scope.workspace.value(),
          known.days.size(),
          scope.code);
    }
  }

  private static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 86_400);
  }

  private static boolean isInternal(String name) {
    return name.isEmpty() || name.charAt(0) == '_' || name.length() > LONGEST;
  }

  /** What PostgreSQL could not store comes through no edge, and must not stop a batch either. */
  private static boolean notable(String name) {
    return !isInternal(name)
        && name.indexOf('\0') < 0
        && StandardCharsets.UTF_8.newEncoder().canEncode(name)
        && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
  }

  private void note(Handle handle, Scope scope, SortedSet<String> names, Instant now) {
    var present = scopes.getIfPresent(scope);
    var known = present == null ? read(handle, scope) : present;
    var today = day(now);
    var room = KEPT - known.days.size();
    var noted = new TreeSet<String>();
    for (var name : names) {
      if (notable(name) && known.notes(name, today)) {
        if (known.days.containsKey(name) || room-- > 0) {
          noted.add(name);
        } else {
          tell(scope, known);
        }
      }
    }
    if (!noted.isEmpty()) {
      handle
          .createUpdate(NOTE)
          .bind("workspace", scope.workspace.value())
          .bind("scope", scope.code)
          .bind("names", noted.toArray(String[]::new))
          .bind("now", now)
          .bind("today", now.truncatedTo(ChronoUnit.DAYS))
          .bind("kept", KEPT)
          .execute();
      noted.forEach(name -> known.days.put(name, today));
    }
    scopes.put(scope, known); // weighed anew
  }

  private static Names read(Handle handle, Scope scope) {
    var known = new Names();
    handle
        .createQuery(
            """
            SELECT name, last_seen FROM attribute_name
             WHERE workspace_id = :workspace AND scope = :scope LIMIT :kept
            """)
        .bind("workspace", scope.workspace.value())
        .bind("scope", scope.code)
        .bind("kept", KEPT)
        .map((row, _) -> {
          var seen = row.getObject(2, OffsetDateTime.class);
          return known.days.put(row.getString(1), seen == null ? NEVER : day(seen.toInstant()));
        })
        .list();
    return known;
  }

  private static final String NOTE =
      """
      INSERT INTO attribute_name (workspace_id, scope, name, first_seen, last_seen)
      SELECT :workspace, :scope, g.name, :now, :now FROM unnest(:names) AS g(name)
       WHERE EXISTS (SELECT FROM attribute_name a
                      WHERE a.workspace_id = :workspace AND a.scope = :scope AND a.name = g.name)
          OR (SELECT count(*) FROM attribute_name a WHERE a.workspace_id = :workspace AND a.scope = :scope) < :kept
       ORDER BY g.name COLLATE "C"
      ON CONFLICT (workspace_id, scope, name) DO UPDATE
         SET last_seen = excluded.last_seen,
             first_seen = CASE WHEN attribute_name.last_seen IS NULL THEN excluded.first_seen
                               ELSE attribute_name.first_seen END
       WHERE attribute_name.last_seen IS NULL OR attribute_name.last_seen < :today
      """;

  /**
   * A name of the data index.
   *
   * @param privacyLevel 1 for sensitive values, else 0
   * @param firstSeen when the name occurred first
   * @param lastSeen on which day it occurred last: an instant of that day
   */
  public record Seen(
      String name, String description, int privacyLevel, Instant firstSeen, Instant lastSeen) {}

  /**
   * The names that have occurred, by name.
   *
   * @param limit how many at most
   */
  public List<Seen> list(Scope scope, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT name, coalesce(description, '') AS description, coalesce(privacy_level, 0) AS privacy_level,
                       first_seen, last_seen
                  FROM attribute_name
                 WHERE workspace_id = :workspace AND scope = :scope AND last_seen IS NOT NULL AND left(name, 1) <> '_'
                 ORDER BY name COLLATE "C" LIMIT :limit
                """)
            .bind("workspace", scope.workspace.value())
            .bind("scope", scope.code)
            .bind("limit", limit)
            .map((row, _) ->
                new Seen(
                    row.getString("name"),
                    row.getString("description"),
                    row.getInt("privacy_level"),
                    row.getObject("first_seen", OffsetDateTime.class).toInstant(),
                    row.getObject("last_seen", OffsetDateTime.class).toInstant()))
            .list());
  }

  /**
   * Whether an attribute of this name has occurred; where more names have occurred than are kept,
   * that cannot be told of one that is not among them.
   */
  public static boolean mayHaveOccurred(Handle handle, Scope scope, String name) {
    return handle
        .createQuery(
            """
            SELECT EXISTS (SELECT FROM attribute_name
                            WHERE workspace_id = :workspace AND scope = :scope AND name = :name AND last_seen IS NOT NULL)
                OR (SELECT count(*) FROM attribute_name WHERE workspace_id = :workspace AND scope = :scope) >= :kept
            """)
        .bind("workspace", scope.workspace.value())
        .bind("scope", scope.code)
        .bind("name", name)
        .bind("kept", KEPT)
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * What somebody says about an attribute.
   *
   * @param description null leaves it as it is
   * @param privacyLevel 0 or 1; null leaves it as it is
   */
  public record Description(
      String name, @Nullable String description, @Nullable Integer privacyLevel) {}

  /**
   * Describes attributes. One that has not occurred yet is listed once it has.
   *
   * @param descriptions no name twice
   * @return false when the index has no room for them; nothing is stored then
   */
  public boolean describe(Scope scope, List<Description> descriptions) {
    var sorted = descriptions.stream().sorted(Comparator.comparing(Description::name)).toList();
    var names = sorted.stream().map(Description::name).toArray(String[]::new);
    return database.inTransaction(handle -> {
      var others =
          handle
              .createQuery(
                  """
                  SELECT count(*) FROM attribute_name
                   WHERE workspace_id = :workspace AND scope = :scope AND name <> ALL(:names)
                  """)
              .bind("workspace", scope.workspace.value())
              .bind("scope", scope.code)
              .bind("names", names)
              .mapTo(Integer.class)
              .one();
      if (others + names.length > KEPT) {
        return false;
      }
      handle
          .createUpdate(
              """
              INSERT INTO attribute_name (workspace_id, scope, name, first_seen, description, privacy_level)
              SELECT :workspace, :scope, d.name, :now, d.description, d.level
                FROM unnest(:names, :descriptions, :levels) AS d(name, description, level)
               ORDER BY d.name COLLATE "C"
              ON CONFLICT (workspace_id, scope, name) DO UPDATE
                 SET description = coalesce(excluded.description, attribute_name.description),
                     privacy_level = coalesce(excluded.privacy_level, attribute_name.privacy_level)
              """)
          .bind("workspace", scope.workspace.value())
          .bind("scope", scope.code)
          .bind("now", clock.instant())
          .bind("names", names)
          .bind(
              "descriptions", sorted.stream().map(Description::description).toArray(String[]::new))
          .bind("levels", sorted.stream().map(Description::privacyLevel).toArray(Integer[]::new))
          .execute();
      return true;
    });
  }
}
