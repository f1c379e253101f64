package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.objects.ObjectType;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.segments.Fault;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code …/object_types}. Types are never deleted: objects of theirs would be left behind. */
final class ObjectTypeCalls {
  private static final String RESOURCE = "object_type";

  /** What an answer holds beyond a draft; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY = Set.of("id", "slug", "singular_slug", "created_at");

  private static final Set<String> WRITABLE =
      new TreeSet<>(Set.of("name", "singular_name", "icon", "enabled"));

  private final ObjectTypes types;

  ObjectTypeCalls(ObjectTypes types) {
    this.types = types;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    return Reply.json(
        200, pages.answer("object_types", types.list(access.workspace()), ObjectTypeCalls::toMap));
  }

  Reply one(Access access, Request request) {
    var id = PathIds.id(request, "type");
    return shown(types.find(access.workspace(), id).orElseThrow(ObjectTypeCalls::unknown));
  }

  Reply create(Access access, Request request) {
    var draft = draft(Bodies.resource(request, RESOURCE));
    return switch (types.create(access.workspace(), draft)) {
      case ObjectTypes.Creation.Created(var type) -> shown(type);
      case ObjectTypes.Creation.TooMany() ->
          throw Bodies.invalid(
              RESOURCE,
              List.of(
                  new Fault(
                      "", "a workspace has at most %d object types".formatted(ObjectTypes.MOST))));
      case ObjectTypes.Creation.NoSuchWorkspace() ->
          throw new Problem.NotFound("workspace not found").thrown();
    };
  }

  Reply update(Access access, Request request) {
    var id = PathIds.id(request, "type");
    var draft = draft(Bodies.resource(request, RESOURCE));
    return shown(types.update(access.workspace(), id, draft).orElseThrow(ObjectTypeCalls::unknown));
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("object type not found").thrown();
  }

  private static Reply shown(ObjectType type) {
    return Reply.json(200, Map.of(RESOURCE, toMap(type)));
  }

  private static Map<String, Object> toMap(ObjectType type) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", Integer.toString(type.typeId()));
    json.put("name", type.name());
    json.put("singular_name", type.singularName());
    json.put("slug", type.slug());
    json.put("singular_slug", type.singularSlug());
    json.put("icon", type.icon());
    json.put("enabled", type.enabled());
    json.put("created_at", type.createdAt().getEpochSecond());
    return json;
  }

  private static ObjectType.Draft draft(Map<String, @Nullable Object> json) {
    var faults = new ArrayList<Fault>();
    var name = name(json, "name", null, faults);
    var singular = name(json, "singular_name", name, faults);
    var icon = json.getOrDefault("icon", "");
    if (icon != null
        && !(icon instanceof String text && text.length() <= ObjectType.Draft.LONGEST_NAME)) {
      faults.add(new Fault("icon", atMost("must be a text of up to %d characters")));
    }
    var enabled = json.get("enabled");
    if (enabled != null && !(enabled instanceof Boolean)) {
      faults.add(new Fault("enabled", "must be true or false"));
    }
    for (var key : json.keySet()) {
      if (!WRITABLE.contains(key) && !READ_ONLY.contains(key)) {
        faults.add(new Fault(key, "is not known here; known are " + String.join(", ", WRITABLE)));
      }
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    return new ObjectType.Draft(
        name, singular, icon instanceof String text ? text : "", !Boolean.FALSE.equals(enabled));
  }

  /**
   * A name.
   *
   * @param usual when the caller does not say; null: it is required
   */
  private static String name(
      Map<String, @Nullable Object> json,
      String field,
      @Nullable String usual,
      List<Fault> faults) {
    var value = json.get(field);
    if (value == null && usual != null) {
      return usual;
    }
    if (value == null) {
      faults.add(new Fault(field, "is required"));
    } else if (value instanceof String text
        && !text.isBlank()
        && text.length() <= ObjectType.Draft.LONGEST_NAME) {
      return text;
    } else {
      faults.add(new Fault(field, atMost("must be a text of 1 to %d characters")));
    }
    return "";
  }

  private static String atMost(String sentence) {
    return sentence.formatted(ObjectType.Draft.LONGEST_NAME);
  }
}
