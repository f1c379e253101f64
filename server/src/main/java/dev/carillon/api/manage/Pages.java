package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A page of a list: {@code page} counts from 1, {@code size} is how many entries one holds. The
 * name {@code limit} stands for {@code size} as well, as the command line client writes it.
 *
 * @param size 1 to 1,000
 */
record Pages(int page, int size) {
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
  private static final int USUAL_SIZE = 50;
  private static final int MOST = 1_000;
  private static final int LAST_PAGE = 100_000;

  /**
   * Reads what the caller wants.
   *
   * @throws dev.carillon.http.ProblemException 400 for a number below 1 or none at all; a size
   *     above the greatest is the greatest
   */
  static Pages of(Request request) {
    var size = request.query("size").isPresent() ? "size" : "limit";
    var page = number(request, "page", 1);
    if (page > LAST_PAGE) {
      throw new Problem.BadRequest("page must not be more than " + LAST_PAGE).thrown();
    }
    return new Pages(page, Math.min(MOST, number(request, size, USUAL_SIZE)));
  }

  private static int number(Request request, String name, int usual) {
    var text = request.query(name).orElse("");
    if (text.isEmpty()) {
      return usual;
    }
    int number = WHOLE.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (number < 1) {
      throw new Problem.BadRequest(name + " must be a whole number of at least 1").thrown();
    }
    return number;
  }

  /** How many entries the list must have for this page to be full and followed by another. */
  int reach() {
    return page * size + 1;
  }

  /** How many entries lie before this page. */
  long offset() {
    return (long) (page - 1) * size;
  }

  /**
   * The answer out of what was read for this page alone.
   *
   * @param name the resources', in the plural
   * @param found the entries from {@link #offset} on, up to one more than a page has
   */
  <T> Map<String, Object> page(String name, List<T> found, Function<T, ?> json) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put(name, found.stream().limit(size).map(json).toList());
    answer.put("has_more", found.size() > size);
    return answer;
  }

  /**
   * The answer.
   *
   * @param name the resources', in the plural
   * @param all the list up to {@link #reach()} or longer
   */
  <T> Map<String, Object> answer(String name, List<T> all, Function<T, ?> json) {
    int from = Math.min(all.size(), (page - 1) * size);
    int to = Math.min(all.size(), page * size);
    var answer = new LinkedHashMap<String, Object>();
    answer.put(name, all.subList(from, to).stream().map(json).toList());
    answer.put("has_more", all.size() > to);
    return answer;
  }
}
