package dev.carillon.liquid;

import java.util.List;
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
  private final List<Warning> warnings;
  private final long weight;

  Template(
      Environment environment,
      Body root,
      Set<String> variables,
      List<Warning> warnings,
      long weight) {
    this.environment = environment;
    this.root = root;
    this.variables = Set.copyOf(variables);
    this.warnings = List.copyOf(warnings);
    this.weight = weight;
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
    return renderOver(data, options, null, null);
  }

  /** Renders with the members of {@code data} as the top-level names, each fetched when read. */
  public String render(LiquidObject data, RenderOptions options) {
    return renderOver(data, options, null, null);
  }

  /**
   * Renders and puts the text into {@code layout}. Both see {@code layout.id} and {@code
   * layout.name}; what one assigns the other does not see. They share one budget.
   */
  public String render(
      Map<String, ? extends @Nullable Object> data, RenderOptions options, Layout layout) {
    return renderOver(data, options, layout, null);
  }

  String renderOver(
      Object data, RenderOptions options, @Nullable Layout layout, @Nullable Warnings warnings) {
    var rendering = new Rendering(environment, options, data, warnings);
    if (layout == null) {
      root.render(rendering);
    } else {
      rendering.inLayout(layout, root, data);
    }
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

  /** What its author should look at; the template renders all the same. */
  public List<Warning> warnings() {
    return warnings;
  }

  /** About how many bytes the template and its source take. */
  long weight() {
    return weight;
  }

  Body root() {
    return root;
  }
}
