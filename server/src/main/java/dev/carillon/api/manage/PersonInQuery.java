package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.PersonLookup;
import dev.carillon.workspaces.Access;

/** Finds the person that {@code ?person=…&id_type=…} names. */
final class PersonInQuery {
  private final PersonLookup lookup;

  PersonInQuery(PersonLookup lookup) {
    this.lookup = lookup;
  }

  /**
   * The person.
   *
   * @throws dev.carillon.http.ProblemException 404 when it names nobody of the workspace; 400 when
   *     it is missing, or for a kind of identifier that is unknown or not in use
   */
  Person find(Access access, Request request) {
    var name = request.query("person").orElse("");
    if (name.isEmpty()) {
      throw new Problem.BadRequest("person is required: an identifier of somebody").thrown();
    }
    var idType = request.query("id_type").filter(text -> !text.isEmpty()).orElse(null);
    return switch (lookup.find(access, name, idType)) {
      case PersonLookup.Found.Somebody(var person) -> person;
      case PersonLookup.Found.Nobody() -> throw new Problem.NotFound("person not found").thrown();
      case PersonLookup.Found.Refused(var reason) -> throw new Problem.BadRequest(reason).thrown();
    };
  }
}
