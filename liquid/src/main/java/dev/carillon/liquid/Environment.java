package dev.carillon.liquid;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tags, filters and partials that templates may use. Immutable; each {@code with} method gives
 * a new one.
 */
public final class Environment {
  private static final Environment STANDARD =
      new Environment(StandardFilters.all(), Map.of(), null);

  private final Map<String, FilterDefinition> filters;
  private final Map<String, TagFactory> tags;
  private final @Nullable PartialSource partials;

  private Environment(
      Map<String, FilterDefinition> filters,
      Map<String, TagFactory> tags,
      @Nullable PartialSource partials) {
    this.filters = Map.copyOf(filters);
    this.tags = Map.copyOf(tags);
    this.partials = partials;
  }

  /** A filter and the arguments it takes. */
  record FilterDefinition(
      Filter filter, int fewest, int most, List<String> names, boolean fallback) {

    /** Stands for a filter that does not exist, in a preview: hands its value on. */
    static final FilterDefinition UNKNOWN =
        new FilterDefinition((input, _, _) -> input, 0, Integer.MAX_VALUE, List.of(), false);
  }

  /** The standard tags and filters, without partials. */
  public static Environment standard() {
    return STANDARD;
  }

  /**
   * This environment with one more tag. The language's own tags come first: a factory under the
   * name of one of them is never asked.
   */
  public Environment withTag(String name, TagFactory factory) {
    var more = new HashMap<>(tags);
    more.put(name, factory);
    return new Environment(filters, more, partials);
  }

  /**
   * This environment with one more filter, or another one of that name, that takes {@code fewest}
   * to {@code most} positional arguments.
   */
  public Environment withFilter(String name, int fewest, int most, Filter filter) {
    var more = new HashMap<>(filters);
    more.put(name, new FilterDefinition(filter, fewest, most, List.of(), false));
    return new Environment(more, tags, partials);
  }

  /**
   * This environment with {@code render} and {@code include}. Without it a template that uses them
   * is refused.
   */
  public Environment withPartials(PartialSource source) {
    return new Environment(filters, tags, source);
  }

  /**
   * Parses {@code source}.
   *
   * @throws LiquidSyntaxException when the source is not a template, with its place
   */
  public Template parse(String source) {
    return new Parser(source, this, false).template();
  }

  @Nullable FilterDefinition filter(String name) {
    return filters.get(name);
  }

  @Nullable TagFactory tag(String name) {
    return tags.get(name);
  }

  boolean hasPartials() {
    return partials != null;
  }

  Template partial(String name) {
    String text = partials == null ? null : partials.text(name);
    if (text == null) {
      throw new LiquidRenderException(Reason.PARTIAL, "there is no partial called " + name);
    }
    try {
      return parse(text);
    } catch (LiquidSyntaxException broken) {
      throw new LiquidRenderException(
          Reason.PARTIAL, "partial " + name + ": " + broken.sentenceWithPosition());
    }
  }
}
