package dev.carillon.liquid;

import dev.carillon.liquid.Warning.Kind;
import java.util.ArrayList;
import java.util.List;

/** Parses the tags that guard or collect what they enclose. */
final class Blocks {
  private static final List<String> CASE_ENDS = List.of("when", "else", "endcase");

  private final Parser parser;

  Blocks(Parser parser) {
    this.parser = parser;
  }

  /** {@code if} or, when {@code negated}, {@code unless}. */
  IfNode conditional(boolean negated) {
    String opener = negated ? "unless" : "if";
    List<String> ends = List.of("elsif", "else", "end" + opener);
    int opened = parser.tokens().offset();
    Condition asked = parser.markup().condition();
    var branches = new ArrayList<IfNode.Branch>();
    Condition condition = negated ? new Condition.Not(asked) : asked;
    branches.add(new IfNode.Branch(condition, parser.block(opener, opened, ends)));
    while (parser.tokens().name().equals("elsif")) {
      Condition next = parser.markup().condition();
      branches.add(new IfNode.Branch(next, parser.block(opener, opened, ends)));
    }
    Body otherwise = new Body(List.of(), List.of());
    if (parser.tokens().name().equals("else")) {
      otherwise = parser.block(opener, opened, ends);
      // Branches behind the first else are never written; they still have to be well formed.
      while (!parser.tokens().name().equals("end" + opener)) {
        parser.noteNeverWritten(opener);
        parser.block(opener, opened, ends);
      }
    }
    return IfNode.of(branches, otherwise);
  }

  CaseNode choice() {
    int opened = parser.tokens().offset();
    ExpressionParser markup = parser.markup();
    Expression subject = markup.expression();
    markup.expectEnd();
    parser.block("case", opened, CASE_ENDS);
    var branches = new ArrayList<CaseNode.Branch>();
    while (!parser.tokens().name().equals("endcase")) {
      boolean otherwise = parser.tokens().name().equals("else");
      List<Expression> values = otherwise ? List.of() : values(parser.markup());
      branches.add(new CaseNode.Branch(values, otherwise, parser.block("case", opened, CASE_ENDS)));
    }
    return CaseNode.of(subject, branches);
  }

  private static List<Expression> values(ExpressionParser markup) {
    var values = new ArrayList<Expression>();
    values.add(markup.expression());
    while (!markup.atEnd()) {
      if (!markup.accept(',') && !markup.acceptWord("or")) {
        throw markup.unexpected("',', 'or' or the end of the tag");
      }
      values.add(markup.expression());
    }
    return values;
  }

  CaptureNode capture() {
    int opened = parser.tokens().offset();
    ExpressionParser markup = parser.markup();
    boolean single = markup.accept('\'');
    boolean quoted = single || markup.accept('"');
    String name = markup.target();
    if (quoted) {
      markup.expect(single ? '\'' : '"');
    }
    markup.expectEnd();
    parser.bind(name);
    return new CaptureNode(name, parser.block("capture", opened, List.of("endcapture")));
  }

  IfChangedNode ifChanged() {
    int opened = parser.tokens().offset();
    parser.note(Kind.DEPRECATED, opened, "the tag 'ifchanged' is old; compare with a variable");
    return new IfChangedNode(parser.block("ifchanged", opened, List.of("endifchanged")));
  }
}
