package dev.carillon.api.app;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectQueries.StoredObject;
import dev.carillon.objects.ObjectType;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Objects, their types and who is related to them (app-data §2.9, §3). */
final class ObjectReads {
  private static final int USUAL = 50;
  private static final int MOST = 1_000;

  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");

  private final ObjectTypes types;
  private final ObjectQueries objects;
  private final PeopleReads people;

  ObjectReads(ObjectTypes types, ObjectQueries objects, PeopleReads people) {
    this.types = types;
    this.objects = objects;
    this.people = people;
  }

  Reply types(Access access, Request request) {
    var all = types.list(access.workspace()).stream().map(ObjectReads::type).toList();
    return Reply.json(200, Map.of("types", all));
  }

  private static Map<String, Object> type(ObjectType type) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", Integer.toString(type.typeId()));
    json.put("name", type.name());
    json.put("singular_name", type.singularName());
    json.put("slug", type.slug());
    json.put("singular_slug", type.singularSlug());
    json.put("enabled", type.enabled());
    json.put("icon", type.icon());
    return json;
  }

  Reply search(Access access, Request request) {
    var search = ObjectSearch.of(request);
    var limit = Parameters.limit(request, USUAL, MOST);
    var list = PageCursor.OBJECTS.asked(access.workspace(), search);
    var start = list.start(request);
    if (types.find(access.workspace(), search.typeId()).isEmpty()) {
      throw Parameters.notFound("object type not found");
    }
    var found =
        objects.search(
            access.workspace(),
            search.typeId(),
            search.filter(),
            start == null ? 0 : start[0],
            limit);
    var json = new LinkedHashMap<String, Object>();
    json.put(
        "identifiers",
        found.objects().stream()
            .map(each -> identifiers(each.cioObjectId(), each.objectId()))
            .toList());
    json.put("ids", found.objects().stream().map(ObjectQueries.Names::objectId).toList());
    json.put("next", found.more() ? list.text(found.after()) : "");
    return Reply.json(200, json);
  }

  private static Map<String, Object> identifiers(String cioObjectId, String objectId) {
    var json = new LinkedHashMap<String, Object>();
    json.put("cio_object_id", cioObjectId);
    json.put("object_id", objectId);
    return json;
  }

  Reply attributes(Access access, Request request) {
    var object = find(access, request);
    var values = CustomerJson.texts(object.attributes().values());
    var timestamps = timestamps(object.attributes());
    // As with people, the names are attributes too.
    var identifiers = identifiers(object.cioObjectId(), object.objectId());
    values.putAll(identifiers);
    identifiers
        .keySet()
        .forEach(name -> timestamps.put(name, object.attributes().createdAt().getEpochSecond()));
    identifiers.put("id", object.objectId());
    var json = new LinkedHashMap<String, Object>();
    json.put("attributes", values);
    json.put("timestamps", timestamps);
    json.put("identifiers", identifiers);
    json.put("object_type_id", Integer.toString(object.typeId()));
    return Reply.json(200, Map.of("object", json));
  }

  private static Map<String, Object> timestamps(ObjectQueries.Attributes attributes) {
    var timestamps = new LinkedHashMap<String, Object>();
    for (var name : attributes.values().keySet()) {
      timestamps.put(
          name, attributes.written().getOrDefault(name, attributes.createdAt()).getEpochSecond());
    }
    return timestamps;
  }

  Reply relationships(Access access, Request request) {
    var object = find(access, request);
    var disabled =
        types.find(access.workspace(), object.typeId()).map(type -> !type.enabled()).orElse(true);
    var list = PageCursor.OBJECT_RELATIONSHIPS.asked(access.workspace(), object.objectKey());
    var start = list.start(request);
    var limit = Parameters.limit(request, USUAL, MOST);
    var found =
        objects.people(
            access.workspace(), object.objectKey(), start == null ? 0 : start[0], limit + 1);
    var page = found.subList(0, Math.min(limit, found.size()));
    var related =
        page.stream()
            .map(each -> {
              var names = new Names(each.personId(), each.id(), each.email());
              var json = new LinkedHashMap<String, @Nullable Object>();
              json.put("identifiers", CustomerJson.identifiers(names));
              json.put("object_type_id", Integer.toString(object.typeId()));
              json.put("object_type_disabled", disabled);
              return json;
            })
            .toList();
    return page(related, found.size() > limit ? list.text(page.getLast().personId()) : "");
  }

  Reply ofPerson(Access access, Request request) {
    var person = people.find(access, request);
    var list = PageCursor.PERSON_RELATIONSHIPS.asked(access.workspace(), person.personId());
    var start = list.start(request);
    var limit = Parameters.limit(request, USUAL, MOST);
    var found =
        objects.ofPerson(
            access.workspace(), person.personId(), start == null ? 0 : start[0], limit);
    var related =
        found.list().stream()
            .map(each -> {
              var json = new LinkedHashMap<String, @Nullable Object>();
              json.put("object_type_id", each.typeId());
              json.put("identifiers", identifiers(each.cioObjectId(), each.objectId()));
              json.put("attributes", CustomerJson.texts(each.attributes().values()));
              json.put("timestamps", timestamps(each.attributes()));
              return json;
            })
            .toList();
    return page(related, found.more() ? list.text(found.list().getLast().objectKey()) : "");
  }

  private static Reply page(List<?> related, String next) {
    var json = new LinkedHashMap<String, Object>();
    json.put("cio_relationships", related);
    json.put("next", next);
    return Reply.json(200, json);
  }

  /**
   * The object the path names.
   *
   * @throws dev.carillon.http.ProblemException 404 when there is none; 400 for a kind of identifier
   *     that is unknown
   */
  private StoredObject find(Access access, Request request) {
    var name = request.segment("id");
    var type = typeId(request);
    Optional<StoredObject> found =
        switch (request.query("id_type").orElse("")) {
          case "", "object_id" ->
              type.isEmpty()
                  ? Optional.empty()
                  : objects.find(access.workspace(), type.getAsInt(), name);
          case "cio_object_id" ->
              type.isEmpty()
                  ? Optional.empty()
                  : objects.findByCioId(access.workspace(), type.getAsInt(), name);
          default -> throw Parameters.wrong("id_type must be object_id or cio_object_id");
        };
    return found.orElseThrow(() -> Parameters.notFound("object not found"));
  }

  private static OptionalInt typeId(Request request) {
    var text = request.segment("type");
    return WHOLE.matcher(text).matches()
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }
}
