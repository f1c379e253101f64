package dev.carillon.liquid;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses {@code for} and {@code tablerow}. */
final class Loops {
  private static final List<String> FOR_ENDS = List.of("else", "endfor");

  private final Parser parser;

  Loops(Parser parser) {
    this.parser = parser;
  }

  ForNode loop() {
    int opened = parser.tokens().offset();
    Header header = header(false);
    Body body = parser.block("for", opened, FOR_ENDS);
    Body otherwise = new Body(List.of(), List.of());
    if (parser.tokens().name().equals("else")) {
      otherwise = parser.block("for", opened, FOR_ENDS);
      while (!parser.tokens().name().equals("endfor")) {
        parser.noteNeverWritten("for");
        parser.block("for", opened, FOR_ENDS);
      }
    }
    return ForNode.of(header.variable, header.source, body, otherwise);
  }

  TableRowNode tableRow() {
    int opened = parser.tokens().offset();
    Header header = header(true);
    Body body = parser.block("tablerow", opened, List.of("endtablerow"));
    return new TableRowNode(header.variable, header.source, header.columns, body);
  }

  private record Header(String variable, LoopSource source, @Nullable Expression columns) {}

  private Header header(boolean table) {
    ExpressionParser markup = parser.markup();
    String variable = markup.identifier("the name of the loop's variable");
    parser.bind(variable);
    if (!markup.acceptWord("in")) {
      throw markup.unexpected("'in'");
    }
    markup.atEnd();
    int from = markup.position();
    Expression collection = markup.expression();
    String name = variable + "-" + Text.trimEnd(parser.source().substring(from, markup.position()));
    Expression limit = null;
    Expression offset = null;
    Expression columns = null;
    boolean continues = false;
    boolean reversed = false;
    while (!markup.atEnd()) {
      if (!table && !markup.atPair() && markup.acceptWord("reversed")) {
        reversed = true;
        continue;
      }
      String option = markup.identifier("'limit', 'offset' or the end of the tag");
      markup.expect(':');
      switch (option) {
        case "limit" -> limit = markup.expression();
        case "offset" -> {
          continues = !table && markup.acceptWord("continue");
          offset = continues ? null : markup.expression();
        }
        case "cols" -> columns = markup.expression();
        case "range" -> markup.expression();
        default -> throw markup.error("a loop has no option called '" + option + "'");
      }
      markup.accept(',');
    }
    return new Header(
        variable, new LoopSource(name, collection, limit, offset, continues, reversed), columns);
  }
}
