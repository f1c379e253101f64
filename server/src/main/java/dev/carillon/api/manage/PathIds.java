package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import java.util.regex.Pattern;

/** Numbers in paths. */
final class PathIds {
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

  private PathIds() {}

  /**
   * The number at {@code {id}}; 0, which nothing has, for one that is out of range.
   *
   * @throws dev.carillon.http.ProblemException 400 for anything but a whole number
   */
  static int id(Request request, String what) {
    var text = request.segment("id");
    if (!WHOLE.matcher(text).matches()) {
      throw new Problem.BadRequest("the id of a " + what + " is a whole number").thrown();
    }
    var value = Long.parseLong(text);
    return value < 0 || value > Integer.MAX_VALUE ? 0 : (int) value;
  }
}
