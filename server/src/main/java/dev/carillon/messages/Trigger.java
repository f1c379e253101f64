package dev.carillon.messages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The event that started a journey, frozen when it did (journeys §3.7).
 *
 * <p>Stored as {@code {"name":…,"id":…,"timestamp":…,"data":{…}}}; what started without an event is
 * stored as {@code {}}.
 *
 * @param name the event's name; null when no event started the journey
 * @param id the caller's key of the event; null for none
 * @param timestamp when it happened, Unix seconds; null when no event started the journey
 * @param data the event's data; empty without an event
 */
public record Trigger(
    @Nullable String name,
    @Nullable String id,
    @Nullable Long timestamp,
    Map<String, @Nullable Object> data) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Nothing but time or a segment started the journey. */
  public static final Trigger NONE = new Trigger(null, null, null, Map.of());

  /** Copies the data and keeps its order. */
  public Trigger {
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  /**
   * Reads the stored form.
   *
   * @throws tools.jackson.core.JacksonException when the text is not JSON
   */
  public static Trigger parse(String json) {
    if (json.equals("{}")) {
      return NONE;
    }
    var stored = JsonObjects.parse(json);
    return new Trigger(
        stored.get("name") instanceof String name ? name : null,
        stored.get("id") instanceof String id ? id : null,
        stored.get("timestamp") instanceof Number timestamp ? timestamp.longValue() : null,
        JsonObjects.child(stored, "data"));
  }

  /** The form to store. */
  public String json() {
    return equals(NONE) ? "{}" : JSON.writeValueAsString(this);
  }
}
