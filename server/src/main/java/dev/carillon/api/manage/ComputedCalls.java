package dev.carillon.api.manage;

import dev.carillon.computed.Aggregate;
import dev.carillon.computed.Computation;
import dev.carillon.computed.ComputedAttribute;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.computed.ComputedOutcome;
import dev.carillon.events.EventKind;
import dev.carillon.http.Json;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.DayReading;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** {@code …/computed_attributes}: attributes that are computed from events. */
final class ComputedCalls {
  private static final String RESOURCE = "computed_attribute";
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LONGEST_NAME_BYTES = 150;
  private static final int LONGEST_TEXT = 1_000;

  /** What an answer holds beyond a draft; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY =
      Set.of("id", "state", "progress", "created_at", "updated_at");

  private static final Set<String> WRITABLE =
      new TreeSet<>(
          Set.of("name", "description", "aggregate", "event", "property", "where", "window"));

  /** Attributes that mean something to the platform itself (P-8). */
  private static final Set<String> RESERVED =
      Set.of(
          "id",
          "email",
          "phone",
          "cio_id",
          "created_at",
          "unsubscribed",
          "timezone",
          "anonymous_id");

  private final Database database;
  private final ComputedAttributes attributes;

  ComputedCalls(Database database, ComputedAttributes attributes) {
    this.database = database;
    this.attributes = attributes;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = database.read(handle -> attributes.list(handle, access.workspace()));
    return Reply.json(200, pages.answer("computed_attributes", all, ComputedCalls::toMap));
  }

  Reply one(Access access, Request request) {
    var id = PathIds.id(request, "computed attribute");
    return database
        .read(handle -> attributes.find(handle, access.workspace(), id))
        .map(ComputedCalls::shown)
        .orElseThrow(ComputedCalls::unknown);
  }

  Reply create(Access access, Request request) {
    var definition = definition(Bodies.resource(request, RESOURCE));
    return answer(
        database.inTransaction(
            handle -> attributes.create(handle, access.workspace(), definition)));
  }

  Reply update(Access access, Request request) {
    var id = PathIds.id(request, "computed attribute");
    var definition = definition(Bodies.resource(request, RESOURCE));
    return answer(
        database.inTransaction(
            handle -> attributes.update(handle, access.workspace(), id, definition)));
  }

  Reply delete(Access access, Request request) {
    var id = PathIds.id(request, "computed attribute");
    return answer(
        database.inTransaction(handle -> attributes.delete(handle, access.workspace(), id)));
  }

  private static Reply answer(ComputedOutcome outcome) {
    return switch (outcome) {
      case ComputedOutcome.Saved(var attribute) -> shown(attribute);
      case ComputedOutcome.Deleted() -> Reply.empty(204);
      case ComputedOutcome.NoSuch() -> throw unknown();
      case ComputedOutcome.NameTaken() ->
          throw new Problem.Conflict("another computed attribute has this name").thrown();
      case ComputedOutcome.WrittenByCalls() ->
          throw new Problem.Conflict(
                  "calls write an attribute of this name, or this workspace has too many attributes to tell; choose another name")
              .thrown();
      case ComputedOutcome.TooMany() ->
          throw Bodies.invalid(
              RESOURCE,
              List.of(
                  new Fault(
                      "",
                      "a workspace has at most %d computed attributes"
                          .formatted(ComputedAttributes.MOST))));
      case ComputedOutcome.Fixed() ->
          throw Bodies.invalid(
              RESOURCE,
              List.of(
                  new Fault(
                      "",
                      "can change its description only; delete it and create another one instead")));
    };
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("computed attribute not found").thrown();
  }

  private static Reply shown(ComputedAttribute attribute) {
    return Reply.json(200, Map.of(RESOURCE, toMap(attribute)));
  }

  private static Map<String, @Nullable Object> toMap(ComputedAttribute attribute) {
    var definition = attribute.definition();
    var computation = definition.computation();
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("id", attribute.id());
    map.put("name", definition.name());
    map.put("description", definition.description());
    map.put("aggregate", computation.aggregate().wire());
    map.put("event", Map.of("name", definition.event(), "type", definition.kind().wire()));
    map.put("property", computation.property());
    map.put("where", new Json.Raw(ConditionJson.testsText(definition.where())));
    map.put(
        "window",
        computation.window() == null
            ? null
            : new Json.Raw(ConditionJson.span(computation.window()).toString()));
    map.put("state", attribute.state().name().toLowerCase(Locale.ROOT));
    map.put("progress", attribute.progress());
    map.put("created_at", attribute.createdAt().getEpochSecond());
    map.put("updated_at", attribute.updatedAt().getEpochSecond());
    return map;
  }

  private static ComputedDefinition definition(Map<String, @Nullable Object> json) {
    var faults = new ArrayList<Fault>();
    var name = name(json.get("name"), faults);
    var description = text(json.getOrDefault("description", ""), "description", faults);
    var aggregate = aggregate(json.get("aggregate"), faults);
    var event = json.get("event") instanceof Map<?, ?> map ? map : Map.of();
    if (!(json.get("event") instanceof Map<?, ?>)) {
      faults.add(new Fault("event", "must be an object with name and type"));
    }
    var kind = kind(event.get("type"), faults);
    var eventName = eventName(event.get("name"), faults);
    var property = property(json.get("property"), aggregate, faults);
    var where = where(json.get("where"), faults);
    var window = window(json.get("window"), faults);
    for (var key : json.keySet()) {
      if (!WRITABLE.contains(key) && !READ_ONLY.contains(key)) {
        faults.add(new Fault(key, "is not known here; known are " + String.join(", ", WRITABLE)));
      }
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    return new ComputedDefinition(
        name, description, kind, eventName, where, new Computation(aggregate, property, window));
  }

  private static String name(@Nullable Object value, List<Fault> faults) {
    if (value instanceof String name
        && !name.isBlank()
        && name.equals(name.strip())
        && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME_BYTES) {
      if (RESERVED.contains(name) || name.startsWith("_") || name.startsWith("cio_")) {
        faults.add(new Fault("name", "is reserved"));
      }
      return name;
    }
    faults.add(
        new Fault(
            "name",
            "must be a text of 1 to %d bytes without space around it"
                .formatted(LONGEST_NAME_BYTES)));
    return "";
  }

  private static String text(@Nullable Object value, String field, List<Fault> faults) {
    if (value instanceof String text && text.length() <= LONGEST_TEXT) {
      return text;
    }
    faults.add(new Fault(field, "must be a text of up to %d characters".formatted(LONGEST_TEXT)));
    return "";
  }

  private static Aggregate aggregate(@Nullable Object value, List<Fault> faults) {
    for (var each : Aggregate.values()) {
      if (each.wire().equals(value)) {
        return each;
      }
    }
    faults.add(
        new Fault(
            "aggregate",
            "must be one of "
                + Stream.of(Aggregate.values())
                    .map(Aggregate::wire)
                    .collect(Collectors.joining(", "))));
    return Aggregate.COUNT;
  }

  private static EventKind kind(@Nullable Object value, List<Fault> faults) {
    for (var kind : EventKind.values()) {
      if (kind.wire().equals(value)) {
        return kind;
      }
    }
    if (value != null) {
      faults.add(new Fault("event.type", "must be one of event, page, screen, form"));
    }
    return EventKind.EVENT;
  }

  private static String eventName(@Nullable Object value, List<Fault> faults) {
    if (value instanceof String name && !name.isBlank() && name.length() <= LONGEST_TEXT) {
      return name.strip();
    }
    faults.add(
        new Fault("event.name", "must be a text of 1 to %d characters".formatted(LONGEST_TEXT)));
    return "";
  }

  private static @Nullable String property(
      @Nullable Object value, Aggregate aggregate, List<Fault> faults) {
    if (!aggregate.readsProperty()) {
      if (value != null) {
        faults.add(new Fault("property", "must be absent, as count reads none"));
      }
      return null;
    }
    if (value instanceof String path && !path.isBlank() && path.length() <= LONGEST_TEXT) {
      return path;
    }
    faults.add(
        new Fault(
            "property",
            "must be a name or path in the event's data, of 1 to %d characters"
                .formatted(LONGEST_TEXT)));
    return null;
  }

  private static List<AttributeTest> where(@Nullable Object value, List<Fault> faults) {
    if (value == null) {
      return List.of();
    }
    var tests = ConditionJson.parseTests(JSON.valueToTree(value), "where", faults);
    if (DayReading.of(tests)) {
      faults.add(new Fault("where", "must compare with instants, {\"at\": …}, and not with days"));
    }
    return tests;
  }

  private static @Nullable Duration window(@Nullable Object value, List<Fault> faults) {
    return value == null
        ? null
        : ConditionJson.parseSpan(JSON.valueToTree(value), "window", faults);
  }
}
