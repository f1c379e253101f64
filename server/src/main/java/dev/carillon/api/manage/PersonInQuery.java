package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.PersonLookup;
import dev.carillon.workspaces.Access;
import org.jspecify.annotations.Nullable;

/**
 * Finds the person that {@code ?person=…&id_type=…} names, or {@code …/customers/{id}?id_type=…}.
 */
final class PersonInQuery {
  private final PersonLookup lookup;

  PersonInQuery(PersonLookup lookup) {
    this.lookup = lookup;
  }

  /**
   * The person named by the query.
   *
   * @throws dev.carillon.http.ProblemException 404 when it names nobody of the workspace; 400 when
   *     it is missing, or for a kind of identifier that is unknown or not in use
   */
  Person find(Access access, Request request) {
    var name = request.query("person").orElse("");
    if (name.isEmpty()) {
      throw new Problem.BadRequest("person is required: an identifier of somebody").thrown();
    }
    return find(access, name, request);
  }

  /**
   * The person named by the path.
   *
   * @throws dev.carillon.http.ProblemException as {@link #find}
   */
  Person inPath(Access access, Request request) {
    return find(access, request.segment("id"), request);
  }

  /** What {@code id_type} says; null when it is absent. */
  static @Nullable String idType(Request request) {
    return request.query("id_type").filter(text -> !text.isEmpty()).orElse(null);
  }

  private Person find(Access access, String name, Request request) {
    return switch (lookup.find(access, name, idType(request))) {
      case PersonLookup.Found.Somebody(var person) -> person;
      case PersonLookup.Found.Nobody() -> throw new Problem.NotFound("person not found").thrown();
      case PersonLookup.Found.Refused(var reason) -> throw new Problem.BadRequest(reason).thrown();
    };
  }
}
