package dev.carillon.privacy;

import dev.carillon.privacy.Called.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** Counts what tables hold of people, all of them in one statement. */
final class Census {
  private Census() {}

  /** How many rows a table has of a person; more than none. */
  record Count(PersonTable table, long personId, long rows) {}

  /** The tables that go at a certain time, as far as a statement can count them. */
  static Set<PersonTable> tables(Set<PersonTable.Goes> goes) {
    var tables = EnumSet.noneOf(PersonTable.class);
    for (var each : PersonTable.values()) {
      if (goes.contains(each.goes()) && !each.counting().isEmpty()) {
        tables.add(each);
      }
    }
    return tables;
  }

  /** Counts the rows of these people; what there is none of is absent. */
  static List<Count> of(Handle handle, Set<PersonTable> tables, Collection<Called> people) {
    if (people.isEmpty()) {
      return List.of();
    }
    var parts =
        tables.stream()
            .map(each ->
                "SELECT '%s' AS counted, q.person_id, q.count FROM (%s) q"
                    .formatted(each.name(), each.counting()))
            .collect(Collectors.joining("\nUNION ALL\n"));
    var query = handle.createQuery("WITH known AS MATERIALIZED (" + KNOWN + ")\n" + parts);
    return bind(query, people)
        .map((row, _) ->
            new Count(PersonTable.valueOf(row.getString(1)), row.getLong(2), row.getLong(3)))
        .list();
  }

  /** The names of the people that {@link #bind} binds. */
  static final String KNOWN =
      """
      SELECT * FROM unnest(:owners, :workspaces, :kinds, :values, :asked)
        AS k(person_id, workspace_id, kind, value, asked_at)
      """;

  /** Binds people and their names. */
  static <S extends SqlStatement<S>> S bind(S statement, Collection<Called> people) {
    var names = new ArrayList<Name>();
    people.forEach(each -> names.addAll(each.names()));
    return statement
        .bind("people", people.stream().mapToLong(Called::personId).toArray())
        .bind("owners", names.stream().mapToLong(Name::personId).toArray())
        .bind("workspaces", names.stream().mapToInt(Name::workspace).toArray())
        .bind("kinds", names.stream().map(Name::kind).toArray(String[]::new))
        .bind("values", names.stream().map(Name::value).toArray(String[]::new))
        .bind("asked", names.stream().map(Name::askedAt).toArray(Instant[]::new));
  }
}
