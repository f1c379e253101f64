package dev.carillon.api.pipelines;

import dev.carillon.api.pipelines.DroppedCalls.Reason;
import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.ProblemException;
import dev.carillon.http.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a call as far as it could be read. */
sealed interface Body {

  /**
   * A JSON object.
   *
   * @param members plain values; in a batch, an item that could not be read is {@link Spoiled}
   * @param bytes length of the text it was read from
   */
  record Readable(Map<String, @Nullable Object> members, int bytes) implements Body {}

  /** Nothing can be told from it; {@code sentence} says why. */
  record Unreadable(Reason reason, String sentence) implements Body {}

  /** Stands for an item of a batch that is JSON, but holds something that cannot be stored. */
  record Spoiled(String sentence) {}

  /**
   * Reads the body of a request, whatever its label says it is (pipelines §3).
   *
   * @param what the words for it in messages
   * @param longest bytes after decompression
   */
  static Body read(Request request, JsonReader json, String what, int longest, boolean batch) {
    byte[] body;
    try {
      body = request.body(longest);
    } catch (ProblemException problem) {
      return switch (problem.problem()) {
        case Problem.TooLarge _ ->
            new Unreadable(Reason.TOO_LARGE, what + " cannot be longer than " + longest + " bytes");
        case Problem.BadRequest(var sentence) -> new Unreadable(Reason.NOT_JSON, sentence);
        case Problem.Malformed(_, var sentence) -> new Unreadable(Reason.NOT_JSON, sentence);
        default -> throw problem;
      };
    }
    try {
      return json.value(body) instanceof Map<?, ?> members
          ? new Readable(named(members), body.length)
          : new Unreadable(Reason.NOT_JSON, "request body must be a JSON object");
    } catch (BadJson bad) {
      return batch ? apart(json, body, bad) : new Unreadable(Reason.NOT_JSON, bad.sentence());
    }
  }

  /** Item by item, so that one with half an emoji in it does not take the others with it. */
  private static Body apart(JsonReader json, byte[] body, BadJson whole) {
    try {
      var members = new LinkedHashMap<String, @Nullable Object>();
      for (var member : json.members(body).entrySet()) {
        members.put(
            member.getKey(),
            member.getKey().equals("batch")
                ? items(json, member.getValue())
                : json.value(member.getValue()));
      }
      return new Readable(members, body.length);
    } catch (BadJson _) {
      return new Unreadable(Reason.NOT_JSON, whole.sentence());
    }
  }

  private static List<@Nullable Object> items(JsonReader json, byte[] batch) {
    var items = new ArrayList<@Nullable Object>();
    for (var item : json.elements(batch)) {
      try {
        items.add(json.value(item));
      } catch (BadJson bad) {
        items.add(new Spoiled(bad.sentence()));
      }
    }
    return items;
  }

  /** JSON has no other keys. */
  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> named(Map<?, ?> members) {
    return (Map<String, @Nullable Object>) members;
  }
}
