package dev.carillon.privacy;

import dev.carillon.delivery.DeliveryIds;
import dev.carillon.events.Counters;
import dev.carillon.events.EventKind;
import dev.carillon.http.Json;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.Suppressions;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Writes everything stored about one person as one JSON document, out of one snapshot. Rows are
 * written as they are read, so memory does not depend on how many there are. Safe for many threads;
 * a few exports run at a time, each on a connection of its own.
 */
public final class PersonExport {
  private static final int AT_ONCE = 4;
  private static final int LETTERS = 200;
  private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();

  private final Database database;
  private final Suppressions suppressions;
  private final DeliveryIds ids;
  private final StoredOperations operations;
  private final InstantSource clock;
  private final Semaphore running = new Semaphore(AT_ONCE);

  /** Reads from this database. */
  public PersonExport(
      Database database,
      Suppressions suppressions,
      DeliveryIds ids,
      StoredOperations operations,
      InstantSource clock) {
    this.database = database;
    this.suppressions = suppressions;
    this.ids = ids;
    this.operations = operations;
    this.clock = clock;
  }

  /** What became of an export. */
  public enum Outcome {
    /** All of it is written. */
    WRITTEN,
    /** Nothing is written: the workspace has no such person (any more). */
    NOBODY,
    /** Nothing is written: as many exports as may run at a time are under way. */
    BUSY
  }

  /**
   * Writes the document.
   *
   * @throws IOException when {@code out} takes no more, or the export ran longer than an hour; what
   *     is written is a part then
   */
  public Outcome write(WorkspaceId workspace, long personId, OutputStream out) throws IOException {
    if (!running.tryAcquire()) {
      return Outcome.BUSY;
    }
    try (var handle = database.dedicatedHandle("carillon export")) {
      handle.begin();
      handle.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      handle.execute("SET LOCAL statement_timeout = '60s'");
      handle.execute("SET LOCAL idle_in_transaction_session_timeout = '120s'");
      var person = person(handle, workspace, personId);
      if (person != null) {
        new Document(handle, person, out).write();
      }
      handle.rollback();
      return person == null ? Outcome.NOBODY : Outcome.WRITTEN;
    } finally {
      running.release();
    }
  }

  /** The tables an export shows; the others hold nothing of somebody who exists. */
  static Set<PersonTable> covered() {
    var covered =
        EnumSet.of(
            PersonTable.PERSON,
            PersonTable.IDENTIFIER,
            PersonTable.COUNTERS,
            PersonTable.DEAD_LETTER);
    ExportSection.ALL.forEach(each -> covered.addAll(each.covers()));
    return covered;
  }

  private record Exported(
      long personId,
      WorkspaceId workspace,
      Instant createdAt,
      Instant updatedAt,
      String attributes,
      @Nullable String written) {}

  private static @Nullable Exported person(Handle handle, WorkspaceId workspace, long personId) {
    return handle
        .createQuery(
            """
            SELECT p.created_at, p.updated_at, p.attributes, %s AS written FROM person p
             WHERE p.person_id = :person AND p.workspace_id = :workspace
            """
                .formatted(ExportSection.written("p.written")))
        .bind("person", personId)
        .bind("workspace", workspace.value())
        .map((row, _) ->
            new Exported(
                personId,
                workspace,
                row.getObject(1, OffsetDateTime.class).toInstant(),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                row.getString(4)))
        .findOne()
        .orElse(null);
  }

  /** One export under way. */
  private final class Document {
    private final Handle handle;
    private final Exported person;
    private final JsonLines out;
    private final long deadline = System.nanoTime() + LONGEST_NANOS;
    private final long[] people;

    Document(Handle handle, Exported person, OutputStream out) {
      this.handle = handle;
      this.person = person;
      this.out = new JsonLines(out);
      var merged =
          handle
              .createQuery(
                  "SELECT secondary_id FROM merger WHERE primary_id = :person AND workspace_id = :workspace")
              .bind("person", person.personId)
              .bind("workspace", person.workspace.value())
              .mapTo(Long.class)
              .list();
      merged.addFirst(person.personId);
      this.people = merged.stream().mapToLong(Long::longValue).toArray();
    }

    void write() throws IOException {
      out.begin(clock.instant());
      out.member("workspace_id", person.workspace.value());
      out.member("person", profile());
      var known = called();
      out.member("identifiers", identifiers(known));
      out.member("suppressed_identifiers", suppressed(known));
      out.member("counters", counters());
      for (var section : ExportSection.ALL) {
        out.beginList(section.name());
        section(section);
        out.endList();
      }
      out.beginList("dead_letters");
      deadLetters(known);
      out.endList();
      out.end();
    }

    private Map<String, @Nullable Object> profile() {
      var profile = new LinkedHashMap<String, @Nullable Object>();
      profile.put("cio_id", CioId.of(person.personId));
      profile.put("created_at", JsonLines.seconds(person.createdAt));
      profile.put("updated_at", JsonLines.seconds(person.updatedAt));
      profile.put("attributes", new Json.Raw(person.attributes));
      profile.put("written_at", person.written == null ? Map.of() : new Json.Raw(person.written));
      return profile;
    }

    private Called called() {
      var anonymous =
          new LinkedHashSet<>(
              handle
                  .createQuery(
                      "SELECT anonymous_id FROM anonymous_link WHERE person_id = ANY(:people) AND workspace_id = :workspace")
                  .bind("people", people)
                  .bind("workspace", person.workspace.value())
                  .mapTo(String.class)
                  .list());
      return new Called(
          person.personId,
          person.workspace,
          Called.identifiers(AttributesJson.parse(person.attributes)),
          anonymous,
          Instant.MAX);
    }

    /** Those by which the person is found, and the {@code cio_id}. */
    private List<Map<String, Object>> identifiers(Called known) {
      var values = known.identifiers().stream().map(Identifier::key).toArray(String[]::new);
      var found = new ArrayList<Map<String, Object>>();
      found.add(Map.of("type", "cio_id", "value", CioId.of(person.personId)));
      handle
          .createQuery(
              """
              SELECT kind, value FROM person_identifier
               WHERE workspace_id = :workspace AND kind IN (1, 2, 3) AND value = ANY(:values) AND person_id = :person
               ORDER BY kind
              """)
          .bind("workspace", person.workspace.value())
          .bind("values", values)
          .bind("person", person.personId)
          .map((row, _) ->
              Map.<String, Object>of(
                  "type", Called.word(IdentifierKind.of(row.getInt(1))), "value", row.getString(2)))
          .forEach(found::add);
      return found;
    }

    private List<Map<String, Object>> suppressed(Called known) {
      var keys =
          known.identifiers().stream()
              .map(each -> IdentifierKey.of(person.workspace, each))
              .toList();
      return suppressions.find(handle, keys).stream()
          .sorted()
          .map(each ->
              Map.<String, Object>of("type", Called.word(each.kind()), "value", each.value()))
          .toList();
    }

    private record Rule(
        @Nullable String type,
        @Nullable String name,
        @Nullable String metric,
        @Nullable String subject,
        @Nullable String conditions) {
      private static final Rule GONE = new Rule(null, null, null, null, null);
    }

    private List<Map<String, @Nullable Object>> counters() {
      var packed =
          handle
              .createQuery("SELECT counters FROM person_counters WHERE person_id = :person")
              .bind("person", person.personId)
              .mapTo(byte[].class)
              .findOne();
      var counters = packed.map(Counters::unpack).orElse(Counters.EMPTY);
      var rules = new LinkedHashMap<Integer, Rule>();
      handle
          .createQuery(
              """
              SELECT c.counter_id, n.kind, n.name, c.metric, c.subject, c.conditions
                FROM counter c LEFT JOIN event_name n USING (name_id)
               WHERE c.workspace_id = :workspace AND c.counter_id = ANY(:ids)
              """)
          .bind("workspace", person.workspace.value())
          .bind("ids", counters.ids())
          .map((row, _) ->
              rules.put(
                  row.getInt(1),
                  new Rule(
                      row.getObject(2) == null ? null : EventKind.of(row.getInt(2)).wire(),
                      row.getString(3),
                      row.getString(4),
                      row.getString(5),
                      row.getString(6))))
          .list();
      var list = new ArrayList<Map<String, @Nullable Object>>();
      for (var id : counters.ids()) {
        var rule = rules.getOrDefault(id, Rule.GONE);
        var counter = new LinkedHashMap<String, @Nullable Object>();
        counter.put("type", rule.type);
        counter.put("name", rule.name);
        counter.put("metric", rule.metric);
        counter.put("subject", rule.subject);
        counter.put("conditions", rule.conditions == null ? null : new Json.Raw(rule.conditions));
        counter.put("total", counters.get(id).total());
        var newest = new ArrayList<Object>();
        for (var millis : counters.get(id).newest()) {
          newest.add(JsonLines.seconds(Instant.ofEpochMilli(millis)));
        }
        counter.put("newest", newest);
        list.add(counter);
      }
      return list;
    }

    private void section(ExportSection section) throws IOException {
      var query = handle.createQuery(section.sql()).bind("people", people);
      if (section.sql().contains(":workspace")) {
        query.bind("workspace", person.workspace.value());
      }
      try (var rows =
          streamed(query, section.fetched())
              .map((row, _) ->
                  row.getMetaData().getColumnCount() == 1
                      ? row.getString(1)
                      : "{\"message_id\":\"%s\",%s"
                          .formatted(
                              ids.text(
                                  row.getLong(2),
                                  row.getObject(3, OffsetDateTime.class).toInstant()),
                              row.getString(1).strip().substring(1)))
              .iterator()) {
        while (rows.hasNext()) {
          out.entry(rows.next());
          checkTime();
        }
      }
    }

    private record Letter(Instant receivedAt, Instant failedAt, byte[] payload) {}

    private void deadLetters(Called known) throws IOException {
      var query =
          handle
              .createQuery(
                  "SELECT received_at, failed_at, payload FROM dead_letter WHERE workspace_id = :workspace")
              .bind("workspace", person.workspace.value());
      try (var rows =
          streamed(query, LETTERS)
              .map((row, _) ->
                  new Letter(
                      row.getObject(1, OffsetDateTime.class).toInstant(),
                      row.getObject(2, OffsetDateTime.class).toInstant(),
                      row.getBytes(3)))
              .iterator()) {
        while (rows.hasNext()) {
          var letter = rows.next();
          var operation = operations.read(letter.payload).filter(each -> each.names(known));
          if (operation.isPresent()) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("received_at", JsonLines.seconds(letter.receivedAt));
            entry.put("failed_at", JsonLines.seconds(letter.failedAt));
            entry.put("operation", operation.get().told());
            out.entry(entry);
          }
          checkTime();
        }
      }
    }

    private static Query streamed(Query query, int fetched) {
      return query.setFetchSize(fetched);
    }

    private void checkTime() throws IOException {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("an export took longer than an hour");
      }
    }
  }
}
