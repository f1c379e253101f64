package dev.carillon.api.manage;

import dev.carillon.segments.Fault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts and their translations from bodies. */
final class LocalTexts {
  private static final Pattern TAG = Pattern.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}");
  private static final int MOST = 100;

  private LocalTexts() {}

  /** Reads one translation; what is wrong is added to the faults. */
  @FunctionalInterface
  interface Reading<T> {
    T read(Map<?, ?> json, String path, List<Fault> faults);
  }

  /** Whether a text is a language tag, such as {@code en} or {@code nl-BE}. */
  static boolean isTag(String text) {
    return TAG.matcher(text).matches();
  }

  /** The texts by language tag; none when the member is absent. */
  static <T> Map<String, T> read(
      Map<?, ?> json, String member, List<Fault> faults, Reading<T> reading) {
    var texts = new LinkedHashMap<String, T>();
    switch (json.get(member)) {
      case null -> {}
      case Map<?, ?> map when map.size() > MOST ->
          faults.add(new Fault(member, "must not be in more than " + MOST + " languages"));
      case Map<?, ?> map ->
          map.forEach((key, value) -> {
            var tag = (String) key;
            var path = member + "." + tag;
            if (!isTag(tag) || texts.keySet().stream().anyMatch(tag::equalsIgnoreCase)) {
              faults.add(new Fault(member, "must map language tags, such as nl-BE, each once"));
            } else if (value instanceof Map<?, ?> text) {
              texts.put(tag, reading.read(text, path, faults));
            } else {
              faults.add(new Fault(path, "must be an object"));
            }
          });
      default -> faults.add(new Fault(member, "must be an object"));
    }
    return texts;
  }

  /**
   * A text of some length; empty when it is absent or wrong.
   *
   * @param shortest 0: it may be absent
   */
  static String text(
      Map<?, ?> json, String path, String name, int shortest, int longest, List<Fault> faults) {
    @Nullable Object value = json.get(name);
    var at = path.isEmpty() ? name : path + "." + name;
    if (value == null) {
      if (shortest > 0) {
        faults.add(new Fault(at, "is required"));
      }
      return "";
    }
    if (value instanceof String text
        && text.length() <= longest
        && text.strip().length() >= shortest) {
      return text.strip();
    }
    faults.add(new Fault(at, "must be a text of %d to %d characters".formatted(shortest, longest)));
    return "";
  }

  /** Refuses members nobody knows. */
  static void refuseOthers(
      Map<?, ?> json, String path, Set<String> known, Set<String> ignored, List<Fault> faults) {
    for (var key : json.keySet()) {
      if (!known.contains(key) && !ignored.contains(key)) {
        var at = path.isEmpty() ? String.valueOf(key) : path + "." + key;
        faults.add(
            new Fault(
                at, "is not known here; known are " + String.join(", ", new TreeSet<>(known))));
      }
    }
  }
}
