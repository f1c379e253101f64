package dev.carillon.liquid;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A parsed Liquid template. Immutable: one template may be rendered by any number of threads at
 * once, and nothing of one rendering is seen by another.
 */
public final class Template {
  private final Environment environment;
  private final Body root;
  private final Set<String> variables;

  Template(Environment environment, Body root, Set<String> variables) {
    this.environment = environment;
    this.root = root;
    this.variables = Set.copyOf(variables);
  }

  /**
   * Parses {@code source} with the standard tags and filters.
   *
   * @throws LiquidSyntaxException when the source is not a template, with its place
   */
  public static Template parse(String source) {
    return Environment.standard().parse(source);
  }

  /**
   * Renders with {@code data} as the top-level names.
   *
   * <p>Values are null, {@link String}, {@link Boolean}, {@link Number}, {@link java.util.List},
   * {@link Map} with text keys, {@link LiquidObject}, {@link LiquidText}, {@link java.time.Instant}
   * or {@link java.time.ZonedDateTime}; anything else prints as its {@code toString}. They must not
   * change while the rendering runs.
   *
   * @throws LiquidRenderException when the data or the budget does not allow it
   */
  public String render(Map<String, ? extends @Nullable Object> data, RenderOptions options) {
    return renderOver(data, options);
  }

  /** Renders with the members of {@code data} as the top-level names, each fetched when read. */
  public String render(LiquidObject data, RenderOptions options) {
    return renderOver(data, options);
  }

  private String renderOver(Object data, RenderOptions options) {
    var rendering = new Rendering(environment, options, data);
    root.render(rendering);
    return rendering.finish();
  }

  /**
   * The paths into the data that the template mentions, such as {@code customer.first_name}; a path
   * ends before its first index. Names that the template itself sets (by {@code assign}, {@code
   * capture}, a loop or a counter) are left out, as is what partials and {@code where_exp} read.
   */
  public Set<String> variables() {
    return variables;
  }

  Body root() {
    return root;
  }
}
