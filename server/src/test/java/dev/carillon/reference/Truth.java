package dev.carillon.reference;

import dev.carillon.reference.Happening.Did;
import dev.carillon.reference.Happening.Reached;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a condition holds for a person at an instant: a pure function (S-22). */
final class Truth {
  private final World world;
  private final Person person;
  private final Instant now;
  private final ValueTest tests;

  Truth(World world, Person person, Instant now) {
    this.world = world;
    this.person = person;
    this.now = now;
    this.tests = new ValueTest(now, world.shared().zone());
  }

  /** The one key of a condition says what kind it is; groups nest (S-20). */
  boolean holds(Map<String, Object> condition) {
    var kind = condition.keySet().iterator().next();
    if (kind.equals("and")) {
      return Json.objects(condition.get(kind)).stream().allMatch(this::holds);
    }
    if (kind.equals("or")) {
      return Json.objects(condition.get(kind)).stream().anyMatch(this::holds);
    }
    var members = Json.object(condition.get(kind));
    return switch (kind) {
      case "not" -> !holds(members);
      case "attribute" -> tests.holds(members, person.attributes.values());
      case "event" ->
          often(
              members,
              person.events.stream().filter(each -> is(members, each)).map(Did::at).toList());
      case "message" -> often(members, firstTimes(members));
      case "segment" -> world.in(Json.integer(members.get("id")), person, now);
      case "subscription" ->
          subscribed(members) == (boolean) members.getOrDefault("subscribed", true);
      case "device" -> person.devices.values().stream().anyMatch(each -> fits(members, each));
      case "object" -> counts(members, related(members));
      case "campaign" -> travelled(members);
      case "sample" -> sampled(members);
      default -> throw new IllegalArgumentException("no condition: " + kind);
    };
  }

  /** Times in the window, as often as wanted; "has not" is never (S-41). */
  private boolean often(Map<String, Object> members, Collection<Instant> times) {
    var window = Json.object(members.getOrDefault("window", Map.of()));
    var inside =
        times.stream().filter(t -> Span.contains(window, t, now, world.shared().zone())).count();
    var never =
        !(boolean) members.getOrDefault("performed", true)
            || "not_within_past".equals(window.get("kind"));
    return never ? inside == 0 : counts(members, inside);
  }

  private static boolean counts(Map<String, Object> members, long number) {
    var count = Json.object(members.getOrDefault("count", Map.of("op", "gte", "n", 1)));
    var n = Json.integer(count.get("n"));
    return switch (Json.text(count.get("op"))) {
      case "gte" -> number >= n;
      case "lte" -> number <= n;
      default -> number == n;
    };
  }

  /** Kind, name and all tests on the event's data; names are trimmed (P-40). */
  private boolean is(Map<String, Object> members, Did event) {
    var type = members.getOrDefault("type", "event");
    var name = Json.text(members.get("name")).strip();
    var wild = type.equals("page") || type.equals("screen");
    var named =
        wild
            ? Pattern.compile(Pattern.quote(name).replace("*", "\\E.*\\Q"), Pattern.DOTALL)
                .matcher(event.name().strip())
                .matches()
            : event.name().strip().equals(name);
    return named
        && event.type().equals(type)
        && tests.all(Json.objects(members.get("where")), event.data());
  }

  /** Each message counts once, at the first time it reached the metric, or the link was clicked. */
  private Collection<Instant> firstTimes(Map<String, Object> members) {
    var scope = List.of("channel", "campaign", "newsletter", "action");
    return person.messages.values().stream()
        .filter(each ->
            scope.stream()
                .allMatch(name ->
                    !members.containsKey(name) || members.get(name).equals(each.scope().get(name))))
        .flatMap(each -> first(members, each).stream())
        .toList();
  }

  private static Optional<Instant> first(Map<String, Object> members, Person.Message message) {
    var times =
        message.reached().stream()
            .filter(each -> each.metric().equals(members.get("metric")))
            .filter(each -> each.human() || !"human".equals(members.get("engagement")))
            .filter(each -> !members.containsKey("link") || members.get("link").equals(each.link()))
            .map(Reached::at);
    return members.containsKey("link") ? times.min(Comparator.naturalOrder()) : times.findFirst();
  }

  /** The person's own choice, else what holds by default. */
  private boolean subscribed(Map<String, Object> members) {
    var choice =
        members.containsKey("topic")
            ? "topics.topic_" + members.get("topic")
            : "channels." + members.get("channel");
    var own = Values.found(person.attributes.values(), "cio_subscription_preferences." + choice);
    return own.isEmpty()
        ? world.shared().defaults().getOrDefault(choice, true)
        : Values.equal(own.getFirst(), true);
  }

  private boolean fits(Map<String, Object> members, Person.Device device) {
    return (!members.containsKey("platform") || members.get("platform").equals(device.platform()))
        && (!members.containsKey("last_used")
            || Span.within(Span.of(Json.object(members.get("last_used"))), device.lastUsed(), now))
        && tests.all(Json.objects(members.get("where")), device.attributes().values());
  }

  /** Object and relationship tests hold on the same pair. */
  private long related(Map<String, Object> members) {
    return person.relationships.entrySet().stream()
        .filter(each -> each.getKey().type() == Json.integer(members.get("type_id")))
        .filter(
            each -> tests.all(Json.objects(members.get("relationship")), each.getValue().values()))
        .filter(each ->
            tests.all(
                Json.objects(members.get("where")),
                world.shared().objects().getOrDefault(each.getKey(), Attributes.NONE).values()))
        .count();
  }

  private boolean travelled(Map<String, Object> members) {
    var activity = Json.text(members.get("activity"));
    return person.journeys.values().stream()
        .filter(each -> each.campaign() == Json.integer(members.get("id")))
        .anyMatch(each -> activity.equals("entered") || activity.equals(each.state()));
  }

  /** Which part of everybody somebody belongs to cannot be known here, only none and all. */
  private static boolean sampled(Map<String, Object> members) {
    return switch (Json.integer(members.get("percent"))) {
      case 0 -> false;
      case 100 -> true;
      default -> throw new IllegalArgumentException("nobody can tell a sample: " + members);
    };
  }
}
