package dev.carillon.api.app;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.PersonLookup;
import dev.carillon.people.search.PeopleSearch;
import dev.carillon.people.search.SearchFilter;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.SubscriptionDefaultsRepository;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/customers…} and {@code POST /v1/customers/attributes}: people (app-data §2). */
final class PeopleReads {
  private static final int MOST = 1_000;
  private static final int MOST_STEPS = 20;
  private static final int MOST_AT_ONCE = 100;
  private static final int LONGEST_BODY_BYTES = 128 * 1024;
  private static final JsonReader JSON = new JsonReader();

  private final Database database;
  private final PeopleQueries people;
  private final PersonLookup lookup;
  private final PeopleSearch search;
  private final ActivityQueries activities;
  private final SubscriptionDefaultsRepository subscriptions = new SubscriptionDefaultsRepository();

  PeopleReads(
      Database database, PeopleQueries people, PeopleSearch search, ActivityQueries activities) {
    this.database = database;
    this.people = people;
    this.search = search;
    this.lookup = new PersonLookup(people);
    this.activities = activities;
  }

  Reply byEmail(Access access, Request request) {
    var email = Parameters.text(request, "email");
    if (email == null) {
      throw Parameters.wrong("email is required");
    }
    var found =
        access.emailIdentifies()
            ? people.find(access.workspace(), Identifier.email(email)).stream()
                .map(Person::names)
                .toList()
            : withEmail(access, email);
    return Reply.json(
        200, Map.of("results", found.stream().map(CustomerJson::identifiers).toList()));
  }

  /** Where addresses name nobody, any number of people may have one; the first {@value #MOST}. */
  private List<Names> withEmail(Access access, String email) {
    var filter = new SearchFilter.Equal("email", email);
    var found = new ArrayList<Names>();
    var after = 0L;
    for (var steps = 0; steps < MOST_STEPS; steps++) {
      var part = PeopleSearchCalls.search(search, access, filter, after, MOST - found.size());
      found.addAll(part.people());
      after = part.after();
      if (!part.more() || found.size() == MOST) {
        return found;
      }
    }
    throw new Problem.Unavailable("the search takes too long, try again later", 1).thrown();
  }

  Reply attributes(Access access, Request request) {
    var customer = customers(access, List.of(find(access, request))).getFirst();
    return Reply.json(200, Map.of("customer", customer));
  }

  /** Those there are, in the order they were asked for, each once. */
  Reply many(Access access, Request request) {
    var names = names(request);
    var found =
        switch (lookup.findAll(access, names, Parameters.text(request, "id_type"))) {
          case PersonLookup.FoundAll.People(var byName) -> byName;
          case PersonLookup.FoundAll.Refused(var reason) -> throw Parameters.wrong(reason);
        };
    var asked = names.stream().filter(found::containsKey).map(found::get).distinct().toList();
    var customers =
        customers(access, asked).stream().map(each -> Map.of("customer", each)).toList();
    return Reply.json(200, Map.of("customers", customers));
  }

  private static List<String> names(Request request) {
    Map<String, @Nullable Object> body;
    try {
      body = JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
    if (!(body.get("ids") instanceof List<?> ids)) {
      throw Parameters.wrong("ids must be a list of texts");
    }
    if (ids.isEmpty() || ids.size() > MOST_AT_ONCE) {
      throw Parameters.wrong("ids must hold 1 to " + MOST_AT_ONCE + " texts");
    }
    return ids.stream()
        .map(each -> {
          if (each instanceof String name && !name.isEmpty()) {
            return name;
          }
          throw Parameters.wrong("ids must be a list of texts");
        })
        .toList();
  }

  private List<Map<String, @Nullable Object>> customers(Access access, List<Person> persons) {
    if (persons.isEmpty()) {
      return List.of();
    }
    var workspace = access.workspace();
    var keys = persons.stream().map(Person::personId).toList();
    var lastEmailed = activities.lastEmailed(workspace, keys);
    var devices = people.devices(workspace, keys);
    var defaults = database.read(handle -> subscriptions.of(handle, workspace));
    return persons.stream()
        .map(each ->
            CustomerJson.customer(
                each,
                lastEmailed.get(each.personId()),
                devices.getOrDefault(each.personId(), List.of()),
                defaults))
        .toList();
  }

  /**
   * The person the path names.
   *
   * @throws dev.carillon.http.ProblemException 404 when it names nobody; 400 for a kind of
   *     identifier that is unknown or not in use
   */
  Person find(Access access, Request request) {
    var idType = Parameters.text(request, "id_type");
    return switch (lookup.find(access, request.segment("id"), idType)) {
      case PersonLookup.Found.Somebody(var found) -> found;
      case PersonLookup.Found.Nobody() -> throw Parameters.notFound("customer not found");
      case PersonLookup.Found.Refused(var reason) -> throw Parameters.wrong(reason);
    };
  }

  /**
   * The same person as the caller has named it: what is then done to it keeps its place among the
   * calls that name it so.
   */
  static Identifier named(Request request, Person person) {
    var name = request.segment("id");
    return switch (Parameters.text(request, "id_type")) {
      case "email" -> Identifier.email(name);
      case "cio_id" -> Identifier.cioId(person.names().cioId());
      case null, default ->
          name.equals(person.names().id())
              ? Identifier.id(name)
              : Identifier.cioId(person.names().cioId());
    };
  }
}
