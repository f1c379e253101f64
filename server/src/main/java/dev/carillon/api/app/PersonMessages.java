package dev.carillon.api.app;

import dev.carillon.delivery.DeliveryFilter;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Access;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/customers/{id}/messages}: a person's messages (app-data §2.7). */
final class PersonMessages {
  private static final int MONTHS = 6;

  private final PeopleReads people;
  private final DeliveryRepository deliveries;
  private final MessageJson messageJson;
  private final InstantSource clock;

  PersonMessages(
      PeopleReads people,
      DeliveryRepository deliveries,
      MessageJson messageJson,
      InstantSource clock) {
    this.people = people;
    this.deliveries = deliveries;
    this.messageJson = messageJson;
    this.clock = clock;
  }

  Reply list(Access access, Request request) {
    var found = people.find(access, request);
    var window = window(request);
    var list =
        PageCursor.PERSON_MESSAGES.asked(
            access.workspace(), found.personId(), Parameters.said(request, "start_ts", "end_ts"));
    var filter =
        new DeliveryFilter(
            null,
            null,
            false,
            null,
            null,
            window.from,
            window.to,
            MessageReads.start(request, list),
            Parameters.limit(request, 50, 1_000));
    var page = deliveries.ofPerson(access.workspace(), found.personId(), filter);
    return Reply.json(200, messageJson.page(access.workspace(), page, list, false));
  }

  private record Window(Instant from, @Nullable Instant to) {}

  /** The newest six months before {@code end_ts}, or the part of them the caller wants. */
  private Window window(Request request) {
    var end = Parameters.instant(request, "end_ts");
    var last = end == null ? clock.instant() : end;
    var earliest = last.atOffset(ZoneOffset.UTC).minusMonths(MONTHS).toInstant();
    var start = Parameters.instant(request, "start_ts");
    var from = start == null || start.isBefore(earliest) ? earliest : start;
    return new Window(from, end == null ? null : end.plusSeconds(1));
  }
}
