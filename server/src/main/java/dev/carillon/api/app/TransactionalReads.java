package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.delivery.DeliveryFilter;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.DeliveryState;
import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.messages.TransactionalContent;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v1/transactional…}: messages, what they say, and what became of them (§3). */
final class TransactionalReads {
  private static final int LONGEST_BODY_BYTES = 2 * 1_024 * 1_024;
  private static final JsonReader JSON = new JsonReader();
  private static final Set<DeliveryState> STATES =
      Set.of(
          DeliveryState.FAILED, DeliveryState.SENT, DeliveryState.DRAFTED, DeliveryState.ATTEMPTED);

  /** What is said to whoever has no text of their own language. */
  private static final Predicate<TransactionalContent> STANDARD =
      content -> content.language().isEmpty();

  private final Database database;
  private final TransactionalRepository messages;
  private final CampaignMetrics metrics;
  private final DeliveryRepository deliveries;
  private final MessageJson json;
  private final InstantSource clock;

  TransactionalReads(
      Database database,
      TransactionalRepository messages,
      CampaignMetrics metrics,
      DeliveryRepository deliveries,
      MessageJson json,
      InstantSource clock) {
    this.database = database;
    this.messages = messages;
    this.metrics = metrics;
    this.deliveries = deliveries;
    this.json = json;
    this.clock = clock;
  }

  /** One of the texts of a message. */
  private record Found(TransactionalMessage message, TransactionalContent content) {}

  Reply list(Access access, Request request) {
    return database.read(handle -> {
      var untracked = messages.untracked(handle, access.workspace());
      return Reply.json(
          200,
          Map.of(
              "messages",
              messages.list(handle, access.workspace()).stream()
                  .map(each -> TransactionalJson.message(each, untracked))
                  .toList()));
    });
  }

  Reply one(Access access, Request request) {
    return database.read(handle -> {
      var message = message(handle, access, request);
      var untracked = messages.untracked(handle, access.workspace());
      return Reply.json(200, Map.of("message", TransactionalJson.message(message, untracked)));
    });
  }

  Reply contents(Access access, Request request) {
    return database.read(handle -> {
      var message = message(handle, access, request);
      var all = messages.contents(handle, access.workspace(), message.id());
      return Reply.json(
          200,
          Map.of(
              "contents",
              all.stream().map(each -> TransactionalJson.variant(message, each)).toList()));
    });
  }

  Reply content(Access access, Request request) {
    var found = database.read(handle -> found(handle, access, request, numbered(request)));
    return Reply.json(
        200, Map.of("content", TransactionalJson.variant(found.message, found.content)));
  }

  Reply changeContent(Access access, Request request) {
    return change(access, request, numbered(request));
  }

  Reply language(Access access, Request request) {
    var found = database.read(handle -> found(handle, access, request, spoken(request)));
    return listed(found);
  }

  Reply standard(Access access, Request request) {
    return listed(database.read(handle -> found(handle, access, request, STANDARD)));
  }

  Reply changeStandard(Access access, Request request) {
    return change(access, request, STANDARD);
  }

  Reply changeLanguage(Access access, Request request) {
    return change(access, request, spoken(request));
  }

  /** Answers with a list of one, as this surface always has. */
  private static Reply listed(Found found) {
    return Reply.json(
        200, Map.of("content", List.of(TransactionalJson.variant(found.message, found.content))));
  }

  private Reply change(Access access, Request request, Predicate<TransactionalContent> which) {
    var change = body(request);
    return database.inTransaction(handle -> {
      var before = found(handle, access, request, which);
      var email = TransactionalJson.changed(before.content.email(), change);
      messages.say(
          handle, access.workspace(), before.message.id(), before.content.language(), email);
      return listed(found(handle, access, request, which));
    });
  }

  private static Map<String, @Nullable Object> body(Request request) {
    try {
      return JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
  }

  Reply metrics(Access access, Request request) {
    var id = known(access, request);
    var question = MetricsQuestion.of(request, clock.instant());
    var series =
        metrics.ofTransactional(access.workspace(), id, Channels.type(request), question.buckets());
    return Reply.json(200, question.answer(series));
  }

  Reply deliveries(Access access, Request request) {
    var id = known(access, request);
    var end = Parameters.instant(request, "end_ts");
    var list =
        PageCursor.TRANSACTIONAL.asked(
            access.workspace(),
            id,
            Parameters.said(request, "metric", "state", "start_ts", "end_ts"));
    var state = state(request);
    var filter =
        new DeliveryFilter(
            null,
            MessageReads.metric(request),
            state == DeliveryState.DRAFTED,
            null,
            null,
            Parameters.instant(request, "start_ts"),
            end == null ? null : end.plusSeconds(1),
            MessageReads.start(request, list),
            Parameters.limit(request, 50, 1_000));
    var page = deliveries.ofTransactional(access.workspace(), id, state, filter);
    var tracked = Parameters.flag(request, "get_tracked_responses");
    return Reply.json(200, json.page(access.workspace(), page, list, tracked));
  }

  private static @Nullable DeliveryState state(Request request) {
    var word = Parameters.text(request, "state");
    return word == null
        ? null
        : STATES.stream()
            .filter(each -> each.wire().equals(word))
            .findAny()
            .orElseThrow(
                () -> Parameters.wrong("state must be failed, sent, drafted or attempted"));
  }

  /** The number of a message, or of everything sent without one (§2.2). */
  private int known(Access access, Request request) {
    var id = Parameters.pathId(request, "transactional message");
    return id == TransactionalMessage.UNCATEGORIZED
        ? id
        : database.read(handle -> message(handle, access, request)).id();
  }

  private TransactionalMessage message(Handle handle, Access access, Request request) {
    return messages
        .find(handle, access.workspace(), Parameters.pathId(request, "transactional message"))
        .orElseThrow(() -> Parameters.notFound("transactional message not found"));
  }

  private Found found(
      Handle handle, Access access, Request request, Predicate<TransactionalContent> which) {
    var message = message(handle, access, request);
    return messages.contents(handle, access.workspace(), message.id()).stream()
        .filter(which)
        .findFirst()
        .map(content -> new Found(message, content))
        .orElseThrow(() -> Parameters.wrong("the message has no such content"));
  }

  private static Predicate<TransactionalContent> numbered(Request request) {
    var text = request.segment("content_id");
    return content -> Integer.toString(content.id()).equals(text);
  }

  private static Predicate<TransactionalContent> spoken(Request request) {
    var language = request.segment("language");
    return content -> content.language().equalsIgnoreCase(language);
  }
}
