package dev.carillon.api.app;

import dev.carillon.http.Problem;
import dev.carillon.http.Request;
import dev.carillon.people.AttributesJson;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads parameters of the query and numbers of the path. Whatever cannot be read is answered 400
 * with the parameter's name.
 */
final class Parameters {
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final long LATEST_SECOND = 253_402_300_799L; // the end of the year 9999

  private Parameters() {}

  /**
   * The page size (app-data §1.3): more than {@code most} is {@code most}; below 1 is refused.
   *
   * @param usual when the caller does not say
   */
  static int limit(Request request, int usual, int most) {
    var text = request.query("limit").orElse("");
    if (text.isEmpty()) {
      return usual;
    }
    if (DIGITS.matcher(text).matches()) {
      var digits = text.replaceFirst("^0+", "");
      if (digits.length() > 9) {
        return most;
      }
      if (!digits.isEmpty()) {
        return Math.min(most, Integer.parseInt(digits));
      }
    }
    throw wrong("limit must be a whole number of at least 1");
  }

  /** A whole number of the query; empty when absent. */
  static OptionalLong number(Request request, String name) {
    var text = request.query(name).orElse("");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!WHOLE.matcher(text).matches()) {
      throw wrong(name + " must be a whole number");
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  /**
   * An id of the query; empty when absent. 0 names nothing, as do negative and overlong numbers.
   */
  static OptionalInt id(Request request, String name) {
    var number = number(request, name);
    if (number.isEmpty()) {
      return OptionalInt.empty();
    }
    var value = number.getAsLong();
    return OptionalInt.of(value < 0 || value > Integer.MAX_VALUE ? 0 : (int) value);
  }

  /**
   * What {@code eq} of a filter compares with, as text.
   *
   * @throws dev.carillon.http.ProblemException 400 for nothing, an object or a list
   */
  static String plainValue(@Nullable Object json) {
    return switch (json) {
      case null -> throw wrong("eq needs a value");
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Number number -> AttributesJson.plainText(number);
      default -> throw wrong("value must be a text, a number, true or false");
    };
  }

  /** What these parameters say, so that a cursor is one of this question alone. */
  static String said(Request request, String... names) {
    return Arrays.stream(names)
        .map(name -> name + "=" + request.query(name).orElse(""))
        .collect(Collectors.joining("\n"));
  }

  /** An instant in Unix seconds; null when absent. */
  static @Nullable Instant instant(Request request, String name) {
    var number = number(request, name);
    if (number.isEmpty()) {
      return null;
    }
    if (number.getAsLong() < 0 || number.getAsLong() > LATEST_SECOND) {
      throw wrong(name + " must be a time in Unix seconds");
    }
    return Instant.ofEpochSecond(number.getAsLong());
  }

  /** A truth value; false when absent. */
  static boolean flag(Request request, String name) {
    return switch (request.query(name).orElse("")) {
      case "", "false", "0" -> false;
      case "true", "1" -> true;
      default -> throw wrong(name + " must be true or false");
    };
  }

  /**
   * The number at {@code {id}} of the path; 0, which nothing has, for one that is out of range.
   *
   * @throws dev.carillon.http.ProblemException 400 for anything but a whole number (app-messaging
   *     §0.1)
   */
  static int pathId(Request request, String what) {
    var text = request.segment("id");
    if (!WHOLE.matcher(text).matches()) {
      throw wrong("the id of a " + what + " is a whole number");
    }
    var value = Long.parseLong(text);
    return value < 0 || value > Integer.MAX_VALUE ? 0 : (int) value;
  }

  /** A query parameter; null when absent or empty. */
  static @Nullable String text(Request request, String name) {
    return request.query(name).filter(text -> !text.isEmpty()).orElse(null);
  }

  /** A 400 with this sentence. */
  static RuntimeException wrong(String sentence) {
    return new Problem.BadRequest(sentence).thrown();
  }

  /**
   * A 400 with all that is wrong.
   *
   * @param sentences at least one
   */
  static RuntimeException wrong(List<String> sentences) {
    return sentences.size() == 1
        ? wrong(sentences.getFirst())
        : new Problem.BadRequests(sentences).thrown();
  }

  /** A 404 with this sentence. */
  static RuntimeException notFound(String sentence) {
    return new Problem.NotFound(sentence).thrown();
  }
}
