package dev.carillon.api.app;

import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.workspaces.Access;

/** Finds the person a path names, by the rules of {@code id_type} (app-data §1.1). */
final class PersonInPath {
  private static final String CIO_ID_PREFIX = "cio_";

  private final PeopleQueries people;

  PersonInPath(PeopleQueries people) {
    this.people = people;
  }

  /**
   * The person.
   *
   * @throws dev.carillon.http.ProblemException 404 when there is nobody of that name in the
   *     workspace; 400 for a kind of identifier that is unknown or not in use
   */
  Person find(Access access, Request request) {
    var value = request.segment("id");
    var kind = Parameters.text(request, "id_type");
    var workspace = access.workspace();
    var found =
        switch (kind) {
          case null -> {
            var byId = people.find(workspace, Identifier.id(value));
            yield byId.isEmpty() && value.startsWith(CIO_ID_PREFIX)
                ? people.find(workspace, Identifier.cioId(value))
                : byId;
          }
          case "id" -> people.find(workspace, Identifier.id(value));
          case "cio_id" -> people.find(workspace, Identifier.cioId(value));
          case "email" -> {
            if (!access.emailIdentifies()) {
              throw notInUse("email");
            }
            yield people.find(workspace, Identifier.email(value));
          }
          case "phone" -> throw notInUse("phone");
          default -> throw Parameters.wrong("id_type must be id, email or cio_id");
        };
    return found.orElseThrow(() -> Parameters.notFound("customer not found"));
  }

  private static RuntimeException notInUse(String kind) {
    return Parameters.wrong(kind + " is not enabled as an identifier in this workspace");
  }
}
