package dev.carillon.liquid;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The top-level names that the {@link Host} stands behind. */
final class HostNames {
  private final SnippetMembers snippets;
  private final Rows rows;

  HostNames(Host host) {
    this.snippets = new SnippetMembers(host.snippets());
    this.rows = host.rows();
  }

  /** {@code snippets}, the rows of a query, or {@link Special#MISSING}. */
  Object find(String name) {
    if (name.equals("snippets")) {
      return snippets;
    }
    List<?> found = rows.of(name);
    return found == null ? Special.MISSING : found;
  }

  /** The {@code snippets} object. */
  record SnippetMembers(Snippets source) implements LiquidObject {
    @Override
    public @Nullable Object value(String name) {
      try {
        Template template = source.find(name);
        return template == null ? null : new Snippet("snippet " + name, template);
      } catch (LiquidSyntaxException broken) {
        throw new LiquidRenderException(
            Reason.SNIPPET, "snippet " + name + ": " + broken.sentenceWithPosition());
      }
    }

    @Override
    public boolean has(String name) {
      return false;
    }
  }

  /** One snippet, rendered in the scope of the place that prints it. */
  private record Snippet(String title, Template template) implements LiquidText {
    @Override
    public void write(Rendering rendering) {
      rendering.include(title, template, Snippets.DEEPEST);
    }
  }
}
