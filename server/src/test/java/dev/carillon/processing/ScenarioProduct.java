package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.reference.Happening;
import dev.carillon.reference.Json;
import dev.carillon.reference.Step;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.Fault;
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

  ScenarioProduct(ZoneId zone) {
    kit.settings(settings ->
        new WorkspaceSettings(
            settings.autoMerge(),
            settings.emailUpdatesById(),
            settings.mergeAnonymousEvents(),
            settings.identifiers(),
            zone));
    kit.objectType(2);
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
      }
    }
    kit.settle();
    assertThat(kit.deadLetters()).isEmpty();
  }

  private void happen(List<Happening> happenings) {
    var operations = new ArrayList<Operation>();
    for (var each : happenings) {
      if (each instanceof Happening.Defined defined) {
        define(defined);
      } else {
        operations.add(operation(each));
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
      case Map<?, ?> map when map.containsKey("segment") ->
          Map.of("segment", Map.of("id", segments.get(((Map<?, ?>) map.get("segment")).get("id"))));
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<Object, Object>();
        map.forEach((key, value) -> copy.put(key, renumbered(value)));
        yield copy;
      }
      case List<?> list -> list.stream().map(each -> renumbered(each)).toList();
      default -> part;
    };
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
      case Happening.Reached _, Happening.Travelled _, Happening.Defined _, Happening.ByDefault _ ->
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
                  new Membership(row.getString(1), Objects.requireNonNull(numbers.get(row.getInt(2)))),
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
