package dev.carillon.liquid;

import dev.carillon.liquid.Warning.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Parses the tags that enclose nothing. */
final class SimpleTags {
  private final Parser parser;

  SimpleTags(Parser parser) {
    this.parser = parser;
  }

  AssignNode assign() {
    ExpressionParser markup = parser.markup();
    String name = markup.target();
    markup.expect('=');
    parser.bind(name);
    return new AssignNode(name, markup.filtered());
  }

  CounterNode counter(boolean up) {
    ExpressionParser markup = parser.markup();
    String name = markup.target();
    markup.expectEnd();
    parser.bind(name);
    return new CounterNode(name, up);
  }

  CycleNode cycle() {
    ExpressionParser markup = parser.markup();
    Expression first = markup.expression();
    Expression group = null;
    var items = new ArrayList<Expression>();
    if (markup.accept(':')) {
      group = first;
    } else {
      items.add(first);
      markup.accept(',');
    }
    while (!markup.atEnd()) {
      items.add(markup.expression());
      if (!markup.accept(',')) {
        markup.expectEnd();
      }
    }
    if (items.isEmpty()) {
      throw markup.unexpected("a value");
    }
    return new CycleNode(group, group == null ? items.toString() : "", items);
  }

  /** {@code {% random n %}}: a number from 0 to n-1. */
  CustomNode random() {
    ExpressionParser markup = parser.markup();
    Expression bound = markup.expression();
    markup.expectEnd();
    return new CustomNode(rendering -> writeRandom(bound, rendering));
  }

  private static void writeRandom(Expression bound, Rendering rendering) {
    long most = Integers.of(bound.evaluate(rendering), "the number behind random");
    if (most < 1) {
      throw LiquidRenderException.badArgument(
          "the number behind random must be at least 1, not " + most);
    }
    rendering.write(Long.toString(rendering.random().nextLong(most)));
  }

  TextNode raw() {
    return new TextNode(parser.tokens().raw("endraw"));
  }

  @Nullable Node inlineComment() {
    Tokens tokens = parser.tokens();
    boolean newLine = false;
    for (int i = tokens.start(); i < tokens.end(); i++) {
      char c = parser.source().charAt(i);
      if (c == '\n') {
        newLine = true;
      } else if (newLine && !Text.isSpace(c)) {
        if (c != '#') {
          throw parser.error("every line of an inline comment must begin with #");
        }
        newLine = false;
      }
    }
    return null;
  }

  PartialNode partial(boolean isolated) {
    String tag = isolated ? "render" : "include";
    if (!parser.hasPartials()) {
      throw parser.error("the tag '" + tag + "' is not available; use snippets instead");
    }
    if (!isolated) {
      parser.note(
          Kind.DEPRECATED, parser.tokens().offset(), "the tag 'include' is old; use 'render'");
    }
    ExpressionParser markup = parser.markup();
    Expression name = markup.expression();
    if (isolated && !(name instanceof Literal(String _))) {
      throw parser.error("the name behind render must be text in quotes");
    }
    Expression bound = null;
    boolean each = false;
    String alias = null;
    if (!markup.atPair()) {
      each = markup.acceptWord("for");
      if (each || markup.acceptWord("with")) {
        bound = markup.expression();
        alias = markup.acceptWord("as") ? markup.identifier("a name") : null;
      }
    }
    var arguments = new LinkedHashMap<String, Expression>();
    markup.accept(',');
    while (!markup.atEnd()) {
      String key = markup.identifier("an argument name");
      markup.expect(':');
      arguments.put(key, markup.expression());
      markup.accept(',');
    }
    return new PartialNode(isolated, name, bound, each, alias, arguments);
  }
}
