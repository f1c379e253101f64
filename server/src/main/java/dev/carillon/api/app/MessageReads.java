package dev.carillon.api.app;

import dev.carillon.delivery.ArchivedMessage;
import dev.carillon.delivery.Cursor;
import dev.carillon.delivery.Delivery;
import dev.carillon.delivery.DeliveryFilter;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryPage;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Metric;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/messages…}: deliveries of all people (app-messaging §7). */
final class MessageReads {
  private final DeliveryRepository deliveries;
  private final DeliveryIds ids;
  private final MessageJson json;

  MessageReads(DeliveryRepository deliveries, DeliveryIds ids, MessageJson json) {
    this.deliveries = deliveries;
    this.ids = ids;
    this.json = json;
  }

  Reply list(Access access, Request request) {
    var end = Parameters.instant(request, "end_ts");
    var list =
        PageCursor.MESSAGES.asked(
            access.workspace(),
            Parameters.said(
                request,
                "type",
                "metric",
                "drafts",
                "campaign_id",
                "action_id",
                "newsletter_id",
                "start_ts",
                "end_ts"));
    var filter =
        new DeliveryFilter(
            Channels.type(request),
            metric(request),
            Parameters.flag(request, "drafts"),
            boxed(Parameters.id(request, "campaign_id")),
            boxed(Parameters.id(request, "action_id")),
            Parameters.instant(request, "start_ts"),
            end == null ? null : end.plusSeconds(1),
            start(request, list),
            Parameters.limit(request, 50, 1_000));
    var tracked = Parameters.flag(request, "get_tracked_responses");
    // No delivery belongs to a newsletter.
    var page =
        Parameters.id(request, "newsletter_id").isPresent()
            ? new DeliveryPage(List.of(), null)
            : deliveries.ofWorkspace(access.workspace(), filter);
    return Reply.json(200, json.page(access.workspace(), page, list, tracked));
  }

  /** What has happened to the deliveries a caller wants; null: anything. */
  static @Nullable Metric metric(Request request) {
    var word = Parameters.text(request, "metric");
    return word == null
        ? null
        : Metric.ofWire(word).orElseThrow(() -> Parameters.wrong("metric is not known"));
  }

  private static @Nullable Integer boxed(OptionalInt id) {
    return id.isPresent() ? id.getAsInt() : null;
  }

  /**
   * The place in a list of deliveries at which the caller wants to go on; null for the first page.
   */
  static @Nullable Cursor start(Request request, PageCursor.Asked list) {
    var place = list.start(request);
    return place == null ? null : new Cursor(PageCursor.instant(place[0]), place[1]);
  }

  Reply one(Access access, Request request) {
    var delivery = find(access, request);
    var tracked = Parameters.flag(request, "get_tracked_responses");
    var shown = json.messages(access.workspace(), List.of(delivery), tracked).getFirst();
    return Reply.json(200, Map.of("message", shown));
  }

  /**
   * The rendered message. What was never rendered is unknown; what was rendered and is no longer
   * kept is {@code forgotten}.
   */
  Reply archived(Access access, Request request) {
    var delivery = find(access, request);
    var id = request.segment("id");
    var email =
        ids.parse(id)
            .flatMap(parsed -> deliveries.archivedMessage(access.workspace(), parsed))
            .map(ArchivedMessage::email)
            .orElse(null);
    if (email == null && !delivery.metrics().containsKey(Metric.SENT)) {
      throw Parameters.notFound("the message has not been rendered");
    }
    return Reply.json(200, Map.of("archived_message", MessageJson.archived(id, delivery, email)));
  }

  private Delivery find(Access access, Request request) {
    return ids.parse(request.segment("id"))
        .flatMap(id -> deliveries.find(access.workspace(), id))
        .orElseThrow(() -> Parameters.notFound("message not found"));
  }
}
