package dev.carillon.liquid;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects warnings, each once, up to a number. */
final class Warnings {
  private final Set<Warning> all = new LinkedHashSet<>();

  void add(Warning warning) {
    if (all.size() < Preview.MOST_WARNINGS) {
      all.add(warning);
    }
  }

  Collection<Warning> all() {
    return all;
  }
}
