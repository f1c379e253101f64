package dev.carillon.api.manage;

import dev.carillon.http.Json;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.Fault;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Segments as the management API reads and writes them: those of the App API with conditions. */
final class SegmentBody {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** What an answer holds beyond a draft; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY =
      Set.of("id", "deduplicate_id", "state", "progress", "created_at", "updated_at");

  private static final Set<String> WRITABLE =
      new TreeSet<>(Set.of("name", "description", "type", "tags", "conditions"));

  private final Map<String, @Nullable Object> json;
  private final List<Fault> faults = new ArrayList<>();

  private SegmentBody(Map<String, @Nullable Object> json) {
    this.json = json;
  }

  /** A segment with its conditions, null for a manual one. */
  static Map<String, @Nullable Object> toMap(Segment segment) {
    var map = SegmentJson.toMap(segment);
    var conditions = segment.conditions();
    map.put(
        "conditions",
        conditions == null ? null : new Json.Raw(ConditionJson.toJson(conditions).toString()));
    return map;
  }

  /**
   * Reads a draft.
   *
   * @throws dev.carillon.http.ProblemException 422 with everything that is wrong
   */
  static SegmentDraft draft(Map<String, @Nullable Object> json) {
    return new SegmentBody(json).draft();
  }

  private SegmentDraft draft() {
    var name = text("name");
    if (json.get("name") == null) {
      faults.add(new Fault("name", "is required"));
    }
    var conditions = conditions();
    type(conditions);
    var draft = new SegmentDraft(name, text("description"), tags(), conditions);
    for (var key : json.keySet()) {
      if (!WRITABLE.contains(key) && !READ_ONLY.contains(key)) {
        faults.add(new Fault(key, "is not known here; known are " + String.join(", ", WRITABLE)));
      }
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid("segment", faults);
    }
    return draft;
  }

  private String text(String name) {
    return switch (json.get(name)) {
      case null -> "";
      case String text -> text;
      default -> {
        faults.add(new Fault(name, "must be a text"));
        yield "";
      }
    };
  }

  private List<String> tags() {
    var tags = new ArrayList<String>();
    switch (json.get("tags")) {
      case null -> {}
      case List<?> list -> {
        for (var each : list) {
          if (each instanceof String tag) {
            tags.add(tag);
          } else {
            faults.add(new Fault("tags[" + list.indexOf(each) + "]", "must be a text"));
          }
        }
      }
      default -> faults.add(new Fault("tags", "must be a list of texts"));
    }
    return tags;
  }

  private @Nullable Condition conditions() {
    var value = json.get("conditions");
    return value == null
        ? null
        : ConditionJson.parse(JSON.valueToTree(value), "conditions", faults);
  }

  /** The type follows from the conditions; one that says otherwise is a mistake. */
  private void type(@Nullable Condition conditions) {
    var type = json.get("type");
    if (type != null && !type.equals("manual") && !type.equals("dynamic")) {
      faults.add(new Fault("type", "must be manual or dynamic"));
    } else if ("dynamic".equals(type) && json.get("conditions") == null) {
      faults.add(new Fault("conditions", "is required for a dynamic segment"));
    } else if ("manual".equals(type) && conditions != null) {
      faults.add(new Fault("conditions", "must be absent for a manual segment"));
    }
  }
}
