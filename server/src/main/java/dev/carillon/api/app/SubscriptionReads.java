package dev.carillon.api.app;

import dev.carillon.http.Problem;
import dev.carillon.http.ProblemException;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.Subscription;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.subscriptions.Subscribable;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.SubscriptionCenter;
import dev.carillon.subscriptions.SubscriptionCenterRepository;
import dev.carillon.subscriptions.SubscriptionDefaults;
import dev.carillon.subscriptions.SubscriptionDefaultsRepository;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/subscription_topics}, {@code /v1/subscription_channels} and a person's preferences
 * (app-data §5, §2.10).
 */
final class SubscriptionReads {
  private final Database database;
  private final SubscriptionRepository subscriptions;
  private final SubscriptionDefaultsRepository defaults = new SubscriptionDefaultsRepository();
  private final SubscriptionCenterRepository centers = new SubscriptionCenterRepository();
  private final PeopleReads people;

  SubscriptionReads(Database database, SubscriptionRepository subscriptions, PeopleReads people) {
    this.database = database;
    this.subscriptions = subscriptions;
    this.people = people;
  }

  Reply topics(Access access, Request request) {
    var topics = list(access, Kind.TOPIC).stream().map(SubscriptionReads::topic).toList();
    return Reply.json(200, Map.of("topics", topics));
  }

  Reply channels(Access access, Request request) {
    var channels = list(access, Kind.CHANNEL).stream().map(SubscriptionReads::channel).toList();
    return Reply.json(200, Map.of("channels", channels));
  }

  private List<Subscribable> list(Access access, Kind kind) {
    return database.read(handle -> subscriptions.list(handle, access.workspace(), kind));
  }

  private static Map<String, Object> topic(Subscribable topic) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", topic.id());
    json.put("identifier", SubscriptionDefaults.topicKey(topic.id()));
    json.put("name", topic.text().name());
    json.put("description", topic.text().description());
    json.put("subscribed_by_default", topic.subscribedByDefault());
    return json;
  }

  private static Map<String, Object> channel(Subscribable channel) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", channel.id());
    json.put("type", Optional.ofNullable(channel.type()).map(ChannelType::wire).orElse(""));
    json.put("name", channel.text().name());
    json.put("description", channel.text().description());
    json.put("subscribed_by_default", channel.subscribedByDefault());
    return json;
  }

  /** Clients read a list of what is wrong here (app-data §2.10). */
  Reply preferences(Access access, Request request) {
    try {
      return shown(access, request, people.find(access, request));
    } catch (ProblemException refused) {
      if (refused.problem() instanceof Problem.BadRequest(var message)) {
        throw new Problem.BadRequests(List.of(message)).thrown();
      }
      throw refused;
    }
  }

  private Reply shown(Access access, Request request, Person person) {
    var workspace = access.workspace();
    var wanted = Languages.wanted(request);
    record Known(
        List<Subscribable> topics, SubscriptionDefaults usual, SubscriptionCenter center) {}
    var known =
        database.read(handle ->
            new Known(
                subscriptions.list(handle, workspace, Kind.TOPIC),
                defaults.of(handle, workspace),
                centers.of(handle, workspace)));
    var languages =
        Stream.concat(wanted.stream(), Stream.of(known.center.defaultLanguage())).toList();
    var header = new LinkedHashMap<String, Object>();
    header.put("title", known.center.in(languages).title());
    header.put("subtitle", known.center.in(languages).subtitle());
    var customer = new LinkedHashMap<String, @Nullable Object>();
    customer.put("id", Objects.requireNonNullElse(person.names().id(), ""));
    customer.put("identifiers", CustomerJson.identifiers(person.names()));
    customer.put(
        "topics",
        known.topics.stream()
            .map(each -> {
              var text = each.in(languages);
              var json = new LinkedHashMap<String, Object>();
              json.put("id", each.id());
              json.put(
                  "subscribed",
                  known.usual.subscribed(person.attributes(), each.id()).orElse(false));
              json.put("name", text.name());
              json.put("description", text.description());
              return json;
            })
            .toList());
    customer.put("unsubscribed", Subscription.isUnsubscribed(person.attributes()));
    customer.put("header", header);
    return Reply.json(200, Map.of("customer", customer));
  }
}
