package dev.carillon.liquid;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the texts that templates print as {@code {{ snippets.name }}}. */
@FunctionalInterface
public interface Snippets {
  /** The longest text a snippet may be, in characters (journeys §7.3). */
  int MOST_CHARACTERS = 16_000;

  /** How many snippets may stand inside each other. */
  int DEEPEST = 5;

  /**
   * The snippet called {@code name}; null when there is none. Asked each time a template reads it,
   * so a source of many renderings should parse through a {@link TemplateCache}.
   *
   * @throws LiquidSyntaxException when its text is not a template; printing it then stops the
   *     rendering
   */
  @Nullable Template find(String name);

  /** No snippets. */
  static Snippets none() {
    return _ -> null;
  }

  /**
   * The snippets of {@code texts} by name, without white space around them, parsed by {@code
   * templates} when a template reads them.
   */
  static Snippets of(Map<String, String> texts, TemplateCache templates) {
    var trimmed = new HashMap<String, String>();
    texts.forEach((name, text) -> trimmed.put(name, text.strip()));
    return name -> {
      String text = trimmed.get(name);
      return text == null ? null : templates.get(text);
    };
  }
}
