package dev.carillon.reference;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a person, device, object or relationship, and when each was written last.
 * Immutable.
 *
 * @param values those that have a value
 * @param writes also of those that were removed
 */
record Attributes(Map<String, Object> values, Map<String, Instant> writes) {
  private static final String CHOICES = "cio_subscription_preferences";

  static final Attributes NONE = new Attributes(Map.of(), Map.of());

  /**
   * After a call: keys it lacks stay (P-1), null and the empty text remove (P-10), a write that is
   * older than the last one has no effect (P-11). Choice: a call without {@code _timestamp} that
   * sets what is there already is no write.
   */
  Attributes with(Map<String, @Nullable Object> call, @Nullable Instant writtenAt, Instant now) {
    var result = this;
    for (var each : call.entrySet()) {
      result = result.with(each.getKey(), each.getValue(), writtenAt, now);
    }
    return result;
  }

  private Attributes with(
      String key, @Nullable Object given, @Nullable Instant writtenAt, Instant now) {
    var leaf = key.startsWith(CHOICES + ".");
    var name = leaf ? CHOICES : key;
    var at = writtenAt == null ? now : writtenAt;
    if (writes.getOrDefault(name, Instant.MIN).isAfter(at)) {
      return this;
    }
    var value =
        leaf
            ? withLeaf(values.get(name), key.substring(CHOICES.length() + 1), given)
            : "".equals(given) ? null : given;
    if (writtenAt == null && Objects.equals(value, values.get(name))) {
      return this;
    }
    return put(name, value, at);
  }

  private Attributes put(String name, @Nullable Object value, Instant at) {
    var nextValues = new LinkedHashMap<>(values);
    if (value == null) {
      nextValues.remove(name);
    } else {
      nextValues.put(name, value);
    }
    var nextWrites = new LinkedHashMap<>(writes);
    nextWrites.put(name, at);
    return new Attributes(nextValues, nextWrites);
  }

  /** {@code topics.topic_3} writes that leaf alone (P-12). */
  private static Map<String, Object> withLeaf(
      @Nullable Object tree, String path, @Nullable Object value) {
    var copy = new LinkedHashMap<>(tree instanceof Map<?, ?> ? Json.object(tree) : Map.of());
    var dot = path.indexOf('.');
    if (dot >= 0) {
      var name = path.substring(0, dot);
      copy.put(name, withLeaf(copy.get(name), path.substring(dot + 1), value));
    } else if (value == null || value.equals("")) {
      copy.remove(path);
    } else {
      copy.put(path, value);
    }
    return copy;
  }

  /**
   * After a merge: filled where there is nothing (P-22); unsubscribed when either is, and choices
   * of topics where none was made (P-27). The later write time stays with what was filled.
   */
  Attributes inherit(Attributes other) {
    var result = this;
    for (var each : other.values.entrySet()) {
      var name = each.getKey();
      var own = values.get(name);
      var value =
          own == null || (name.equals("unsubscribed") && says(each.getValue()) && !says(own))
              ? each.getValue()
              : name.equals(CHOICES) ? union(own, each.getValue()) : own;
      if (!value.equals(own)) {
        var before = writes.getOrDefault(name, Instant.MIN);
        var theirs = other.writes.getOrDefault(name, Instant.MIN);
        result = result.put(name, value, before.isAfter(theirs) ? before : theirs);
      }
    }
    return result;
  }

  /** Unsubscribed is true, 1, and their texts (track §3.4). */
  private static boolean says(Object value) {
    return value.toString().equalsIgnoreCase("true") || value.toString().equals("1");
  }

  private static Object union(Object own, Object theirs) {
    if (!(own instanceof Map<?, ?> && theirs instanceof Map<?, ?>)) {
      return own;
    }
    var union = new LinkedHashMap<>(Json.object(own));
    Json.object(theirs).forEach((key, value) -> union.merge(key, value, Attributes::union));
    return union;
  }
}
