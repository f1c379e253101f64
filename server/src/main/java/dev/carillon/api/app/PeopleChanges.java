package dev.carillon.api.app;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the App API changes of people: it goes through the log like everything that does, so it has
 * an effect a moment later, after whatever was accepted before it.
 */
final class PeopleChanges {
  private static final Logger LOG = LoggerFactory.getLogger(PeopleChanges.class);

  private final PeopleReads people;
  private final Intake intake;

  PeopleChanges(PeopleReads people, Intake intake) {
    this.people = people;
    this.intake = intake;
  }

  /** {@code DELETE /v1/customers/{id}}, as the Track API deletes (app-data §2.12). */
  Reply delete(Access access, Request request) {
    var person = people.find(access, request);
    accept(new Operation.Delete(access.workspace(), PeopleReads.named(request, person)));
    return Reply.json(200, Map.of());
  }

  /** {@code PUT /v1/customers/{id}/optouts} (app-data §2.11). */
  Reply optOuts(Access access, Request request) {
    var person = people.find(access, request);
    var choices = OptOutsBody.choices(request);
    if (!choices.isEmpty()) {
      accept(
          new Operation.OptOuts(access.workspace(), PeopleReads.named(request, person), choices));
    }
    return Reply.empty(204);
  }

  private void accept(Operation operation) {
    try {
      intake.accept(List.of(operation));
    } catch (IntakeUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", failure.retryAfterSeconds()).thrown();
    }
  }
}
