package dev.carillon.processing;

import dev.carillon.delivery.CampaignEmail;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliverySettings;
import dev.carillon.delivery.DeliveryWorker;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.MailLinks;
import dev.carillon.delivery.MailTrap;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Messages to people of a kit: queued as a campaign does, sent by a worker into the trap, and
 * reported about. A person without an address gets none, one without a first name makes it fail.
 */
final class Mailbox {
  static final int CAMPAIGN = 900_001;
  static final int ACTION = 900_002;

  private static final CampaignEmail EMAIL =
      new CampaignEmail(
          "Welcome",
          "transactional",
          "First mail",
          new EmailTemplate(
              "Hi {{customer.first_name}}",
              "<p>Hi</p>",
              "",
              "Shop <shop@example.test>",
              "",
              "",
              "",
              Map.of()));

  private final ProcessingKit kit;
  private final DeliveryWorker worker;

  /** Signals this node when something was sent that rules count. */
  Mailbox(ProcessingKit kit, Processing node) {
    this(kit, node, EMAIL);
  }

  /** The same with another mail. */
  Mailbox(ProcessingKit kit, Processing node, CampaignEmail email) {
    this.kit = kit;
    this.worker =
        new DeliveryWorker(
            DeliverySettings.standard(node.incarnation(), "carillon.test"),
            kit.database,
            new DeliveryIds(ProcessingKit.SECRET),
            new MailLinks(new LinkTokens(ProcessingKit.SECRET), () -> "https://carillon.test"),
            (_, _, _) -> Optional.of(email),
            (_, _) -> Optional.empty(),
            new MailTrap(),
            kit.clock,
            new Random(1),
            node::messagesReached);
  }

  /** Somebody mails can be sent to. */
  static void reachable(ProcessingKit kit, Identifier person) {
    kit.identify(person, "email", person.value() + "@example.test", "first_name", "Somebody");
  }

  /** A mail to be sent. */
  long queue(Identifier person) {
    return queue(person, CAMPAIGN, ACTION);
  }

  long queue(Identifier person, int campaign, int action) {
    return queue(kit.personId(person), campaign, action);
  }

  long queue(long personId, int campaign, int action) {
    var deliveryId = kit.number("SELECT nextval('id_range')") * 1_000_000;
    var intent =
        new NewDelivery(
            deliveryId,
            kit.clock.instant(),
            kit.workspace(),
            personId,
            null,
            campaign,
            action,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    kit.database.inTransaction(handle -> {
      new DeliveryRepository(kit.database).insertIntents(handle, List.of(intent));
      return deliveryId;
    });
    return deliveryId;
  }

  /** Sends what is queued; what follows is not waited for. */
  void send() {
    try {
      worker.runDue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** A mail that was sent, with all that follows. */
  long sent(Identifier person) {
    return sent(person, CAMPAIGN, ACTION);
  }

  long sent(Identifier person, int campaign, int action) {
    var deliveryId = queue(person, campaign, action);
    send();
    kit.settle();
    return deliveryId;
  }

  /** Changes what no worker of today can make. */
  void change(long deliveryId, String change) {
    kit.database.inTransaction(handle ->
        handle.execute("UPDATE delivery SET " + change + " WHERE delivery_id = ?", deliveryId));
  }

  /** What is reported about a delivery, at the time of its receipt. */
  static Operation.DeliveryReport reportOf(
      long deliveryId, String metric, @Nullable Object... details) {
    return new Operation.DeliveryReport(
        new WorkspaceId(0), deliveryId, metric, 0, ProcessingKit.attributes(details));
  }

  void report(long deliveryId, String metric, @Nullable Object... details) {
    kit.accept(reportOf(deliveryId, metric, details));
  }
}
