package dev.carillon.liquid;

import org.jspecify.annotations.Nullable;

/** The evaluated arguments of one filter call. */
public final class Arguments {
  static final Arguments NONE = new Arguments(new Object[0], new String[0]);

  /** Positional values first, then one value per name. */
  private final @Nullable Object[] values;

  private final String[] names;

  Arguments(@Nullable Object[] values, String[] names) {
    this.values = values;
    this.names = names;
  }

  /** How many positional arguments were given. */
  public int count() {
    return values.length - names.length;
  }

  /** The positional argument at {@code index}, counted from 0; null when it is nil or not given. */
  public @Nullable Object get(int index) {
    return index < count() ? values[index] : null;
  }

  /** The argument written {@code name: value}; null when it is nil or not given. */
  public @Nullable Object named(String name) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return values[count() + i];
      }
    }
    return null;
  }
}
