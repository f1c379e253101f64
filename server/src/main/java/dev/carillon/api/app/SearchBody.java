package dev.carillon.api.app;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Request;
import dev.carillon.people.search.SearchFilter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a search for people (app-data §2.3). A leaf may stand bare or in its wrapper, as
 * clients write both: {@code {"segment":{"id":4}}} and {@code {"id":4}}, {@code
 * {"attribute":{"field":…}}} and {@code {"field":…}}.
 */
final class SearchBody {
  private static final JsonReader JSON = new JsonReader();
  private static final int LONGEST_BODY_BYTES = 512 * 1024;
  private static final int DEEPEST = 10;
  private static final int MOST_NODES = 200;
  private static final Set<String> ATTRIBUTE = Set.of("field", "operator", "value");

  private int nodes;

  private SearchBody() {}

  /**
   * Reads the filter.
   *
   * @throws dev.carillon.http.ProblemException 400 for one that cannot be understood
   */
  static SearchFilter filter(Request request) {
    Map<String, @Nullable Object> body;
    try {
      body = JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
    if (body.get("filter") == null) {
      throw Parameters.wrong("filter is required");
    }
    return new SearchBody().filter(body.get("filter"), 1);
  }

  private SearchFilter filter(@Nullable Object json, int depth) {
    count();
    if (!(json instanceof Map<?, ?> map) || map.isEmpty()) {
      throw wrongFilter();
    }
    if (map.containsKey("field") && ATTRIBUTE.containsAll(map.keySet())) {
      return attribute(map);
    }
    if (map.size() != 1) {
      throw wrongFilter();
    }
    var entry = map.entrySet().iterator().next();
    var value = entry.getValue();
    return switch (String.valueOf(entry.getKey())) {
      case "and" -> new SearchFilter.And(filters("and", value, depth));
      case "or" -> new SearchFilter.Or(filters("or", value, depth));
      case "not" -> {
        checkDepth(depth);
        yield new SearchFilter.Not(filter(value, depth + 1));
      }
      case "segment" -> segment(value);
      case "id" -> segment(map);
      case "attribute" -> attribute(value);
      default ->
          throw Parameters.wrong("the key of a filter must be and, or, not, segment or attribute");
    };
  }

  private static RuntimeException wrongFilter() {
    return Parameters.wrong("a filter is an object with exactly one key");
  }

  private List<SearchFilter> filters(String name, @Nullable Object json, int depth) {
    checkDepth(depth);
    if (!(json instanceof List<?> list)) {
      throw Parameters.wrong(name + " must be a list of filters");
    }
    return list.stream().map(each -> filter(each, depth + 1)).toList();
  }

  private static void checkDepth(int depth) {
    if (depth > DEEPEST) {
      throw Parameters.wrong("and, or and not may stand in each other " + DEEPEST + " deep");
    }
  }

  private void count() {
    if (++nodes > MOST_NODES) {
      throw Parameters.wrong("a filter has at most " + MOST_NODES + " parts");
    }
  }

  /** Numbers no segment can have are those of segments nobody is in. */
  private SearchFilter segment(@Nullable Object json) {
    if (json instanceof Map<?, ?> segment && segment.get("id") instanceof Long id) {
      return new SearchFilter.InSegment(id < 0 || id > Integer.MAX_VALUE ? 0 : id.intValue());
    }
    throw Parameters.wrong("segment must be an object with an id, which is a whole number");
  }

  private SearchFilter attribute(@Nullable Object json) {
    if (!(json instanceof Map<?, ?> test)
        || !(test.get("field") instanceof String field)
        || field.isEmpty()) {
      throw Parameters.wrong("attribute must be an object with a field");
    }
    return switch (test.get("operator") instanceof String operator ? operator : "") {
      case "exists" -> new SearchFilter.Exists(field);
      case "eq" -> new SearchFilter.Equal(field, Parameters.plainValue(test.get("value")));
      default -> throw Parameters.wrong("operator must be eq or exists");
    };
  }
}
