package dev.carillon.campaigns;

import dev.carillon.messages.EmailReader;
import dev.carillon.messages.JsonFields;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one campaign from JSON and finds everything that is wrong with it. Used once. */
final class CampaignReader {
  private static final int LONGEST_NAME = 190;
  private static final int LONGEST_DESCRIPTION = 2_000;
  private static final int MOST_STEPS = 200;
  private static final int DEEPEST = 20;

  private final List<Fault> faults = new ArrayList<>();
  private final @Nullable Map<Integer, Class<? extends Step>> known;
  private final Set<Integer> used = new HashSet<>();
  private int steps;

  /**
   * @param known kinds of the steps that ids may name; null takes any id
   */
  CampaignReader(@Nullable Map<Integer, Class<? extends Step>> known) {
    this.known = known;
  }

  CampaignJson.Parsed read(Map<String, ? extends @Nullable Object> json) {
    var fields = new JsonFields(json, "", faults);
    fields.ignore(CampaignJson.READ_ONLY);
    var name = fields.text("name", LONGEST_NAME).map(String::strip).orElse("");
    if (name.isEmpty() && faults.isEmpty()) {
      fields.fault("name", "is required");
    }
    var description = fields.text("description", LONGEST_DESCRIPTION).orElse("");
    var trigger = trigger(fields);
    var filters = condition(fields, "filters");
    var frequency = frequency(fields, trigger);
    var exit =
        word(fields, "exit", ExitRule.STOP_MATCHING, ExitRule::ofWire, "stop_matching or never");
    var workflow = steps(fields, "steps", 1);
    if (steps > MOST_STEPS) {
      fields.fault(
          "steps", "must not hold more than " + MOST_STEPS + ", those in branches included");
    }
    fields.refuseOthers();
    if (trigger == null || !faults.isEmpty()) {
      return new CampaignJson.Parsed.Invalid(faults);
    }
    return new CampaignJson.Parsed.Valid(
        new CampaignDefinition(name, description, trigger, filters, frequency, exit, workflow));
  }

  private @Nullable TriggerRule trigger(JsonFields campaign) {
    var fields = campaign.object("trigger").orElse(null);
    if (fields == null) {
      if (!campaign.has("trigger")) {
        campaign.fault("trigger", "is required: an event or a segment");
      }
      return null;
    }
    var event = fields.object("event").orElse(null);
    var segment = fields.object("segment").orElse(null);
    fields.refuseOthers();
    if (fields.has("event") == fields.has("segment")) {
      campaign.fault("trigger", "must be either an event or a segment");
      return null;
    }
    if (event != null) {
      return Conditions.eventTrigger(event, faults);
    }
    if (segment == null) {
      return null;
    }
    var id = segment.number("id", 1, Integer.MAX_VALUE);
    if (!segment.has("id")) {
      segment.fault("id", "is required");
    }
    segment.refuseOthers();
    return id.isPresent() ? new TriggerRule.SegmentTrigger((int) id.getAsLong()) : null;
  }

  private Frequency frequency(JsonFields fields, @Nullable TriggerRule trigger) {
    var usual = trigger == null ? Frequency.ONCE : Frequency.defaultFor(trigger);
    return word(fields, "frequency", usual, Frequency::ofWire, "once or every_time");
  }

  private interface ByWord<T> {
    java.util.Optional<T> find(String word);
  }

  private static <T> T word(
      JsonFields fields, String name, T usual, ByWord<T> byWord, String choices) {
    if (!fields.has(name)) {
      return usual;
    }
    var found = fields.value(name) instanceof String word ? byWord.find(word).orElse(null) : null;
    if (found == null) {
      fields.fault(name, "must be " + choices);
      return usual;
    }
    return found;
  }

  private @Nullable Condition condition(JsonFields fields, String name) {
    var json = fields.value(name);
    return json == null ? null : Conditions.parse(json, fields.at(name), faults);
  }

  private List<Step> steps(JsonFields fields, String name, int depth) {
    var list = fields.list(name);
    if (depth > DEEPEST) {
      if (!list.isEmpty()) {
        fields.fault(name, "is nested more than %d deep".formatted(DEEPEST));
      }
      return List.of();
    }
    var read = new ArrayList<Step>();
    for (var each : list) {
      var path = fields.at(name) + "[" + read.size() + "]";
      steps++;
      if (steps > MOST_STEPS) {
        return read; // The rest would only lengthen the list of faults.
      }
      if (each instanceof Map<?, ?> map) {
        read.add(step(new JsonFields(map, path, faults), depth));
      } else {
        faults.add(new Fault(path, "must be an object"));
        read.add(new Step.Exit(0, ""));
      }
    }
    return read;
  }

  /** A step; where it cannot be read it stands for itself, the fault decides. */
  private Step step(JsonFields fields, int depth) {
    var name = fields.text("name", LONGEST_NAME).orElse("");
    var type = fields.value("type") instanceof String text ? text : "";
    var step =
        switch (type) {
          case "email" -> email(fields, name);
          case "delay" -> new Step.Delay(id(fields, Step.Delay.class), name, length(fields));
          case "branch" ->
              new Step.Branch(
                  id(fields, Step.Branch.class),
                  name,
                  condition(fields, "condition"),
                  steps(fields, "true", depth + 1),
                  steps(fields, "false", depth + 1));
          case "exit" -> new Step.Exit(id(fields, Step.Exit.class), name);
          default -> {
            fields.fault("type", "must be email, delay, branch or exit");
            yield null;
          }
        };
    if (step == null) {
      return new Step.Exit(0, name);
    }
    fields.refuseOthers();
    return step;
  }

  private int id(JsonFields fields, Class<? extends Step> kind) {
    var id = (int) fields.number("id", 1, Integer.MAX_VALUE).orElse(0);
    if (id == 0) {
      return 0;
    }
    if (!used.add(id)) {
      fields.fault("id", "is used by another step already");
    } else if (known != null && known.get(id) == null) {
      fields.fault(
          "id", "names no step of this campaign; leave it out and the step gets one when saved");
    } else if (known != null && known.get(id) != kind) {
      fields.fault("id", "names a step of another type; leave it out for a new step");
    }
    return id;
  }

  private Duration length(JsonFields step) {
    var fields = step.object("for").orElse(null);
    if (fields == null) {
      if (!step.has("for")) {
        step.fault("for", "is required, such as {\"n\": 2, \"unit\": \"day\"}");
      }
      return Duration.ZERO;
    }
    var choices = "second, minute, hour, day or week";
    var unit = word(fields, "unit", DelayUnit.SECOND, DelayUnit::ofWire, choices);
    if (!fields.has("unit")) {
      fields.fault("unit", "is required: " + choices);
    }
    var n = fields.number("n", 1, DelayUnit.LONGEST.toSeconds() / unit.seconds());
    if (!fields.has("n")) {
      fields.fault("n", "is required");
    }
    fields.refuseOthers();
    return Duration.ofSeconds(n.orElse(0) * unit.seconds());
  }

  private Step email(JsonFields fields, String name) {
    var content = EmailReader.read(fields, known != null);
    // Choice: W-3's draft is the default of an editor's new, empty message. A definition sent
    // through the API
    // is a finished one, so it is sent unless it says otherwise. docs/decisions/0006.
    var sending =
        word(
            fields,
            "sending_state",
            SendingState.AUTOMATIC,
            SendingState::ofWire,
            "automatic, draft or off");
    return new Step.Email(
        id(fields, Step.Email.class), name, content, sending, condition(fields, "conditions"));
  }
}
