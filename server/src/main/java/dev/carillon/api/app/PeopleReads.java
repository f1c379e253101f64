package dev.carillon.api.app;

import dev.carillon.delivery.DeliveryFilter;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.PersonLookup;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.workspaces.Access;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/customers…}: one person and what belongs to it (app-data §2). */
final class PeopleReads {
  private static final int MONTHS_OF_MESSAGES = 6;

  private final PeopleQueries people;
  private final PersonLookup lookup;
  private final ActivityQueries activities;
  private final DeliveryRepository deliveries;
  private final MessageJson messageJson;
  private final InstantSource clock;

  PeopleReads(
      PeopleQueries people,
      ActivityQueries activities,
      DeliveryRepository deliveries,
      MessageJson messageJson,
      InstantSource clock) {
    this.people = people;
    this.lookup = new PersonLookup(people);
    this.activities = activities;
    this.deliveries = deliveries;
    this.messageJson = messageJson;
    this.clock = clock;
  }

  Reply byEmail(Access access, Request request) {
    var email = Parameters.text(request, "email");
    if (email == null) {
      throw Parameters.wrong("email is required");
    }
    var results =
        people.find(access.workspace(), Identifier.email(email)).stream()
            .map(found -> CustomerJson.identifiers(found.names()))
            .toList();
    return Reply.json(200, Map.of("results", results));
  }

  Reply attributes(Access access, Request request) {
    var found = find(access, request);
    var lastEmailed = activities.lastEmailed(access.workspace(), found.personId());
    var devices = people.devices(access.workspace(), found.personId());
    return Reply.json(200, Map.of("customer", CustomerJson.customer(found, lastEmailed, devices)));
  }

  Reply messages(Access access, Request request) {
    var found = find(access, request);
    var window = window(request);
    var filter =
        new DeliveryFilter(
            null,
            null,
            false,
            null,
            null,
            window.from,
            window.to,
            MessageReads.start(request, PageCursor.PERSON_MESSAGES),
            Parameters.limit(request, 50, 1_000));
    var page = deliveries.ofPerson(access.workspace(), found.personId(), filter);
    return Reply.json(
        200, messageJson.page(access.workspace(), page, PageCursor.PERSON_MESSAGES, false));
  }

  private record Window(Instant from, @Nullable Instant to) {}

  /** The newest six months before {@code end_ts}, or the part of them the caller wants. */
  private Window window(Request request) {
    var end = Parameters.instant(request, "end_ts");
    var last = end == null ? clock.instant() : end;
    var earliest = last.atOffset(ZoneOffset.UTC).minusMonths(MONTHS_OF_MESSAGES).toInstant();
    var start = Parameters.instant(request, "start_ts");
    var from = start == null || start.isBefore(earliest) ? earliest : start;
    return new Window(from, end == null ? null : end.plusSeconds(1));
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
}
