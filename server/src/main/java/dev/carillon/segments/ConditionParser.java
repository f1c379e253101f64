package dev.carillon.segments;

import dev.carillon.events.EventKind;
import dev.carillon.segments.Condition.Subscription;
import dev.carillon.segments.MessageFilter.Metric;
import dev.carillon.segments.MessageFilter.Scope;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads one condition and takes note of everything that is wrong with it. Used once. */
final class ConditionParser {
  private static final int DEPTH = 10;
  private static final int NODES = 200;
  private static final Set<String> KINDS =
      FormReader.sorted(
          "and",
          "or",
          "not",
          "attribute",
          "event",
          "message",
          "segment",
          "subscription",
          "device",
          "object",
          "campaign",
          "sample");
  private static final Set<String> CHANNELS =
      FormReader.sorted("email", "sms", "push", "in_app", "webhook", "slack", "whatsapp");
  private static final Map<String, EventKind> EVENTS =
      Stream.of(EventKind.values())
          .collect(Collectors.toMap(EventKind::wire, kind -> kind, (one, _) -> one, TreeMap::new));
  private static final Set<String> METRICS = words(Metric.values());
  private static final Set<String> ENGAGEMENTS = FormReader.sorted("human", "any");
  private static final Set<String> ACTIVITIES = words(CampaignActivity.values());

  private final FormReader form;
  private final TestReader tests;
  private final OccurrencesReader occurrences;
  private int nodes;

  ConditionParser(List<Fault> faults) {
    this.form = new FormReader(faults);
    this.tests = new TestReader(form);
    this.occurrences = new OccurrencesReader(form, tests);
  }

  private static Set<String> words(Enum<?>[] values) {
    return Stream.of(values)
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A whole condition: as {@link #node}, and an empty group is a fault (S-20). */
  @Nullable Condition root(JsonNode node, String path) {
    var condition = node(node, path);
    if (isEmptyGroup(node)) {
      form.fault(path, "must hold at least one condition");
    }
    return condition;
  }

  private static boolean isEmptyGroup(JsonNode node) {
    return node.size() == 1
        && Stream.of("and", "or")
            .map(node::get)
            .anyMatch(group -> group != null && group.isArray() && group.isEmpty());
  }

  /** A list of tests on the data of an event. */
  List<AttributeTest> tests(JsonNode node, String path) {
    return tests.tests(node, path);
  }

  /** One node and all below it; null or incomplete when faults were noted. */
  @Nullable Condition node(JsonNode node, String path) {
    var condition = node(node, path, 0);
    if (nodes > NODES) {
      form.fault(path, "holds more than %d conditions and groups".formatted(NODES));
    }
    return condition;
  }

  /**
   * @param groups how many groups it stands in
   */
  private @Nullable Condition node(JsonNode node, String path, int groups) {
    nodes++;
    if (!node.isObject() || node.size() != 1) {
      form.fault(path, "must be an object with exactly one of " + String.join(", ", KINDS));
      return null;
    }
    var key = node.propertyNames().iterator().next();
    var below = path + "." + key;
    var inner = node.get(key);
    return switch (key) {
      case "and", "or", "not" -> group(key, inner, below, groups + 1);
      default -> leaf(key, inner, below);
    };
  }

  private @Nullable Condition group(String key, JsonNode inner, String path, int groups) {
    if (groups > DEPTH) {
      form.fault(path, "is nested more than %d deep".formatted(DEPTH));
      return null;
    }
    return switch (key) {
      case "and" -> new Condition.And(list(inner, path, groups));
      case "or" -> new Condition.Or(list(inner, path, groups));
      default -> {
        var condition = node(inner, path, groups);
        yield condition == null ? null : new Condition.Not(condition);
      }
    };
  }

  private List<Condition> list(JsonNode node, String path, int groups) {
    var conditions = new ArrayList<Condition>();
    if (!node.isArray()) {
      form.fault(path, "must be a list of conditions");
      return conditions;
    }
    for (var i = 0; i < node.size() && nodes <= NODES; i++) {
      var condition = node(node.get(i), "%s[%d]".formatted(path, i), groups);
      if (condition != null) {
        conditions.add(condition);
      }
    }
    return conditions;
  }

  private @Nullable Condition leaf(String key, JsonNode node, String path) {
    return switch (key) {
      case "attribute" -> {
        var test = tests.ofPerson(node, path);
        yield test == null ? null : new Condition.Attribute(test);
      }
      case "event" -> event(node, path);
      case "message" -> message(node, path);
      case "segment" -> {
        var id =
            form.object(node, path, FormReader.sorted("id"))
                ? form.id(node.get("id"), path + ".id", "a segment")
                : null;
        yield id == null ? null : new Condition.InSegment(id);
      }
      case "subscription" -> subscription(node, path);
      case "device" -> device(node, path);
      case "object" -> object(node, path);
      case "campaign" -> campaign(node, path);
      case "sample" -> sample(node, path);
      default -> {
        form.fault(path, "is not known; one of " + String.join(", ", KINDS) + " is");
        yield null;
      }
    };
  }

  private @Nullable Condition event(JsonNode node, String path) {
    if (!form.object(
        node, path, FormReader.sorted("name", "type", "performed", "count", "window", "where"))) {
      return null;
    }
    var name = form.text(node.get("name"), path + ".name");
    var word = form.word(node.get("type"), path + ".type", EVENTS.keySet());
    var kind = word == null ? EventKind.EVENT : EVENTS.getOrDefault(word, EventKind.EVENT);
    var often = occurrences.read(node, path);
    var where = tests.tests(node.get("where"), path + ".where");
    return name == null ? null : new Condition.Event(kind, name.strip(), where, often);
  }

  private @Nullable Condition message(JsonNode node, String path) {
    if (!form.object(
        node,
        path,
        FormReader.sorted(
            "metric",
            "channel",
            "engagement",
            "campaign",
            "newsletter",
            "action",
            "link",
            "performed",
            "count",
            "window"))) {
      return null;
    }
    var word = form.needed(node.get("metric"), path + ".metric", METRICS);
    var metric = word == null ? Metric.CLICKED : Metric.valueOf(word.toUpperCase(Locale.ROOT));
    var channel = form.word(node.get("channel"), path + ".channel", CHANNELS);
    var engagement = form.word(node.get("engagement"), path + ".engagement", ENGAGEMENTS);
    if (node.has("engagement") && metric != Metric.OPENED && metric != Metric.CLICKED) {
      form.fault(path + ".engagement", "must be absent but for opened and clicked");
    }
    var link = node.has("link") ? form.text(node.get("link"), path + ".link") : null;
    if (node.has("link") && metric != Metric.CLICKED) {
      form.fault(path + ".link", "must be absent but for clicked");
    }
    var scope = scope(node, path);
    var often = occurrences.read(node, path);
    return word == null
        ? null
        : new Condition.Message(
            new MessageFilter(metric, channel, "human".equals(engagement), scope, link), often);
  }

  private Scope scope(JsonNode node, String path) {
    var given = Stream.of("campaign", "newsletter", "action").filter(node::has).toList();
    if (given.size() > 1) {
      form.fault(path, "must hold at most one of campaign, newsletter, action");
    }
    if (given.isEmpty()) {
      return new Scope.Any();
    }
    var name = given.getFirst();
    var id =
        form.id(
            node.get(name), path + "." + name, name.equals("action") ? "an action" : "a " + name);
    if (id == null) {
      return new Scope.Any();
    }
    return switch (name) {
      case "campaign" -> new Scope.Campaign(id);
      case "newsletter" -> new Scope.Newsletter(id);
      default -> new Scope.Action(id);
    };
  }

  private @Nullable Condition subscription(JsonNode node, String path) {
    if (!form.object(node, path, FormReader.sorted("topic", "channel", "subscribed"))) {
      return null;
    }
    var subscribed = form.flag(node.get("subscribed"), path + ".subscribed", true);
    if (node.has("topic") == node.has("channel")) {
      form.fault(path, "must hold either topic or channel");
      return null;
    }
    if (node.has("topic")) {
      var topic = form.id(node.get("topic"), path + ".topic", "a topic");
      return topic == null
          ? null
          : new Condition.Subscribed(new Subscription.Topic(topic), subscribed);
    }
    var channel = form.text(node.get("channel"), path + ".channel");
    return channel == null
        ? null
        : new Condition.Subscribed(new Subscription.Channel(channel), subscribed);
  }

  private @Nullable Condition device(JsonNode node, String path) {
    if (!form.object(node, path, FormReader.sorted("platform", "last_used", "where"))) {
      return null;
    }
    var platform =
        form.word(node.get("platform"), path + ".platform", FormReader.sorted("ios", "android"));
    var used = node.get("last_used");
    var within =
        used != null && form.object(used, path + ".last_used", FormReader.sorted("n", "unit"))
            ? form.span(used, path + ".last_used", FormReader.WINDOW_YEARS)
            : null;
    var where = tests.ofDevice(node.get("where"), path + ".where");
    return new Condition.Device(platform, within, where);
  }

  private @Nullable Condition object(JsonNode node, String path) {
    if (!form.object(node, path, FormReader.sorted("type_id", "count", "where", "relationship"))) {
      return null;
    }
    var type = form.id(node.get("type_id"), path + ".type_id", "an object type");
    var count = occurrences.count(node.get("count"), path + ".count");
    var where = tests.tests(node.get("where"), path + ".where");
    var relationship = tests.tests(node.get("relationship"), path + ".relationship");
    return type == null
        ? null
        : new Condition.Related(type, where, relationship, count.count(), count.times());
  }

  private @Nullable Condition campaign(JsonNode node, String path) {
    if (!form.object(node, path, FormReader.sorted("id", "activity"))) {
      return null;
    }
    var id = form.id(node.get("id"), path + ".id", "a campaign");
    var word = form.needed(node.get("activity"), path + ".activity", ACTIVITIES);
    return id == null || word == null
        ? null
        : new Condition.InCampaign(id, CampaignActivity.valueOf(word.toUpperCase(Locale.ROOT)));
  }

  private @Nullable Condition sample(JsonNode node, String path) {
    if (!form.object(node, path, FormReader.sorted("percent", "salt"))) {
      return null;
    }
    var percent = node.get("percent");
    var hundredths =
        percent != null && percent.isNumber()
            ? percent.decimalValue().multiply(BigDecimal.valueOf(100))
            : null;
    if (hundredths == null
        || hundredths.signum() < 0
        || hundredths.compareTo(BigDecimal.valueOf(10_000)) > 0
        || hundredths.remainder(BigDecimal.ONE).signum() != 0) {
      form.fault(path + ".percent", "must be a number from 0 to 100 with at most two decimals");
      return null;
    }
    var salt = node.get("salt");
    if (salt != null && (!salt.isString() || salt.stringValue().length() > 100)) {
      form.fault(path + ".salt", "must be a text of at most 100 characters");
      return null;
    }
    return new Condition.Sample(hundredths.intValue(), salt == null ? "" : salt.stringValue());
  }
}
