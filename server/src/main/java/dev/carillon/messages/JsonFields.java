package dev.carillon.messages;

import dev.carillon.segments.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object member by member and notes what is wrong, each fault with its path. Every
 * name that was asked for is a known one; {@link #refuseOthers} notes the rest.
 */
public final class JsonFields {
  private final Map<?, ?> object;
  private final String path;
  private final List<Fault> faults;
  private final Set<String> known = new HashSet<>();
  private final Set<String> ignored = new HashSet<>();

  /**
   * @param path where the object stands; empty for the whole
   * @param faults what is wrong is added here
   */
  public JsonFields(Map<?, ?> object, String path, List<Fault> faults) {
    this.object = object;
    this.path = path;
    this.faults = faults;
  }

  /** The path of a member. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Notes what is wrong with a member. */
  public void fault(String name, String problem) {
    faults.add(new Fault(at(name), problem));
  }

  /** Whether the member is there; null counts as absent. */
  public boolean has(String name) {
    return value(name) != null;
  }

  /** The value of a member; null: absent, or JSON null. */
  public @Nullable Object value(String name) {
    known.add(name);
    return object.get(name);
  }

  /** A text, or empty when it is absent or something else, which is noted. */
  public Optional<String> text(String name, int mostCharacters) {
    return switch (value(name)) {
      case null -> Optional.empty();
      case String text when text.codePointCount(0, text.length()) <= mostCharacters ->
          Optional.of(text);
      case String _ -> {
        fault(name, "must not be longer than %,d characters".formatted(mostCharacters));
        yield Optional.empty();
      }
      default -> {
        fault(name, "must be a text");
        yield Optional.empty();
      }
    };
  }

  /** A whole number in the range, or empty when it is absent or something else, which is noted. */
  public OptionalLong number(String name, long least, long most) {
    var value = value(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Long || value instanceof Integer) {
      var number = ((Number) value).longValue();
      if (number >= least && number <= most) {
        return OptionalLong.of(number);
      }
    }
    fault(name, "must be a whole number from %d to %d".formatted(least, most));
    return OptionalLong.empty();
  }

  /** True or false; {@code usual} when it is absent or something else, which is noted. */
  public boolean flag(String name, boolean usual) {
    return switch (value(name)) {
      case null -> usual;
      case Boolean flag -> flag;
      default -> {
        fault(name, "must be true or false");
        yield usual;
      }
    };
  }

  /** An object, or empty when it is absent or something else, which is noted. */
  public Optional<JsonFields> object(String name) {
    return switch (value(name)) {
      case null -> Optional.empty();
      case Map<?, ?> map -> Optional.of(new JsonFields(map, at(name), faults));
      default -> {
        fault(name, "must be an object");
        yield Optional.empty();
      }
    };
  }

  /** A list; an empty one when it is absent or something else, which is noted. */
  public List<?> list(String name) {
    return switch (value(name)) {
      case null -> List.of();
      case List<?> list -> list;
      default -> {
        fault(name, "must be a list");
        yield List.of();
      }
    };
  }

  /** The names of all members. */
  public Set<String> names() {
    return object.keySet().stream()
        .map(String::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The object itself. */
  public Map<?, ?> whole() {
    return object;
  }

  /** Lets members of these names pass without looking at them. */
  public void ignore(Set<String> names) {
    ignored.addAll(names);
  }

  /** Notes each member nobody asked for. */
  public void refuseOthers() {
    for (var name : names()) {
      if (!known.contains(name) && !ignored.contains(name)) {
        fault(name, "is not known here; known are " + String.join(", ", new TreeSet<>(known)));
      }
    }
  }
}
