package dev.carillon.api;

import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.events.EventKind;
import dev.carillon.events.EventNames;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleRepository;
import dev.carillon.reporting.ActivityRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A workspace with an App API key, and the people, events and deliveries that a test gives it. */
public final class Tenant {
  private static final AtomicLong NUMBERS = new AtomicLong(1_000);

  private final Database database;
  private final WorkspaceId workspace;
  private final String key;

  private Tenant(Database database, WorkspaceId workspace, String key) {
    this.database = database;
    this.workspace = workspace;
    this.key = key;
  }

  /**
   * A new workspace.
   *
   * @param key its App API key
   */
  public static Tenant create(Database database, String key) {
    return create(database, key, "{}");
  }

  /** A new workspace with settings, a JSON object. */
  public static Tenant create(Database database, String key, String settings) {
    int workspace =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    WITH made AS (
                        INSERT INTO workspace (name, created_at, settings) VALUES ('Shop', now(), :settings::json)
                        RETURNING workspace_id)
                    INSERT INTO credential (workspace_id, kind, secret_hash, created_at)
                    SELECT workspace_id, 'app', sha256(:key::text::bytea), now() FROM made RETURNING workspace_id
                    """)
                .bind("settings", settings)
                .bind("key", key)
                .mapTo(Integer.class)
                .one());
    return new Tenant(database, new WorkspaceId(workspace), key);
  }

  /** The workspace. */
  public WorkspaceId workspace() {
    return workspace;
  }

  /** Its App API key. */
  public String key() {
    return key;
  }

  /**
   * Adds a person; every attribute was written at {@code at}.
   *
   * @param attributes {@code id} and {@code email} among them are identifiers
   */
  public long person(Map<String, ?> attributes, Instant at) {
    var personId = NUMBERS.incrementAndGet();
    var written = new LinkedHashMap<String, Object>();
    attributes.keySet().forEach(name -> written.put(name, at.toEpochMilli()));
    var identifiers = new TreeMap<IdentifierKey, Long>();
    if (attributes.get("id") instanceof String id) {
      identifiers.put(IdentifierKey.of(workspace, Identifier.id(id)), personId);
    }
    if (attributes.get("email") instanceof String email) {
      identifiers.put(IdentifierKey.of(workspace, Identifier.email(email)), personId);
    }
    var people = new PeopleRepository();
    database.inTransaction(handle -> {
      people.insert(
          handle,
          List.of(
              new PeopleRepository.Row(
                  personId,
                  workspace,
                  at,
                  AttributesJson.print(attributes),
                  AttributesJson.print(written))));
      return identifiers.isEmpty() ? 0 : people.insertIdentifiers(handle, identifiers);
    });
    return personId;
  }

  /** Adds an event of a person. */
  public void event(long personId, EventKind kind, String name, Instant at, String data) {
    var nameId = new EventNames(database, InstantSource.system()).numberOf(workspace, kind, name);
    database.inTransaction(handle -> {
      new EventRepository()
          .insert(
              handle,
              List.of(
                  new EventRepository.NewEvent(
                      personId, workspace, nameId, NUMBERS.incrementAndGet(), at, at, null, data)));
      return nameId;
    });
  }

  /** Adds an entry of the activity log. */
  public void activity(long personId, String type, Instant at, String data) {
    database.inTransaction(handle -> {
      new ActivityRepository()
          .insert(
              handle,
              List.of(
                  new ActivityRepository.NewActivity(
                      personId, workspace, NUMBERS.incrementAndGet(), type, at, at, data)));
      return personId;
    });
  }

  /** Adds the intent to send a mail; returns its key. */
  public long delivery(
      long personId, @Nullable Integer campaign, @Nullable Integer action, Instant at) {
    var deliveryId = NUMBERS.incrementAndGet();
    var intent =
        new NewDelivery(
            deliveryId,
            at,
            workspace,
            personId,
            null,
            campaign,
            action,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            campaign == null ? null : "event-1",
            false);
    database.inTransaction(handle -> {
      new DeliveryRepository(database).insertIntents(handle, List.of(intent));
      return deliveryId;
    });
    return deliveryId;
  }

  /** Changes columns of a delivery, as its worker and its reports would. */
  public void delivery(long deliveryId, String change) {
    database.read(handle ->
        handle
            .createUpdate("UPDATE delivery SET " + change + " WHERE delivery_id = :id")
            .bind("id", deliveryId)
            .execute());
  }

  /** Keeps the rendered mail of a delivery. */
  public void content(long deliveryId, String json) {
    database.read(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO delivery_content (delivery_id, created_at, workspace_id, content)
                SELECT delivery_id, created_at, workspace_id, :content FROM delivery WHERE delivery_id = :id
                """)
            .bind("id", deliveryId)
            .bind("content", json)
            .execute());
  }
}
