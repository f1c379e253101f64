package dev.carillon.api.hooks;

import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.http.Problem;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What readers decide on the pages, as operations: stored when they return (U-22). */
final class Choices {
  private static final String UNSUBSCRIBED = "unsubscribed";

  private final Intake intake;
  private final DeliveryRepository deliveries;

  Choices(Intake intake, DeliveryRepository deliveries) {
    this.intake = intake;
    this.deliveries = deliveries;
  }

  /**
   * The reader wants no more mail. The delivery is credited with it (M-93) as long as there is one.
   *
   * @param reader empty when the person is gone: nothing changes then
   */
  void leave(InMail mail, Optional<Person> reader, Map<String, Boolean> others) {
    var attributes = new LinkedHashMap<String, @Nullable Object>(others);
    var operations = new ArrayList<Operation>();
    if (deliveries.find(mail.workspace(), mail.delivery()).isPresent()) {
      operations.add(new Operation.Unsubscribe(new WorkspaceId(0), mail.delivery().value()));
    } else {
      attributes.put(UNSUBSCRIBED, true);
    }
    reader.ifPresent(person -> write(mail, person, attributes, operations));
    accept(operations);
  }

  /** The reader wants mail again (M-94). */
  void comeBack(InMail mail, Person reader, Map<String, Boolean> others) {
    var attributes = new LinkedHashMap<String, @Nullable Object>(others);
    attributes.put(UNSUBSCRIBED, false);
    var operations = new ArrayList<Operation>();
    write(mail, reader, attributes, operations);
    accept(operations);
  }

  /** The reader wants other topics or channels; attribute → value. */
  void choose(InMail mail, Person reader, Map<String, Boolean> changes) {
    var operations = new ArrayList<Operation>();
    write(mail, reader, new LinkedHashMap<>(changes), operations);
    accept(operations);
  }

  private static void write(
      InMail mail,
      Person reader,
      Map<String, @Nullable Object> attributes,
      List<Operation> operations) {
    if (!attributes.isEmpty()) {
      operations.add(
          new Operation.Identify(
              mail.workspace(), Readers.identifier(reader.personId()), attributes, 0, true));
    }
  }

  private void accept(List<Operation> operations) {
    if (operations.isEmpty()) {
      return;
    }
    try {
      intake.accept(operations);
    } catch (IntakeUnavailable refused) {
      throw new Problem.Unavailable(
              "Your choice could not be stored. Please try again in a moment.",
              refused.retryAfterSeconds())
          .thrown();
    }
  }
}
