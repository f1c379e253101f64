package dev.carillon.people;

import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Reads people for those who look at them. Safe for many threads. */
public final class PeopleQueries {
  private final Database database;
  private final DeviceRepository devices = new DeviceRepository();
  private final PeopleRepository identities = new PeopleRepository();

  /** Reads from this database. */
  public PeopleQueries(Database database) {
    this.database = database;
  }

  /**
   * A person as stored.
   *
   * @param attributes name → String, Long, Double, Boolean, List or Map; identifiers included
   * @param written attribute → when it was written last; may name attributes that were removed
   */
  public record Person(
      long personId,
      Instant createdAt,
      Map<String, Object> attributes,
      Map<String, Instant> written) {

    /** The identifiers among the attributes. */
    public Names names() {
      return Names.of(personId, attributes);
    }
  }

  /**
   * What a person is called.
   *
   * @param id null when the person has none
   * @param email as last written; null when the person has none
   */
  public record Names(long personId, @Nullable String id, @Nullable String email) {
    /** The identifiers among somebody's attributes. */
    public static Names of(long personId, Map<String, ?> attributes) {
      return new Names(personId, text(attributes.get("id")), text(attributes.get("email")));
    }

    private static @Nullable String text(@Nullable Object value) {
      return value instanceof String text ? text : null;
    }

    /** The immutable id, without its {@code cio_} prefix. */
    public String cioId() {
      return CioId.of(personId);
    }
  }

  /** The person this identifier names in this workspace; empty when there is none. */
  public Optional<Person> find(WorkspaceId workspace, Identifier identifier) {
    if (identifier.kind() == IdentifierKind.CIO_ID) {
      var personId = CioId.personId(identifier.value());
      return personId.isPresent() ? byKey(workspace, personId.getAsLong()) : Optional.empty();
    }
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT p.person_id, p.created_at, p.attributes, p.written
                  FROM person_identifier i JOIN person p USING (person_id)
                 WHERE i.workspace_id = :workspace AND i.kind = :kind AND i.value = :value
                   AND p.workspace_id = :workspace
                """)
            .bind("workspace", workspace.value())
            .bind("kind", identifier.kind().code())
            .bind("value", identifier.key())
            .map(PeopleQueries::person)
            .findOne());
  }

  private Optional<Person> byKey(WorkspaceId workspace, long personId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT person_id, created_at, attributes, written FROM person
                 WHERE person_id = :person AND workspace_id = :workspace
                """)
            .bind("person", personId)
            .bind("workspace", workspace.value())
            .map(PeopleQueries::person)
            .findOne());
  }

  /**
   * Those of these identifiers, {@code cio_id}s among them, that name somebody of the workspace.
   */
  public Set<IdentifierKey> known(WorkspaceId workspace, Collection<IdentifierKey> identifiers) {
    var keys = List.copyOf(identifiers);
    return new HashSet<>(
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT k.n FROM unnest(:kinds, :values, :people) WITH ORDINALITY AS k(kind, value, person_id, n)
                      LEFT JOIN person_identifier i
                        ON i.workspace_id = :workspace AND i.kind = k.kind AND i.value = k.value
                      JOIN person p ON p.person_id = coalesce(i.person_id, k.person_id)
                     WHERE p.workspace_id = :workspace
                    """)
                .bind("workspace", workspace.value())
                .bind("kinds", keys.stream().map(each -> each.kind().code()).toArray(Short[]::new))
                .bind("values", keys.stream().map(IdentifierKey::value).toArray(String[]::new))
                .bind("people", keys.stream().map(PeopleQueries::personId).toArray(Long[]::new))
                .map((row, _) -> keys.get(row.getInt(1) - 1))
                .list()));
  }

  private static @Nullable Long personId(IdentifierKey key) {
    var personId =
        key.kind() == IdentifierKind.CIO_ID ? CioId.personId(key.value()) : OptionalLong.empty();
    return personId.isPresent() ? personId.getAsLong() : null;
  }

  /**
   * The people these identifiers name in this workspace, each by its key: {@link Identifier#key()},
   * or a {@code cio_id} as it was written.
   *
   * @param identifiers all of one kind
   */
  public Map<String, Person> find(WorkspaceId workspace, Collection<Identifier> identifiers) {
    return database.read(handle -> {
      var keys = new LinkedHashMap<String, Long>();
      var stored = new ArrayList<IdentifierKey>();
      for (var each : identifiers) {
        if (each.kind() == IdentifierKind.CIO_ID) {
          CioId.personId(each.value()).ifPresent(person -> keys.put(each.value(), person));
        } else {
          stored.add(IdentifierKey.of(workspace, each));
        }
      }
      identities.resolve(handle, stored).forEach((key, person) -> keys.put(key.value(), person));
      var people = byKeys(handle, workspace, keys.values());
      var found = new HashMap<String, Person>();
      keys.forEach((name, person) -> {
        if (people.containsKey(person)) {
          found.put(name, people.get(person));
        }
      });
      return found;
    });
  }

  private static Map<Long, Person> byKeys(
      Handle handle, WorkspaceId workspace, Collection<Long> people) {
    var found = new HashMap<Long, Person>();
    if (!people.isEmpty()) {
      handle
          .createQuery(
              """
              SELECT person_id, created_at, attributes, written FROM person
               WHERE person_id = ANY(:people) AND workspace_id = :workspace
              """)
          .bind("people", people.stream().mapToLong(Long::longValue).distinct().toArray())
          .bind("workspace", workspace.value())
          .map(PeopleQueries::person)
          .forEach(each -> found.put(each.personId(), each));
    }
    return found;
  }

  /** The devices of these people of this workspace, of each the last used first. */
  public Map<Long, List<DeviceRepository.Device>> devices(
      WorkspaceId workspace, Collection<Long> people) {
    return database.read(handle -> devices.ofPeople(handle, workspace, people)).stream()
        .collect(Collectors.groupingBy(DeviceRepository.Device::personId));
  }

  /**
   * What these people are called; those who do not exist in the workspace (any more) are absent.
   */
  public Map<Long, Names> names(WorkspaceId workspace, Collection<Long> people) {
    var names = new HashMap<Long, Names>();
    if (people.isEmpty()) {
      return names;
    }
    List<Names> found =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT person_id, attributes::json ->> 'id' AS id, attributes::json ->> 'email' AS email
                      FROM person
                     WHERE person_id = ANY(:people) AND workspace_id = :workspace
                    """)
                .bind("people", people.stream().mapToLong(Long::longValue).distinct().toArray())
                .bind("workspace", workspace.value())
                .map((row, _) ->
                    new Names(
                        row.getLong("person_id"), row.getString("id"), row.getString("email")))
                .list());
    found.forEach(each -> names.put(each.personId(), each));
    return names;
  }

  private static Person person(ResultSet row, StatementContext context) throws SQLException {
    var written = new HashMap<String, Instant>();
    AttributesJson.parse(row.getString("written"))
        .forEach((name, millis) -> {
          if (millis instanceof Long number) {
            written.put(name, Instant.ofEpochMilli(number));
          }
        });
    return new Person(
        row.getLong("person_id"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        AttributesJson.parse(row.getString("attributes")),
        Map.copyOf(written));
  }
}
