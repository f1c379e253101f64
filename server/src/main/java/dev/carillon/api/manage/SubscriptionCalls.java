package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.Subscribable.Draft;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.Subscribable.Text;
import dev.carillon.subscriptions.SubscriptionDefaults;
import dev.carillon.subscriptions.SubscriptionOutcome;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/subscription_topics} and {@code …/subscription_channels}: what people subscribe to, with
 * the default for who made no choice and texts in several languages.
 */
final class SubscriptionCalls {
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_DESCRIPTION = 1_000;

  /** What an answer holds beyond a draft; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY = Set.of("id", "identifier", "created_at");

  private final Database database;
  private final SubscriptionRepository subscriptions;
  private final Kind kind;
  private final String resource;

  SubscriptionCalls(Database database, SubscriptionRepository subscriptions, Kind kind) {
    this.database = database;
    this.subscriptions = subscriptions;
    this.kind = kind;
    this.resource = kind == Kind.TOPIC ? "subscription_topic" : "subscription_channel";
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = database.read(handle -> subscriptions.list(handle, access.workspace(), kind));
    return Reply.json(200, pages.answer(resource + "s", all, SubscriptionCalls::toMap));
  }

  Reply one(Access access, Request request) {
    var id = PathIds.id(request, word());
    return shown(
        database
            .read(handle -> subscriptions.find(handle, access.workspace(), kind, id))
            .orElseThrow(this::unknown));
  }

  Reply create(Access access, Request request) {
    var draft = draft(Bodies.resource(request, resource), null);
    return answer(
        database.inTransaction(
            handle -> subscriptions.create(handle, access.workspace(), kind, draft)));
  }

  /** Replaces everything an administrator decides; what is absent gets its default. */
  Reply update(Access access, Request request) {
    var id = PathIds.id(request, word());
    var json = Bodies.resource(request, resource);
    var present =
        database
            .read(handle -> subscriptions.find(handle, access.workspace(), kind, id))
            .orElseThrow(this::unknown);
    var draft = draft(json, present.type());
    return answer(
        database.inTransaction(
            handle -> subscriptions.update(handle, access.workspace(), kind, id, draft)));
  }

  Reply delete(Access access, Request request) {
    var id = PathIds.id(request, word());
    return answer(
        database.inTransaction(
            handle -> subscriptions.delete(handle, access.workspace(), kind, id)));
  }

  private Reply answer(SubscriptionOutcome outcome) {
    return switch (outcome) {
      case SubscriptionOutcome.Saved(var saved) -> shown(saved);
      case SubscriptionOutcome.Deleted() -> Reply.empty(204);
      case SubscriptionOutcome.Unknown() -> throw unknown();
      case SubscriptionOutcome.Full(var sentence) -> throw new Problem.Conflict(sentence).thrown();
      case SubscriptionOutcome.InUse(var users) ->
          throw new Problem.Conflict(
                  "the %s is used by %s".formatted(word(), String.join(", ", users)))
              .thrown();
    };
  }

  private String word() {
    return kind == Kind.TOPIC ? "topic" : "channel";
  }

  private RuntimeException unknown() {
    return new Problem.NotFound(word() + " not found").thrown();
  }

  private Reply shown(Subscribable subscribable) {
    return Reply.json(200, Map.of(resource, toMap(subscribable)));
  }

  private static Map<String, Object> toMap(Subscribable subscribable) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", subscribable.id());
    Optional.ofNullable(subscribable.type())
        .ifPresentOrElse(
            type -> json.put("type", type.wire()),
            () -> json.put("identifier", SubscriptionDefaults.topicKey(subscribable.id())));
    json.put("name", subscribable.text().name());
    json.put("description", subscribable.text().description());
    json.put("subscribed_by_default", subscribable.subscribedByDefault());
    var translations = new LinkedHashMap<String, Object>();
    subscribable.translations().forEach((tag, text) -> translations.put(tag, toMap(text)));
    json.put("translations", translations);
    json.put("created_at", subscribable.createdAt().getEpochSecond());
    return json;
  }

  private static Map<String, Object> toMap(Text text) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", text.name());
    json.put("description", text.description());
    return json;
  }

  /**
   * @param present the type of the channel that is changed; null for a new one, and for topics
   */
  private Draft draft(Map<String, @Nullable Object> json, @Nullable ChannelType present) {
    var faults = new ArrayList<Fault>();
    var type = kind == Kind.TOPIC ? null : type(json.get("type"), present, faults);
    var text = text(json, "", faults);
    var usual = json.get("subscribed_by_default");
    if (usual != null && !(usual instanceof Boolean)) {
      faults.add(new Fault("subscribed_by_default", "must be true or false"));
    }
    var translations =
        LocalTexts.read(json, "translations", faults, SubscriptionCalls::translation);
    var known =
        new TreeSet<>(Set.of("name", "description", "subscribed_by_default", "translations"));
    if (kind == Kind.CHANNEL) {
      known.add("type");
    }
    LocalTexts.refuseOthers(json, "", known, READ_ONLY, faults);
    if (!faults.isEmpty()) {
      throw Bodies.invalid(resource, faults);
    }
    return new Draft(type, text, !Boolean.FALSE.equals(usual), translations);
  }

  private static Text translation(Map<?, ?> json, String path, List<Fault> faults) {
    LocalTexts.refuseOthers(json, path, Set.of("name", "description"), Set.of(), faults);
    return text(json, path, faults);
  }

  private static Text text(Map<?, ?> json, String path, List<Fault> faults) {
    return new Text(
        LocalTexts.text(json, path, "name", 1, LONGEST_NAME, faults),
        LocalTexts.text(json, path, "description", 0, LONGEST_DESCRIPTION, faults));
  }

  private static @Nullable ChannelType type(
      @Nullable Object json, @Nullable ChannelType present, List<Fault> faults) {
    if (json == null && present != null) {
      return present;
    }
    var type = json instanceof String word ? ChannelType.ofWire(word).orElse(null) : null;
    if (type == null) {
      var words =
          Arrays.stream(ChannelType.values())
              .map(ChannelType::wire)
              .collect(Collectors.joining(", "));
      faults.add(new Fault("type", json == null ? "is required" : "must be one of " + words));
    } else if (present != null && type != present) {
      faults.add(new Fault("type", "must stay " + present.wire()));
    }
    return type;
  }
}
