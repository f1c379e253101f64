package dev.carillon.api.app;

import dev.carillon.events.EventNames;
import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.Problem.Invalid.Fault;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.AttributeNames.Description;
import dev.carillon.people.AttributeNames.Scope;
import dev.carillon.workspaces.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/data_index/…} (app-data §9): what attributes and events mean. Of a name that occurs
 * twice in a call the last entry holds.
 */
final class DataIndexCalls {
  private static final int MOST = 100;
  private static final int LONGEST_DESCRIPTION = 255;
  private static final int LONGEST_BODY_BYTES = 512 * 1024;
  private static final int LONGEST_ATTRIBUTE_BYTES = AttributeNames.LONGEST;
  private static final int LONGEST_EVENT_BYTES = 100;
  private static final JsonReader JSON = new JsonReader();

  private final AttributeNames attributes;
  private final EventNames events;

  DataIndexCalls(AttributeNames attributes, EventNames events) {
    this.attributes = attributes;
    this.events = events;
  }

  Reply attributes(Access access, Request request) {
    var body = Entries.read(request, "attributes", "attribute");
    var byName = new LinkedHashMap<String, Description>();
    for (var entry : body.entries) {
      var name = entry.name(LONGEST_ATTRIBUTE_BYTES);
      byName.put(name, new Description(name, entry.description(), entry.privacyLevel()));
    }
    body.check();
    if (!attributes.describe(Scope.people(access.workspace()), List.copyOf(byName.values()))) {
      throw new Problem.Invalid(
              List.of(
                  new Fault(
                      "/data/attributes/attributes",
                      "the data index holds at most " + AttributeNames.KEPT + " attributes")))
          .thrown();
    }
    return Reply.empty(204);
  }

  Reply events(Access access, Request request) {
    var body = Entries.read(request, "events", "event");
    var byName = new LinkedHashMap<String, @Nullable String>();
    for (var entry : body.entries) {
      byName.put(entry.name(LONGEST_EVENT_BYTES), entry.description());
    }
    body.check();
    events.describe(access.workspace(), byName);
    return Reply.empty(204);
  }

  /** The list in a body, with everything that is wrong in it. */
  private static final class Entries {
    private final List<Entry> entries = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();

    /**
     * Reads the list of this name.
     *
     * @throws dev.carillon.http.ProblemException 400 for a body that has none, 422 for one that is
     *     empty or too long
     */
    static Entries read(Request request, String name, String one) {
      var body = new Entries();
      var pointer = "/data/attributes/" + name;
      if (!(object(request).get(name) instanceof List<?> list)) {
        throw malformed();
      }
      if (list.isEmpty()) {
        body.faults.add(new Fault(pointer, "At least one " + one + " is required"));
      } else if (list.size() > MOST) {
        body.faults.add(
            new Fault(pointer, "Can not update more than %d %s at once".formatted(MOST, name)));
      }
      body.check();
      for (var i = 0; i < list.size(); i++) {
        if (!(list.get(i) instanceof Map<?, ?> entry)) {
          throw malformed();
        }
        body.entries.add(new Entry(entry, "%s[%d]".formatted(pointer, i), body.faults));
      }
      return body;
    }

    private static Map<String, @Nullable Object> object(Request request) {
      try {
        return JSON.object(request.body(LONGEST_BODY_BYTES));
      } catch (BadJson bad) {
        throw malformed();
      }
    }

    private static RuntimeException malformed() {
      return new Problem.BadRequest("Invalid request format").thrown();
    }

    void check() {
      if (!faults.isEmpty()) {
        throw new Problem.Invalid(faults).thrown();
      }
    }
  }

  /** One entry; what is wrong with it is added to the faults. */
  private record Entry(Map<?, ?> json, String pointer, List<Fault> faults) {
    String name(int longestBytes) {
      if (json.get("name") instanceof String text && !text.isBlank()) {
        var name = text.strip();
        if (name.getBytes(StandardCharsets.UTF_8).length > longestBytes) {
          fault("name", "name cannot be longer than " + longestBytes + " bytes");
        }
        return name;
      }
      fault("name", "name is required");
      return "";
    }

    @Nullable String description() {
      return switch (json.get("description")) {
        case null -> null;
        case String text when text.codePointCount(0, text.length()) <= LONGEST_DESCRIPTION -> text;
        case String _ -> {
          fault(
              "description",
              "description cannot be longer than " + LONGEST_DESCRIPTION + " characters");
          yield null;
        }
        default -> {
          fault("description", "description must be a text");
          yield null;
        }
      };
    }

    @Nullable Integer privacyLevel() {
      return switch (json.get("privacy_level")) {
        case null -> null;
        case Long level when level == 0 || level == 1 -> level.intValue();
        default -> {
          fault("privacy_level", "privacy_level must be 0 or 1");
          yield null;
        }
      };
    }

    private void fault(String member, String sentence) {
      faults.add(new Fault(pointer + "." + member, sentence));
    }
  }
}
