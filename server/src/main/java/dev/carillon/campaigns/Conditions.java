package dev.carillon.campaigns;

import dev.carillon.events.EventKind;
import dev.carillon.messages.JsonFields;
import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.Facts;
import dev.carillon.segments.Fault;
import dev.carillon.segments.SurroundingsReads;
import dev.carillon.segments.Terms;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Conditions and triggers as the plain maps and lists that campaign JSON is made of. */
final class Conditions {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};
  private static final TypeReference<List<Object>> LIST = new TypeReference<>() {};

  /** Track API > Events refuses longer names, so nothing could ever trigger. */
  private static final int EVENT_NAME_BYTES = 100;

  private static final int PAGE_NAME_CHARACTERS = 499;

  private Conditions() {}

  /** Reads a condition; null exactly when faults were noted. */
  static @Nullable Condition parse(Object json, String path, List<Fault> faults) {
    return ConditionJson.parse(JSON.valueToTree(json), path, faults);
  }

  static Map<String, @Nullable Object> toJson(Condition condition) {
    return JSON.convertValue(ConditionJson.toJson(condition), OBJECT);
  }

  /** Reads an event trigger; null only when faults were noted. */
  static TriggerRule.@Nullable EventTrigger eventTrigger(JsonFields event, List<Fault> faults) {
    var kind = kind(event);
    var name = name(event, kind);
    var where = event.value("where");
    var tests =
        ConditionJson.parseTests(
            JSON.valueToTree(where == null ? List.of() : where), event.at("where"), faults);
    event.refuseOthers();
    return name.isEmpty() ? null : new TriggerRule.EventTrigger(kind, name, tests);
  }

  private static EventKind kind(JsonFields event) {
    for (var kind : EventKind.values()) {
      if (kind.wire().equals(event.value("type"))) {
        return kind;
      }
    }
    if (event.has("type")) {
      event.fault("type", "must be event, page, screen or form");
    }
    return EventKind.EVENT;
  }

  /** Empty only when a fault was noted. */
  private static String name(JsonFields event, EventKind kind) {
    if (!event.has("name")) {
      event.fault("name", "is required");
      return "";
    }
    var given = event.text("name", PAGE_NAME_CHARACTERS);
    if (given.isEmpty()) {
      return "";
    }
    var name = given.get().strip();
    if (name.isEmpty()) {
      event.fault("name", "must not be blank");
    } else if (kind == EventKind.EVENT
        && name.getBytes(StandardCharsets.UTF_8).length > EVENT_NAME_BYTES) {
      event.fault("name", "must not be longer than 100 bytes");
    }
    return name;
  }

  static Map<String, @Nullable Object> toJson(TriggerRule.EventTrigger trigger) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("name", trigger.name());
    json.put("type", trigger.kind().wire());
    if (!trigger.where().isEmpty()) {
      json.put("where", JSON.convertValue(ConditionJson.testsToJson(trigger.where()), LIST));
    }
    return json;
  }

  /** A condition with its answer, what it reads of the person, and the same of its parts. */
  static Map<String, @Nullable Object> explain(Condition condition, Terms terms, Facts facts) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    var inner =
        switch (condition) {
          case Condition.And(var all) -> all;
          case Condition.Or(var any) -> any;
          case Condition.Not(var one) -> List.of(one);
          case Condition.Attribute _,
              Condition.Event _,
              Condition.Message _,
              Condition.InSegment _,
              Condition.Subscribed _,
              Condition.Device _,
              Condition.Related _,
              Condition.InCampaign _,
              Condition.Sample _ ->
              List.<Condition>of();
        };
    var word =
        switch (condition) {
          case Condition.And _ -> "and";
          case Condition.Or _ -> "or";
          case Condition.Not _ -> "not";
          case Condition.Attribute _,
              Condition.Event _,
              Condition.Message _,
              Condition.InSegment _,
              Condition.Subscribed _,
              Condition.Device _,
              Condition.Related _,
              Condition.InCampaign _,
              Condition.Sample _ ->
              null;
        };
    json.put("condition", word == null ? toJson(condition) : Map.of("group", word));
    var compiled = CompiledCondition.compile(condition, terms);
    json.put("holds", compiled.matches(facts));
    compiled.counted(facts).ifPresent(counted -> json.put("read", Map.of("counted", counted)));
    if (condition instanceof Condition.Attribute(var test)) {
      var read = new LinkedHashMap<String, @Nullable Object>();
      read.put("value", facts.attribute(test.field()));
      json.put("read", read);
    }
    SurroundingsReads.told(compiled, facts)
        .ifPresent(told -> json.putAll(JSON.convertValue(told, OBJECT)));
    if (!inner.isEmpty()) {
      json.put("parts", inner.stream().map(each -> explain(each, terms, facts)).toList());
    }
    return json;
  }
}
