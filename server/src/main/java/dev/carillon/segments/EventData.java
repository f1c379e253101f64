package dev.carillon.segments;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the data of events as tests read them. */
public final class EventData {
  private EventData() {}

  /** The value at a path (S-35), of {@code list[]} the first item's; null when there is none. */
  public static @Nullable Object valueAt(String path, Map<String, Object> data) {
    return ValueTests.first(path, data::get);
  }

  /** The number a value is or spells; null for anything else. */
  public static @Nullable BigDecimal number(Object value) {
    return Values.number(value);
  }
}
