package dev.carillon.computed;

import dev.carillon.computed.ComputedAttribute.State;
import dev.carillon.computed.ComputedOutcome.Deleted;
import dev.carillon.computed.ComputedOutcome.Fixed;
import dev.carillon.computed.ComputedOutcome.NameTaken;
import dev.carillon.computed.ComputedOutcome.NoSuch;
import dev.carillon.computed.ComputedOutcome.Saved;
import dev.carillon.computed.ComputedOutcome.TooMany;
import dev.carillon.computed.ComputedOutcome.WrittenByCalls;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventNames;
import dev.carillon.people.AttributeNames;
import dev.carillon.segments.ConditionJson;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Definitions of computed attributes. A change waits for the batches that are under way, and every
 * batch after it knows the definition; what happened before is added up in the background (class
 * {@link ComputedBuilder}).
 */
public final class ComputedAttributes {
  /** Each one costs every event it reads; more than these are refused. */
  public static final int MOST = 100;

  private static final String SELECT =
      """
      SELECT a.computed_id, a.workspace_id, a.name, a.description, n.kind, n.name, a.conditions, a.aggregate, a.property,
             a.window_s, a.state, a.epoch, a.people_done, a.people, a.created_at, a.updated_at
        FROM computed_attribute a JOIN event_name n USING (name_id)
      """;

  private final InstantSource clock;

  /** Dates what it stores by this clock. */
  public ComputedAttributes(InstantSource clock) {
    this.clock = clock;
  }

  /** Those of all workspaces, in the order of their ids. */
  public List<ComputedAttribute> all(Handle handle) {
    return handle.createQuery(SELECT + " ORDER BY a.computed_id").map((row, _) -> read(row)).list();
  }

  /** Those of a workspace, by id; those that are being withdrawn are absent. */
  public List<ComputedAttribute> list(Handle handle, WorkspaceId workspace) {
    return handle
        .createQuery(
            SELECT
                + " WHERE a.workspace_id = :workspace AND a.state <> 'withdrawing' ORDER BY a.computed_id")
        .bind("workspace", workspace.value())
        .map((row, _) -> read(row))
        .list();
  }

  /** One of a workspace that is not being withdrawn. */
  public Optional<ComputedAttribute> find(Handle handle, WorkspaceId workspace, int id) {
    return handle
        .createQuery(
            SELECT
                + " WHERE a.workspace_id = :workspace AND a.computed_id = :id AND a.state <> 'withdrawing'")
        .bind("workspace", workspace.value())
        .bind("id", id)
        .map((row, _) -> read(row))
        .findOne();
  }

  private static ComputedAttribute read(ResultSet row) throws SQLException {
    var seconds = row.getObject(10, Long.class);
    var state = State.valueOf(row.getString(11).toUpperCase(Locale.ROOT));
    var people = row.getObject(14, Long.class);
    var done = row.getLong(13);
    return new ComputedAttribute(
        row.getInt(1),
        new WorkspaceId(row.getInt(2)),
        new ComputedDefinition(
            row.getString(3),
            row.getString(4),
            EventKind.of(row.getInt(5)),
            row.getString(6),
            ConditionJson.storedTests(row.getString(7)),
            new Computation(
                Aggregate.valueOf(row.getString(8).toUpperCase(Locale.ROOT)),
                row.getString(9),
                seconds == null ? null : Duration.ofSeconds(seconds))),
        state,
        row.getInt(12),
        state == State.READY
            ? null
            : people == null ? 0 : (int) Math.min(99, done * 100 / Math.max(1, people)),
        row.getTimestamp(15).toInstant(),
        row.getTimestamp(16).toInstant());
  }

  /**
   * Stores a new one. Not under a name that calls have written: people who did nothing would keep
   * the value they were given, and no call could change it.
   */
  public ComputedOutcome create(
      Handle handle, WorkspaceId workspace, ComputedDefinition definition) {
    Epoch.newRules(handle);
    var present =
        handle
            .createQuery("SELECT name FROM computed_attribute WHERE workspace_id = :workspace")
            .bind("workspace", workspace.value())
            .mapTo(String.class)
            .list();
    if (present.contains(definition.name())) {
      return new NameTaken();
    }
    if (present.size() >= MOST) {
      return new TooMany();
    }
    if (AttributeNames.mayHaveOccurred(
        handle, AttributeNames.Scope.people(workspace), definition.name())) {
      return new WrittenByCalls();
    }
    var now = clock.instant();
    var event = EventNames.reserve(handle, workspace, definition.kind(), definition.event(), now);
    var window = definition.computation().window();
    var id =
        handle
            .createQuery(
                """
                INSERT INTO computed_attribute (workspace_id, name, description, name_id, aggregate, property, conditions, window_s,
                                                state, epoch, created_at, updated_at)
                SELECT :workspace, :name, :description, :event, :aggregate, :property, :conditions, :window, 'filling', rules, :now, :now
                  FROM epoch
                RETURNING computed_id
                """)
            .bind("workspace", workspace.value())
            .bind("name", definition.name())
            .bind("description", definition.description())
            .bind("event", event)
            .bind("aggregate", definition.computation().aggregate().wire())
            .bind("property", definition.computation().property())
            .bind("conditions", ConditionJson.testsText(definition.where()))
            .bindByType("window", window == null ? null : window.toSeconds(), Long.class)
            .bind("now", now)
            .mapTo(Integer.class)
            .one();
    return new Saved(find(handle, workspace, id).orElseThrow());
  }

  /** Changes the description; everything else is fixed, as other values would appear unasked. */
  public ComputedOutcome update(
      Handle handle, WorkspaceId workspace, int id, ComputedDefinition wanted) {
    var present = find(handle, workspace, id).orElse(null);
    if (present == null) {
      return new NoSuch();
    }
    var definition = present.definition();
    var same =
        new ComputedDefinition(
            definition.name(),
            wanted.description(),
            definition.kind(),
            definition.event(),
            definition.where(),
            definition.computation());
    if (!same.equals(wanted)) {
      return new Fixed();
    }
    handle
        .createUpdate(
            """
            UPDATE computed_attribute SET description = :description, updated_at = :now
             WHERE workspace_id = :workspace AND computed_id = :id
            """)
        .bind("description", wanted.description())
        .bind("now", clock.instant())
        .bind("workspace", workspace.value())
        .bind("id", id)
        .execute();
    return new Saved(find(handle, workspace, id).orElseThrow());
  }

  /** Deletes one: it is computed no more, and profiles lose it in the background. */
  public ComputedOutcome delete(Handle handle, WorkspaceId workspace, int id) {
    Epoch.newRules(handle);
    var deleted =
        handle
            .createUpdate(
                """
                UPDATE computed_attribute
                   SET state = 'withdrawing', done_to = 0, skipped = '{}', people_done = 0, people = NULL,
                       failures = 0, retry_at = NULL, updated_at = :now
                 WHERE workspace_id = :workspace AND computed_id = :id AND state <> 'withdrawing'
                """)
            .bind("now", clock.instant())
            .bind("workspace", workspace.value())
            .bind("id", id)
            .execute();
    return deleted == 0 ? new NoSuch() : new Deleted();
  }

  /** When the value of a person is computed again with no new event; empty: never. */
  public Optional<Instant> looksAgainAt(Handle handle, long personId, int id) {
    return handle
        .createQuery(
            "SELECT due_at FROM computed_timer WHERE person_id = :person AND computed_id = :id")
        .bind("person", personId)
        .bind("id", id)
        .map((row, _) -> row.getTimestamp(1).toInstant())
        .findOne();
  }
}
