package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.delivery.Channel;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.reference.Happening;
import dev.carillon.reference.Json;
import dev.carillon.reference.RandomLife;
import dev.carillon.reference.Step;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.Fault;
import dev.carillon.subscriptions.ChannelType;
import dev.carillon.workspaces.WorkspaceSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The product as it lives through a scenario, and what it says of who is in which segment. */
final class ScenarioProduct implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int PROCESSORS = 2;

  private final ProcessingKit kit = ProcessingKit.standing(PROCESSORS);
  private final Map<Integer, Integer> segments = new LinkedHashMap<>();
  private final Map<Integer, Integer> campaigns = new HashMap<>();
  private final Map<String, Long> deliveries = new HashMap<>();

  ScenarioProduct(ZoneId zone) {
    kit.settings(settings ->
        new WorkspaceSettings(
            settings.autoMerge(),
            settings.emailUpdatesById(),
            settings.mergeAnonymousEvents(),
            settings.identifiers(),
            zone));
    kit.objectType(2);
    RandomLife.CHOICES.forEach(choice -> byDefault(choice, true));
  }

  /** Where a scenario has to begin. */
  static Instant start() {
    return ProcessingKit.START;
  }

  /** Does what a step says and waits for all that follows. */
  void live(Step step) {
    switch (step) {
      case Step.Happens(var happenings) -> happen(happenings);
      case Step.Turn(var by) -> kit.clock.advance(by);
      case Step.Restart(var away) -> {
        kit.stop();
        kit.clock.advance(away);
        kit.addNode(PROCESSORS);
        kit.moveMerged();
        kit.erase();
      }
    }
    kit.settle();
    assertThat(kit.deadLetters()).isEmpty();
  }

  private void happen(List<Happening> happenings) {
    var operations = new ArrayList<Operation>();
    for (var each : happenings) {
      switch (each) {
        case Happening.Defined defined -> define(defined);
        case Happening.Sent sent -> send(sent);
        case Happening.ByDefault(var choice, var subscribed) -> byDefault(choice, subscribed);
        default -> operations.add(operation(each));
      }
    }
    if (!operations.isEmpty()) {
      kit.acceptAll(operations);
    }
  }

  private void define(Happening.Defined defined) {
    var condition = defined.condition();
    var known = segments.get(defined.segment());
    if (condition == null) {
      segments.put(defined.segment(), kit.manualSegment());
    } else if (known == null) {
      segments.put(defined.segment(), kit.segment(parse(condition)));
    } else {
      kit.changeSegment(known, parse(condition));
    }
  }

  private void byDefault(String choice, boolean subscribed) {
    var parts = choice.split("[._]");
    if (choice.startsWith("topics.")) {
      kit.topic(Integer.parseInt(parts[2]), subscribed);
    } else {
      kit.channel(ChannelType.ofPreference(parts[1]).orElseThrow(), subscribed);
    }
  }

  /** Segments have other numbers here. */
  private Condition parse(Map<String, Object> condition) {
    var faults = new ArrayList<Fault>();
    var tree = MAPPER.readTree(Json.write(renumbered(condition)));
    var parsed = ConditionJson.parse(tree, "conditions", faults);
    assertThat(faults).as("%s", condition).isEmpty();
    return Objects.requireNonNull(parsed);
  }

  private Object renumbered(Object part) {
    return switch (part) {
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<Object, Object>();
        map.forEach((key, value) ->
            copy.put(
                key,
                key.equals("campaign") && value instanceof Integer number
                    ? campaign(number)
                    : renumbered(value)));
        if (map.get("segment") instanceof Map<?, ?> segment) {
          copy.put(
              "segment", Map.of("id", Objects.requireNonNull(segments.get(segment.get("id")))));
        }
        if (map.get("campaign") instanceof Map<?, ?> campaign) {
          copy.put(
              "campaign",
              Map.of(
                  "id", campaign((Integer) Objects.requireNonNull(campaign.get("id"))),
                  "activity", campaign.get("activity")));
        }
        yield copy;
      }
      case List<?> list -> list.stream().map(each -> renumbered(each)).toList();
      default -> part;
    };
  }

  /** A campaign whose journeys come to what the scenario says; made when it is first named. */
  private int campaign(int number) {
    return campaigns.computeIfAbsent(
        number,
        _ -> {
          var course = Objects.requireNonNull(RandomLife.COURSES.get(number));
          var delay = new dev.carillon.campaigns.Step.Delay(0, "", course.length());
          var exit = new dev.carillon.campaigns.Step.Exit(0, "");
          return kit.campaign(
                  new CampaignDefinition(
                      "campaign " + number,
                      "",
                      new TriggerRule.EventTrigger(EventKind.EVENT, trigger(number), List.of()),
                      null,
                      Frequency.EVERY_TIME,
                      ExitRule.NEVER,
                      course.end().equals("exited") ? List.of(delay, exit) : List.of(delay)))
              .id();
        });
  }

  private static String trigger(int campaign) {
    return "begin " + campaign;
  }

  /** A message somebody has got: as a mail of a campaign is stored once it has left. */
  private void send(Happening.Sent sent) {
    var person = kit.find(Identifier.id(sent.person()));
    if (person.isEmpty()) {
      return;
    }
    var deliveryId = kit.number("SELECT nextval('id_range')") * 1_000_000;
    var campaign = (Integer) sent.scope().get("campaign");
    var intent =
        new NewDelivery(
            deliveryId,
            kit.clock.instant(),
            kit.workspace(),
            person.getAsLong(),
            null,
            campaign == null ? null : campaign(campaign),
            null,
            Channel.EMAIL,
            Lane.CAMPAIGN,
            "{}",
            null,
            false);
    kit.database.inTransaction(handle -> {
      new DeliveryRepository(kit.database).insertIntents(handle, List.of(intent));
      handle.execute("DELETE FROM outbox WHERE delivery_id = ?", deliveryId);
      return handle.execute(
          "UPDATE delivery SET channel = ?, state = 'sent', sent_at = created_at WHERE delivery_id = ?",
          sent.scope().get("channel"),
          deliveryId);
    });
    deliveries.put(sent.message(), deliveryId);
  }

  private Operation operation(Happening happening) {
    return switch (happening) {
      case Happening.Identified(var person, var attributes, var writtenAt) ->
          new Operation.Identify(
              kit.workspace(), Identifier.id(person), attributes, millis(writtenAt), false);
      case Happening.Did did -> did(did);
      case Happening.Placed(var person, var segment, var in) ->
          new Operation.Membership(
              kit.workspace(),
              Identifier.id(person),
              Objects.requireNonNull(segments.get(segment)),
              in);
      case Happening.Merged(var primary, var secondary) ->
          kit.mergeOf(Identifier.id(primary), Identifier.id(secondary));
      case Happening.Deleted(var person) ->
          new Operation.Delete(kit.workspace(), Identifier.id(person));
      case Happening.DeviceUsed used ->
          new Operation.DeviceUpdate(
              kit.workspace(),
              Identifier.id(used.person()),
              used.token(),
              used.platform(),
              millis(used.lastUsed()),
              used.attributes());
      case Happening.DeviceRemoved(var person, var token) ->
          new Operation.DeviceRemoval(kit.workspace(), Identifier.id(person), token);
      case Happening.ObjectWritten(var object, var attributes) ->
          new Operation.ObjectIdentify(kit.workspace(), named(object), attributes, 0);
      case Happening.ObjectDeleted(var object) ->
          new Operation.ObjectDelete(kit.workspace(), named(object));
      case Happening.Related(var person, var object, var attributes) ->
          relate(person, object, true, attributes);
      case Happening.Unrelated(var person, var object) -> relate(person, object, false, Map.of());
      case Happening.Reached(var message, var metric, var at, var link, _) ->
          new Operation.DeliveryReport(
              kit.workspace(),
              deliveries.getOrDefault(message, 0L),
              metric,
              at.toEpochMilli(),
              link == null ? Map.of() : Map.of("href", link));
      case Happening.Travelled(var person, _, var campaign, _, _) -> {
        campaign(campaign);
        yield kit.eventOf(Identifier.id(person), trigger(campaign), "{}");
      }
      case Happening.Sent _, Happening.Defined _, Happening.ByDefault _ ->
          throw new IllegalArgumentException("not a call: " + happening);
    };
  }

  private Operation did(Happening.Did did) {
    return new Operation.Event(
        kit.workspace(),
        Identifier.id(did.person()),
        null,
        kind(did.type()),
        did.name(),
        null,
        did.at().equals(kit.clock.instant()) ? 0 : did.at().toEpochMilli(),
        Json.write(did.data()).getBytes(StandardCharsets.UTF_8));
  }

  private static EventKind kind(String type) {
    for (var kind : EventKind.values()) {
      if (kind.wire().equals(type)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(type);
  }

  private Operation relate(
      String person,
      Happening.ObjectName object,
      boolean add,
      Map<String, @Nullable Object> attributes) {
    return new Operation.Relate(
        kit.workspace(), Identifier.id(person), null, named(object), add, add, attributes, 0);
  }

  private static ObjectName named(Happening.ObjectName object) {
    return new ObjectName.OfType(object.type(), object.id());
  }

  private static long millis(@Nullable Instant at) {
    return at == null ? 0 : at.toEpochMilli();
  }

  /** Who is in which segment, by the scenario's number, since when. */
  record Membership(String person, int segment) {}

  Map<Membership, Instant> memberships() {
    var numbers = new HashMap<Integer, Integer>();
    segments.forEach((number, id) -> numbers.put(id, number));
    return kit.database.read(handle -> {
      var memberships = new HashMap<Membership, Instant>();
      handle
          .select(
              """
              SELECT i.value, m.segment_id, m.entered_at FROM segment_member m
                JOIN person_identifier i USING (person_id) WHERE i.workspace_id = ? AND i.kind = 1
              """,
              kit.workspace().value())
          .map((row, _) ->
              memberships.put(
                  new Membership(
                      row.getString(1), Objects.requireNonNull(numbers.get(row.getInt(2)))),
                  row.getTimestamp(3).toInstant()))
          .list();
      return memberships;
    });
  }

  @Override
  public void close() {
    kit.close();
  }
}
