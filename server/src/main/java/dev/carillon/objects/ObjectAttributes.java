package dev.carillon.objects;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.Profile;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of one object or relationship while a batch works on it: like those of a person,
 * and limited in size as a whole (track §6, §8). Mutable; used by one thread under the lock of the
 * row.
 */
public final class ObjectAttributes {
  /** Bytes all attributes may have as compact JSON. */
  public static final int MOST_BYTES = 100 * 1024;

  private static final int NOT_COUNTED = -1;
  private static final int BRACES = 2;
  private static final int COLON_AND_COMMA = 2;

  private final Profile profile;
  private int bytes = NOT_COUNTED;

  private ObjectAttributes(Profile profile) {
    this.profile = profile;
  }

  /** Of something new. */
  public static ObjectAttributes empty() {
    return new ObjectAttributes(Profile.empty());
  }

  /** As stored: values and write times, two JSON documents. */
  public static ObjectAttributes of(String attributes, String written) {
    return new ObjectAttributes(Profile.of(attributes, written));
  }

  /** What writing one attribute did. */
  public sealed interface Outcome {
    /**
     * It has a new value, or none any more. {@code from} null: it had none. {@code to} null: it was
     * removed.
     */
    record Changed(@Nullable Object from, @Nullable Object to) implements Outcome {}

    /** It had that value already, or a later write of it is known. */
    record Unchanged() implements Outcome {}

    /** It did not fit, for this reason. */
    record Refused(String reason) implements Outcome {}
  }

  /**
   * Writes one attribute; null and empty text remove it.
   *
   * @param writtenAtMillis when the change happened; an older one than the last known write has no
   *     effect
   */
  public Outcome write(String name, @Nullable Object value, long writtenAtMillis) {
    var growth = growth(name, value);
    if (growth > 0 && bytes() + growth > MOST_BYTES && !profile.hasLater(name, writtenAtMillis)) {
      return new Outcome.Refused(
          "all attributes together have at most %d bytes".formatted(MOST_BYTES));
    }
    return switch (profile.write(name, value, writtenAtMillis)) {
      case Profile.Outcome.Changed(var from, var to) -> {
        if (!Profile.topLevel(name).equals(name)) {
          bytes = NOT_COUNTED; // a part of a value has changed
        } else if (bytes != NOT_COUNTED) {
          bytes += growth;
        }
        yield new Outcome.Changed(from, to);
      }
      case Profile.Outcome.Unchanged() -> new Outcome.Unchanged();
      case Profile.Outcome.TooMany() ->
          new Outcome.Refused("there are at most %d attributes".formatted(Profile.ATTRIBUTES));
    };
  }

  /** Remembers the time of a write that had no effect, so that older writes have none either. */
  public void confirm(String name, long writtenAtMillis) {
    profile.confirm(name, writtenAtMillis);
  }

  private int growth(String name, @Nullable Object value) {
    var former = profile.attribute(name);
    var before = former == null ? 0 : size(name, former);
    return value == null || value.equals("") ? -before : size(name, value) - before;
  }

  private int bytes() {
    if (bytes == NOT_COUNTED) {
      bytes = BRACES;
      profile.attributes().forEach((name, value) -> bytes += size(name, value));
    }
    return bytes;
  }

  private static int size(String name, Object value) {
    return utf8(AttributesJson.printValue(name))
        + utf8(AttributesJson.printValue(value))
        + COLON_AND_COMMA;
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether anything differs from what was stored. */
  public boolean changed() {
    return profile.changed();
  }

  /** All attributes. A view. */
  public Map<String, Object> attributes() {
    return profile.attributes();
  }

  /** The attributes as stored. */
  public String attributesJson() {
    return profile.attributesJson();
  }

  /** The write times as stored. */
  public String writtenJson() {
    return profile.writtenJson();
  }

  /** When an attribute was written last, Unix milliseconds; 0 when that is not known. */
  public long writtenAtMillis(String name) {
    return profile.writtenAtMillis(name);
  }
}
