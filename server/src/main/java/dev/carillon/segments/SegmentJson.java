package dev.carillon.segments;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Segments as JSON values, as the App API and management show them (app-data §4). */
public final class SegmentJson {
  private SegmentJson() {}

  /** A segment without its conditions; times in Unix seconds. */
  public static Map<String, @Nullable Object> toMap(Segment segment) {
    var updated = segment.updatedAt().getEpochSecond();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", segment.id());
    json.put("deduplicate_id", segment.id() + ":" + updated);
    json.put("name", segment.name());
    json.put("description", segment.description());
    json.put("state", state(segment));
    json.put("progress", segment.progress());
    json.put("type", segment.manual() ? "manual" : "dynamic");
    json.put("tags", segment.tags().isEmpty() ? null : segment.tags());
    json.put("created_at", segment.createdAt().getEpochSecond());
    json.put("updated_at", updated);
    return json;
  }

  /** The word for what is being done to make the membership right. */
  public static String state(Segment segment) {
    return segment.state().name().toLowerCase(Locale.ROOT);
  }
}
