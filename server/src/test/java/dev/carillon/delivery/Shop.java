package dev.carillon.delivery;

import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.Trigger;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A workspace with one campaign, the people it writes to and the intents it has. */
final class Shop {
  static final int CAMPAIGN = 3;
  static final int STEP = 4;

  /** What mails carry that this test does not look at. */
  static final MailLinks LINKS =
      new MailLinks(
          new LinkTokens("0123456789abcdef".getBytes(StandardCharsets.UTF_8)),
          () -> "https://carillon.test");

  final WorkspaceId workspace;
  final DeliveryIds ids = new DeliveryIds("0123456789abcdef".getBytes(StandardCharsets.UTF_8));
  final DeliveryRepository deliveries;
  private final Database database;
  private final Map<Long, NewDelivery> intents = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile @Nullable CampaignEmail email = email("Hi {{customer.first_name}}");

  Shop(Database database) {
    this.database = database;
    this.deliveries = new DeliveryRepository(database);
    this.workspace =
        new WorkspaceId(
            database.read(handle ->
                handle
                    .createQuery(
                        "INSERT INTO workspace (name, created_at) VALUES ('Shop', now())"
                            + " RETURNING workspace_id")
                    .mapTo(Integer.class)
                    .one()));
  }

  static CampaignEmail email(String subject) {
    return new CampaignEmail(
        "Welcome",
        "transactional",
        "First mail",
        new EmailTemplate(
            subject,
            "<p>Hello {{customer.first_name | default: \"you\"}}, {{delivery_id}}</p>",
            "",
            "Shop <shop@example.test>",
            "",
            "",
            "",
            Map.of()));
  }

  /** What the campaign's step says from now on; null deletes it. */
  void says(@Nullable CampaignEmail changed) {
    email = changed;
  }

  TemplateSource templates() {
    return (asked, campaign, step) ->
        asked.equals(workspace) && campaign == CAMPAIGN && step == STEP
            ? Optional.ofNullable(email)
            : Optional.empty();
  }

  long person(String attributes) {
    var personId = workspace.value() * 1_000_000L + numbers.incrementAndGet();
    people(new long[] {personId}, new String[] {attributes});
    return personId;
  }

  void people(long[] personIds, String[] attributes) {
    database.read(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
                SELECT p, :workspace, now(), now(), a, '{}' FROM unnest(:people, :attributes) u(p, a)
                """)
            .bind("workspace", workspace.value())
            .bind("people", personIds)
            .bind("attributes", attributes)
            .execute());
  }

  void change(long personId, String attributes) {
    database.read(handle ->
        handle
            .createUpdate("UPDATE person SET attributes = :attributes WHERE person_id = :person")
            .bind("attributes", attributes)
            .bind("person", personId)
            .execute());
  }

  void delete(long personId) {
    database.inTransaction(handle -> {
      handle.execute("DELETE FROM person WHERE person_id = ?", personId);
      return deliveries.cancelForPeople(handle, new long[] {personId});
    });
  }

  NewDelivery intent(long personId, Instant at) {
    return intent(personId, at, Trigger.NONE, false);
  }

  NewDelivery intent(long personId, Instant at, Trigger trigger, boolean draft) {
    return new NewDelivery(
        workspace.value() * 1_000_000L + numbers.incrementAndGet(),
        at,
        workspace,
        personId,
        personId + 500_000,
        CAMPAIGN,
        STEP,
        Channel.EMAIL,
        Lane.CAMPAIGN,
        trigger.json(),
        trigger.id(),
        draft);
  }

  NewDelivery intentOf(long deliveryId) {
    return Objects.requireNonNull(intents.get(deliveryId));
  }

  void store(List<NewDelivery> stored) {
    stored.forEach(intent -> intents.put(intent.deliveryId(), intent));
    database.inTransaction(handle -> {
      deliveries.insertIntents(handle, stored);
      return stored.size();
    });
  }

  /** Stores one intent and returns its public id. */
  String stored(NewDelivery intent) {
    store(List.of(intent));
    return ids.text(intent.deliveryId(), intent.createdAt());
  }

  Delivery delivery(String id) {
    return ids.parse(id).flatMap(known -> deliveries.find(workspace, known)).orElseThrow();
  }

  Optional<ArchivedMessage> archived(String id) {
    return ids.parse(id).flatMap(known -> deliveries.archivedMessage(workspace, known));
  }
}
