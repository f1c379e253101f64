package dev.carillon.api.app;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.objects.ObjectFilter;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a search for objects (app-data §3).
 *
 * @param typeId 0 for a number no type has
 */
record ObjectSearch(int typeId, ObjectFilter filter) {
  private static final JsonReader JSON = new JsonReader();
  private static final int LONGEST_BODY_BYTES = 1024 * 1024;
  private static final int DEEPEST = 10;
  private static final int MOST_PARTS = 1_000;
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");

  /**
   * Reads the body.
   *
   * @throws dev.carillon.http.ProblemException 400 for a search that cannot be understood
   */
  static ObjectSearch of(Request request) {
    Map<String, @Nullable Object> body;
    try {
      body = JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw new Problem.BadRequest(bad.sentence()).thrown();
    }
    var type = body.get("object_type_id");
    var filter = body.get("filter");
    if (type == null || filter == null) {
      throw Parameters.wrong("object_type_id and filter are required");
    }
    var typeId = type(type, "object_type_id");
    return new ObjectSearch(typeId, new Reading(typeId).filter(filter, 1));
  }

  /** A type as a number or in quotes (app-data §1). */
  private static int type(Object value, String name) {
    var text = value instanceof Long || value instanceof String ? value.toString() : "";
    if (!WHOLE.matcher(text).matches()) {
      throw Parameters.wrong(name + " must be the number of an object type");
    }
    var number = Long.parseLong(text);
    return number > Integer.MAX_VALUE ? 0 : (int) number;
  }

  private static final class Reading {
    private final int typeId;
    private int parts;

    Reading(int typeId) {
      this.typeId = typeId;
    }

    ObjectFilter filter(@Nullable Object json, int depth) {
      if (!(json instanceof Map<?, ?> map) || map.size() != 1) {
        throw Parameters.wrong("a filter is an object with exactly one key");
      }
      if (++parts > MOST_PARTS) {
        throw Parameters.wrong("a filter has at most " + MOST_PARTS + " parts");
      }
      if (depth > DEEPEST) {
        throw Parameters.wrong("a filter has at most " + DEEPEST + " levels");
      }
      var entry = map.entrySet().iterator().next();
      return switch (String.valueOf(entry.getKey())) {
        case "and" -> new ObjectFilter.And(filters("and", entry.getValue(), depth));
        case "or" -> new ObjectFilter.Or(filters("or", entry.getValue(), depth));
        case "not" -> new ObjectFilter.Not(filter(entry.getValue(), depth + 1));
        case "object_attribute" -> test(entry.getValue());
        default ->
            throw Parameters.wrong("the key of a filter must be and, or, not or object_attribute");
      };
    }

    private List<ObjectFilter> filters(String name, @Nullable Object json, int depth) {
      if (!(json instanceof List<?> list)) {
        throw Parameters.wrong(name + " must be a list of filters");
      }
      return list.stream().map(each -> filter(each, depth + 1)).toList();
    }

    private ObjectFilter test(@Nullable Object json) {
      if (!(json instanceof Map<?, ?> test)
          || !(test.get("field") instanceof String field)
          || field.isEmpty()) {
        throw Parameters.wrong("object_attribute must be an object with a field");
      }
      var type = test.get("type_id");
      if (type != null && type(type, "type_id") != typeId) {
        throw Parameters.wrong("type_id must be the same as object_type_id");
      }
      var operator = test.get("operator");
      if ("exists".equals(operator)) {
        return new ObjectFilter.Exists(field);
      }
      if (!"eq".equals(operator)) {
        throw Parameters.wrong("operator must be eq or exists");
      }
      return new ObjectFilter.Equal(field, Parameters.plainValue(test.get("value")));
    }
  }
}
