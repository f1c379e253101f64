package dev.carillon.liquid;

import java.util.Map;

/**
 * A template around other templates: it prints their text as {@code {{ content }}} (journeys §5.4).
 *
 * @param id {@code layout.id}, readable in the layout and in what it is around
 * @param name {@code layout.name}
 */
public record Layout(long id, String name, Template template) {
  /** Whether the layout mentions {@code content}; one that does not hides every text put in it. */
  public boolean printsContent() {
    return template.variables().contains("content");
  }

  /** The {@code layout} object. */
  Map<String, Object> members() {
    return Map.of("id", id, "name", name);
  }
}
