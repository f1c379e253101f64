package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a template looks to its author: the text, and what to look at before it is sent. A missing
 * variable prints nothing, an unknown filter hands its value on, an unknown tag writes nothing, and
 * each of them is warned of. Links lead nowhere.
 *
 * @param warnings in the order of the template, then in the order of rendering; at most {@link
 *     #MOST_WARNINGS}, each once
 */
public record Preview(String text, List<Warning> warnings) {
  /** How many warnings are kept; a loop may find thousands. */
  public static final int MOST_WARNINGS = 100;

  /** Keeps the warnings unchangeable. */
  public Preview {
    warnings = List.copyOf(warnings);
  }

  /**
   * The preview of {@code source} for one person's {@code data}.
   *
   * @param layout what the text stands in, null for none
   * @throws LiquidSyntaxException when the source cannot be read for another reason than an unknown
   *     filter or tag
   * @throws LiquidRenderException when the rendering stops for another reason than a missing
   *     variable or snippet
   */
  public static Preview of(
      Environment environment,
      String source,
      Map<String, ? extends @Nullable Object> data,
      RenderOptions options,
      @Nullable Layout layout) {
    Template template = new Parser(source, environment, true).template();
    var found = new Warnings();
    template.warnings().forEach(found::add);
    if (layout != null && !layout.printsContent()) {
      found.add(
          new Warning(
              Warning.Kind.NEVER_WRITTEN,
              "layout " + layout.name(),
              1,
              "the layout does not print {{ content }}, so the text inside is never seen"));
    }
    var inert = options.withHost(options.host().withLinks(Links.inert()));
    String text = template.renderOver(data, inert, layout, found);
    return new Preview(text, new ArrayList<>(found.all()));
  }
}
