package dev.carillon.people;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of one person while a batch works on it: what they are, when each was written,
 * what has changed. Mutable; used by one thread under the lock of the person's row.
 */
public final class Profile {
  /**
   * Attributes a person may have (track §8), beside the identifiers and {@code unsubscribed}: these
   * always fit, or a name could be stored that its profile does not show, and somebody could not be
   * rid of mail.
   */
  public static final int ATTRIBUTES = 300;

  /** Write times kept; beyond it those of removed attributes are forgotten, the oldest first. */
  private static final int WRITES = 2 * ATTRIBUTES;

  private static final Set<String> ALWAYS_FIT = Set.of("id", "email", "unsubscribed");

  private static final String PREFERENCES = "cio_subscription_preferences";
  private static final String CHOICE = PREFERENCES + ".";

  private final Map<String, Object> attributes;
  private final Map<String, Object> written;
  private boolean changed;

  private Profile(Map<String, Object> attributes, Map<String, Object> written) {
    this.attributes = attributes;
    this.written = written;
  }

  /** The profile of a person who has none yet. */
  public static Profile empty() {
    return new Profile(new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** A stored profile: the two JSON documents of table {@code person}. */
  public static Profile of(String attributes, String written) {
    return new Profile(AttributesJson.parse(attributes), AttributesJson.parse(written));
  }

  /** The value of an attribute; null when there is none. */
  public @Nullable Object attribute(String name) {
    return attributes.get(name);
  }

  /** All attributes, identifiers included. A view. */
  public Map<String, Object> attributes() {
    return Collections.unmodifiableMap(attributes);
  }

  /** Whether anything differs from what was stored. */
  public boolean changed() {
    return changed;
  }

  /** The attributes as stored. */
  public String attributesJson() {
    return AttributesJson.print(attributes);
  }

  /** The write times as stored. */
  public String writtenJson() {
    return AttributesJson.print(written);
  }

  /** What writing one attribute did. */
  public sealed interface Outcome {
    /**
     * It has a new value, or none any more. {@code from} null: it had none. {@code to} null: it was
     * removed.
     */
    record Changed(@Nullable Object from, @Nullable Object to) implements Outcome {}

    /** It had that value already, or a later write of it is known (P-11). */
    record Unchanged() implements Outcome {}

    /** It is one more than a person may have (P-14). */
    record TooMany() implements Outcome {}
  }

  /**
   * Writes one attribute (track §3.4–3.5): null and empty text remove it; a key below {@code
   * cio_subscription_preferences} changes that leaf only (P-12).
   *
   * @param writtenAtMillis when the change happened; an older one than the last known write has no
   *     effect
   */
  public Outcome write(String name, @Nullable Object value, long writtenAtMillis) {
    if (hasLater(name, writtenAtMillis)) {
      return new Outcome.Unchanged();
    }
    if (name.startsWith(PREFERENCES + ".")) {
      var leafs = name.substring(PREFERENCES.length() + 1).split("\\.", 3);
      return store(
          PREFERENCES, withLeaf(attributes.get(PREFERENCES), leafs, 0, value), writtenAtMillis);
    }
    return store(name, value, writtenAtMillis);
  }

  /** Whether a later write of the attribute is known than one at this time (P-11). */
  public boolean hasLater(String name, long thanMillis) {
    return written.get(topLevel(name)) instanceof Long last && last > thanMillis;
  }

  /**
   * Remembers the time of a write that had no effect, so that writes older than it have none either
   * (P-11).
   */
  public void confirm(String name, long writtenAtMillis) {
    var attribute = topLevel(name);
    if (!(written.get(attribute) instanceof Long last) || last < writtenAtMillis) {
      note(attribute, writtenAtMillis);
    }
  }

  /**
   * What a merge brought.
   *
   * @param changed names of attributes that have another value now
   * @param refused names of attributes for which there was no room (P-14)
   */
  public record Inherited(Set<String> changed, Set<String> refused) {}

  /**
   * Takes over what the profile of a merged person has and this one lacks, with its write times
   * (P-22, P-27): a choice of topics and channels this one has not made, and a general
   * unsubscription in any case.
   *
   * @param except attributes that are left alone: identifiers, which must be free first
   */
  public Inherited inherit(Profile other, Set<String> except) {
    var changedNames = new LinkedHashSet<String>();
    var refused = new LinkedHashSet<String>();
    if (Subscription.isUnsubscribed(other.attributes)
        && !Subscription.isUnsubscribed(attributes)
        && attributes.containsKey("unsubscribed")) {
      attributes.remove("unsubscribed");
      changedNames.add("unsubscribed");
    }
    other.attributes.forEach((name, value) -> {
      var own = attributes.get(name);
      var inherited = name.equals(PREFERENCES) && own != null ? union(own, value) : value;
      if (except.contains(name) || (own != null && inherited.equals(own))) {
        return;
      }
      if (own != null && !name.equals(PREFERENCES)) {
        return;
      }
      if (own == null && !ALWAYS_FIT.contains(name) && isFull()) {
        refused.add(name);
        return;
      }
      attributes.put(name, inherited);
      changedNames.add(name);
      note(name, Math.max(writtenAtMillis(name), other.writtenAtMillis(name)));
    });
    return new Inherited(changedNames, refused);
  }

  /** What either has; where both have a value, our own. */
  private static Object union(Object own, Object other) {
    if (!(own instanceof Map<?, ?> ours && other instanceof Map<?, ?> theirs)) {
      return own;
    }
    var union = new LinkedHashMap<String, Object>();
    ours.forEach((key, value) -> union.put((String) key, value));
    theirs.forEach((key, value) -> union.merge((String) key, value, Profile::union));
    return union;
  }

  /** When an attribute was written last, Unix milliseconds; 0 when that is not known. */
  public long writtenAtMillis(String name) {
    return written.get(topLevel(name)) instanceof Long last ? last : 0;
  }

  /** The attribute a key of a call writes: itself, or what it is a leaf of (P-12). */
  public static String topLevel(String name) {
    return name.startsWith(CHOICE) ? PREFERENCES : name;
  }

  private Outcome store(String name, @Nullable Object value, long writtenAtMillis) {
    var from = attributes.get(name);
    if (value == null || value.equals("")) {
      if (from == null) {
        return new Outcome.Unchanged();
      }
      attributes.remove(name);
      note(name, writtenAtMillis);
      return new Outcome.Changed(from, null);
    }
    if (Objects.equals(from, value)) {
      return new Outcome.Unchanged();
    }
    if (from == null && !ALWAYS_FIT.contains(name) && isFull()) {
      return new Outcome.TooMany();
    }
    attributes.put(name, value);
    note(name, writtenAtMillis);
    return new Outcome.Changed(from, value);
  }

  private void note(String name, long writtenAtMillis) {
    written.put(name, writtenAtMillis);
    changed = true;
    if (written.size() > WRITES) {
      written.keySet().stream()
          .filter(each -> !attributes.containsKey(each))
          .min(Comparator.comparingLong(each -> written.get(each) instanceof Long at ? at : 0))
          .ifPresent(written::remove);
    }
  }

  private boolean isFull() {
    return attributes.size() >= ATTRIBUTES
        && attributes.size() - ALWAYS_FIT.stream().filter(attributes::containsKey).count()
            >= ATTRIBUTES;
  }

  private static @Nullable Object withLeaf(
      @Nullable Object tree, String[] path, int depth, @Nullable Object value) {
    if (depth == path.length) {
      return "".equals(value) ? null : value;
    }
    var copy = new LinkedHashMap<String, Object>();
    if (tree instanceof Map<?, ?> map) {
      map.forEach((key, each) -> copy.put((String) key, each));
    }
    var child = withLeaf(copy.get(path[depth]), path, depth + 1, value);
    if (child == null) {
      copy.remove(path[depth]);
    } else {
      copy.put(path[depth], child);
    }
    return copy;
  }
}
