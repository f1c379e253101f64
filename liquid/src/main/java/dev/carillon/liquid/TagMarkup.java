package dev.carillon.liquid;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands behind the name of a tag: positional arguments and {@code name: value} pairs in any
 * order, separated by spaces or commas.
 */
public final class TagMarkup {
  private final String name;
  private final String text;
  private final List<Expression> positional;
  private final Map<String, Expression> named;
  private final String source;
  private final int offset;

  private TagMarkup(
      String name,
      String text,
      List<Expression> positional,
      Map<String, Expression> named,
      String source,
      int offset) {
    this.name = name;
    this.text = text;
    this.positional = List.copyOf(positional);
    this.named = Collections.unmodifiableMap(named);
    this.source = source;
    this.offset = offset;
  }

  static TagMarkup parse(String name, ExpressionParser markup, String source, int offset) {
    String text = markup.rest();
    var positional = new ArrayList<Expression>();
    var named = new LinkedHashMap<String, Expression>();
    while (!markup.atEnd()) {
      if (markup.atPair()) {
        String key = markup.identifier("an argument name");
        markup.expect(':');
        named.put(key, markup.expression());
      } else {
        positional.add(markup.expression());
      }
      markup.accept(',');
    }
    return new TagMarkup(name, text, positional, named, source, offset);
  }

  /** The tag's name. */
  public String name() {
    return name;
  }

  /** Everything behind the name, as written. */
  public String text() {
    return text;
  }

  /** The arguments without a name, in order. */
  public List<Expression> positional() {
    return positional;
  }

  /** The arguments written {@code name: value}, in order. */
  public Map<String, Expression> named() {
    return named;
  }

  /** A refusal of these arguments, placed at the tag; to be thrown. */
  public LiquidSyntaxException error(String sentence) {
    return LiquidSyntaxException.at(source, offset, sentence);
  }
}
