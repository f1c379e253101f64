package dev.carillon.liquid;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names a piece of template sees, innermost first: loop variables, then assigned ones, then the
 * data, then counters, then what the host names. {@code render} gives its partial a scope of its
 * own.
 */
final class Scope {
  private final Object data;
  private final HostNames host;
  private final Map<String, @Nullable Object> assigned = new HashMap<>();
  private final Map<String, Long> counters = new HashMap<>();
  private final Map<String, Long> loopOffsets = new HashMap<>();
  private final Map<Object, Integer> cycles = new HashMap<>();
  private String[] localNames = new String[8];
  private @Nullable Object[] localValues = new Object[8];
  private int locals;
  private @Nullable ForLoop loop;
  private String lastChanged = "";

  /** A scope over {@code data}, a map or a {@link LiquidObject}, and what the host names. */
  Scope(Object data, HostNames host) {
    this.data = data;
    this.host = host;
  }

  /** The value of {@code name}, or {@link Special#MISSING}. */
  @Nullable Object find(String name) {
    for (int i = locals - 1; i >= 0; i--) {
      if (localNames[i].equals(name)) {
        return localValues[i];
      }
    }
    if (!assigned.isEmpty()) {
      Object value = assigned.get(name);
      if (value != null || assigned.containsKey(name)) {
        return value;
      }
    }
    Object value = Members.bracket(data, name);
    if (value != Special.MISSING) {
      return value;
    }
    Long counter = counters.get(name);
    return counter == null ? host.find(name) : counter;
  }

  void assign(String name, @Nullable Object value) {
    assigned.put(name, value);
  }

  /** Adds a name that hides outer ones; returns its place for {@link #local(int, Object)}. */
  int push(String name, @Nullable Object value) {
    if (locals == localNames.length) {
      localNames = Arrays.copyOf(localNames, locals * 2);
      localValues = Arrays.copyOf(localValues, locals * 2);
    }
    localNames[locals] = name;
    localValues[locals] = value;
    return locals++;
  }

  void local(int place, @Nullable Object value) {
    localValues[place] = value;
  }

  /** Forgets the local names from {@code place} on. */
  void pop(int place) {
    Arrays.fill(localValues, place, locals, null);
    locals = place;
  }

  /** The counter's value, 0 before its first use. */
  long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }

  void counter(String name, long value) {
    counters.put(name, value);
  }

  /** Where the last loop called {@code name} stopped, for {@code offset: continue}. */
  long loopOffset(String name) {
    return loopOffsets.getOrDefault(name, 0L);
  }

  void loopOffset(String name, long offset) {
    loopOffsets.put(name, offset);
  }

  int cycle(Object group) {
    return cycles.getOrDefault(group, 0);
  }

  void cycle(Object group, int next) {
    cycles.put(group, next);
  }

  /** The innermost {@code for} loop now running, null outside of loops. */
  @Nullable ForLoop loop() {
    return loop;
  }

  void loop(@Nullable ForLoop current) {
    loop = current;
  }

  /** Remembers {@code text}; false when it is what {@code ifchanged} saw last. */
  boolean changed(String text) {
    if (text.equals(lastChanged)) {
      return false;
    }
    lastChanged = text;
    return true;
  }
}
