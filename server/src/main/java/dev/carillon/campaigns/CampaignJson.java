package dev.carillon.campaigns;

import dev.carillon.messages.EmailReader;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Campaigns as JSON, for the management API and for storage. Objects are plain maps, lists and
 * values, as {@code dev.carillon.http} reads and writes them.
 *
 * <pre>{@code
 * {"name": "Welcome",                      required, 1 to 190 characters
 *  "description": "",                      at most 2,000 characters
 *  "trigger":                              required, one of
 *    {"event": {"name": "signed_up", "type": "event", "where": [{"field": "plan", "operator": "eq", "value": "pro"}]}}
 *    {"segment": {"id": 3}},
 *  "filters": <condition>,                 absent: everybody
 *  "frequency": "once" | "every_time",     absent: once for a segment, every time for an event
 *  "exit": "stop_matching" | "never",      absent: stop_matching
 *  "steps": [                              at most 200 with those in branches, branches 20 deep
 *    {"type": "email", "name": "Hello", "subject": "…", "body": "…", "body_plain": "…", "from": "…", "reply_to": "…",
 *     "to": "…", "preheader": "…", "headers": {"X-Name": "…"}, "sending_state": "automatic" | "draft" | "off",
 *     "conditions": <condition>},
 *    {"type": "delay", "for": {"n": 1, "unit": "second" | "minute" | "hour" | "day" | "week"}},
 *    {"type": "branch", "condition": <condition>, "true": [<steps>], "false": [<steps>]},
 *    {"type": "exit"}]}
 * }</pre>
 *
 * <p>Every step may have a {@code name} of at most 190 characters and an {@code id}. Ids are given
 * when a step is saved first; an update keeps the steps that carry the id they had.
 */
public final class CampaignJson {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  /** What {@link #toMap(Campaign)} adds to a definition; taken and ignored when sent back. */
  static final Set<String> READ_ONLY =
      Set.of("id", "state", "active", "version", "created", "updated", "first_started", "tags");

  private CampaignJson() {}

  /** Whether JSON is a campaign. */
  public sealed interface Parsed {
    /** It is. */
    record Valid(CampaignDefinition definition) implements Parsed {}

    /** It is not, for all these reasons. */
    record Invalid(List<Fault> faults) implements Parsed {
      /** Copies the faults. */
      public Invalid {
        faults = List.copyOf(faults);
      }
    }
  }

  /** Reads a new campaign; its steps have no ids yet. */
  public static Parsed parse(Map<String, ? extends @Nullable Object> json) {
    return new CampaignReader(Map.of()).read(json);
  }

  /** Reads a new version of a campaign; a step with an id has to be one of the present version. */
  public static Parsed parse(Map<String, ? extends @Nullable Object> json, Campaign present) {
    var known = new LinkedHashMap<Integer, Class<? extends Step>>();
    Workflow.steps(present.definition().steps())
        .forEach(step -> known.put(step.id(), step.getClass()));
    return new CampaignReader(known).read(json);
  }

  /**
   * Reads what {@link #stored(CampaignDefinition)} has written.
   *
   * @throws IllegalStateException for anything else
   */
  static CampaignDefinition parseStored(String stored) {
    return switch (new CampaignReader(null).read(JSON.readValue(stored, OBJECT))) {
      case Parsed.Valid(var definition) -> definition;
      case Parsed.Invalid(var faults) ->
          throw new IllegalStateException("A stored campaign cannot be read: " + faults);
    };
  }

  /** The form to store. */
  static String stored(CampaignDefinition definition) {
    return JSON.writeValueAsString(toMap(definition));
  }

  /** A campaign with what the server knows about it; times in Unix seconds. */
  public static Map<String, @Nullable Object> toMap(Campaign campaign) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", campaign.id());
    json.put("state", campaign.state().wire());
    json.put("active", campaign.state().moves());
    json.put("version", campaign.version());
    json.put("created", campaign.createdAt().getEpochSecond());
    json.put("updated", campaign.updatedAt().getEpochSecond());
    var started = campaign.firstStarted();
    json.put("first_started", started == null ? null : started.getEpochSecond());
    json.put("tags", campaign.tags());
    json.putAll(toMap(campaign.definition()));
    return json;
  }

  /** A definition with all settings, defaults included. */
  public static Map<String, @Nullable Object> toMap(CampaignDefinition definition) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("name", definition.name());
    json.put("description", definition.description());
    json.put("trigger", trigger(definition.trigger()));
    if (definition.filters() != null) {
      json.put("filters", Conditions.toJson(definition.filters()));
    }
    json.put("frequency", definition.frequency().wire());
    json.put("exit", definition.exit().wire());
    json.put("steps", steps(definition.steps()));
    return json;
  }

  private static Map<String, @Nullable Object> trigger(TriggerRule trigger) {
    return switch (trigger) {
      case TriggerRule.EventTrigger event -> Map.of("event", Conditions.toJson(event));
      case TriggerRule.SegmentTrigger(var segment) -> Map.of("segment", Map.of("id", segment));
    };
  }

  private static List<Map<String, @Nullable Object>> steps(List<Step> steps) {
    var json = new ArrayList<Map<String, @Nullable Object>>();
    steps.forEach(step -> json.add(step(step)));
    return json;
  }

  private static Map<String, @Nullable Object> step(Step step) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", step.id());
    switch (step) {
      case Step.Email email -> email(email, json);
      case Step.Delay(_, var name, var length) -> {
        json.put("type", "delay");
        json.put("name", name);
        json.put("for", length(length));
      }
      case Step.Branch(_, var name, var condition, var then, var otherwise) -> {
        json.put("type", "branch");
        json.put("name", name);
        putCondition(json, "condition", condition);
        json.put("true", steps(then));
        json.put("false", steps(otherwise));
      }
      case Step.Exit(_, var name) -> {
        json.put("type", "exit");
        json.put("name", name);
      }
    }
    return json;
  }

  private static void email(Step.Email email, Map<String, @Nullable Object> json) {
    json.put("type", "email");
    json.put("name", email.name());
    EmailReader.write(email.content(), json);
    json.put("sending_state", email.sendingState().wire());
    putCondition(json, "conditions", email.conditions());
  }

  private static void putCondition(
      Map<String, @Nullable Object> json, String name, @Nullable Condition condition) {
    if (condition != null) {
      json.put(name, Conditions.toJson(condition));
    }
  }

  /** In the largest unit that gives a whole number. */
  private static Map<String, @Nullable Object> length(Duration length) {
    var unit =
        DelayUnit.LARGEST_FIRST.stream()
            .filter(each -> length.toSeconds() % each.seconds() == 0)
            .findFirst()
            .orElse(DelayUnit.SECOND);
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("n", length.toSeconds() / unit.seconds());
    json.put("unit", unit.wire());
    return json;
  }
}
