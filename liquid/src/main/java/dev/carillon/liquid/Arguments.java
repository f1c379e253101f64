package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The evaluated arguments of one filter call. */
public final class Arguments {
  static final Arguments NONE = new Arguments(new Object[0], List.of());

  /** Positional values first, then one value per name. */
  private final @Nullable Object[] values;

  private final List<String> names;

  Arguments(@Nullable Object[] values, List<String> names) {
    this.values = values;
    this.names = names;
  }

  /** How many positional arguments were given. */
  public int count() {
    return values.length - names.size();
  }

  /** The positional argument at {@code index}, counted from 0; null when it is nil or not given. */
  public @Nullable Object get(int index) {
    return index < count() ? values[index] : null;
  }

  /** The argument written {@code name: value}; null when it is nil or not given. */
  public @Nullable Object named(String name) {
    int index = names.indexOf(name);
    return index < 0 ? null : values[count() + index];
  }
}
