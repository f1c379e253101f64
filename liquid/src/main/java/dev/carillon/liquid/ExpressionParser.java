package dev.carillon.liquid;

import dev.carillon.liquid.Environment.FilterDefinition;
import dev.carillon.liquid.Variable.Step;
import dev.carillon.liquid.Warning.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, filter chains and conditions straight from a part of the source. */
final class ExpressionParser extends Cursor {
  private static final int MAX_NESTING = 100;
  private static final int MAX_NUMBER = 1_000;

  private final Environment environment;
  private final boolean lenient;
  private final Set<String> variables = new HashSet<>();
  private final List<Noted> noted = new ArrayList<>(0);
  private int depth;
  private int count;

  ExpressionParser(String source, Environment environment, boolean lenient) {
    super(source);
    this.environment = environment;
    this.lenient = lenient;
  }

  /** Something to warn of and where it stands. */
  record Noted(Kind kind, int offset, String sentence) {}

  /** What was met that the author should look at, in the order of the source. */
  List<Noted> noted() {
    return noted;
  }

  void note(Kind kind, int offset, String sentence) {
    if (noted.size() < Preview.MOST_WARNINGS) {
      noted.add(new Noted(kind, offset, sentence));
    }
  }

  /** How many values were read so far. */
  int count() {
    return count;
  }

  /** Turns to the source from {@code from} to {@code to}. */
  ExpressionParser at(int from, int to) {
    moveTo(from, to);
    return this;
  }

  /** The paths of all variables read so far, each up to its first index. */
  Set<String> variables() {
    return variables;
  }

  /** A literal, a variable or a range. */
  Expression expression() {
    if (++depth > MAX_NESTING) {
      throw error("expressions are nested more than " + MAX_NESTING + " levels deep");
    }
    count++;
    char c = peek();
    Expression result;
    if (c == '"' || c == '\'') {
      result = new Literal(quoted());
    } else if (c == '(') {
      result = range();
    } else if (Numbers.isDigit(c) || (c == '-' && Numbers.isDigit(second()))) {
      result = number();
    } else if (c == '[' || isIdentifierStart(c)) {
      result = variable();
    } else {
      throw unexpected("a value");
    }
    depth--;
    return result;
  }

  private Expression range() {
    expect('(');
    Expression first = expression();
    if (peek() != '.' || second() != '.') {
      throw unexpected("'..'");
    }
    position(position() + 2);
    Expression last = expression();
    expect(')');
    return new RangeExpression(first, last);
  }

  private Literal number() {
    int from = position();
    String digits = digits();
    if (digits.length() > MAX_NUMBER) {
      position(from);
      throw error("a number has more than " + MAX_NUMBER + " digits");
    }
    boolean decimal = digits.indexOf('.') >= 0;
    return new Literal(
        Numbers.canonical(decimal ? new BigDecimal(digits) : new BigInteger(digits)));
  }

  private Expression variable() {
    int from = position();
    Expression root;
    var path = new StringBuilder();
    boolean constant = true;
    if (accept('[')) {
      root = expression();
      expect(']');
      constant = root instanceof Literal(String name) && append(path, name);
    } else {
      String name = identifier("a variable");
      if (!continues()) {
        @Nullable Literal literal = literal(name);
        if (literal != null) {
          return literal;
        }
      }
      root = new Literal(name);
      append(path, name);
    }
    List<Step> steps = null;
    while (continues()) {
      steps = steps == null ? new ArrayList<>(4) : steps;
      Step step = step();
      steps.add(step);
      constant =
          constant
              && switch (step) {
                case Step.Dot(var name) -> append(path, name);
                case Step.Bracket(Literal(String name)) -> append(path, name);
                case Step.Bracket _ -> false;
              };
    }
    if (!path.isEmpty()) {
      variables.add(path.toString());
    }
    String text = since(from);
    return new Variable(text, root, steps == null ? List.of() : steps);
  }

  private static boolean append(StringBuilder path, String name) {
    if (!path.isEmpty()) {
      path.append('.');
    }
    path.append(name);
    return true;
  }

  /** Whether a member look-up is next: a bracket, or a dot that does not begin {@code ..}. */
  private boolean continues() {
    int before = position();
    char c = peek();
    if (c == '[' || (c == '.' && second() != '.')) {
      return true;
    }
    position(before);
    return false;
  }

  private Step step() {
    if (accept('.')) {
      return new Step.Dot(identifier("the name of a member"));
    }
    expect('[');
    Expression key = expression();
    expect(']');
    return new Step.Bracket(key);
  }

  private static @Nullable Literal literal(String name) {
    return switch (name) {
      case "nil", "null" -> Literal.NIL;
      case "true" -> new Literal(true);
      case "false" -> new Literal(false);
      case "empty" -> new Literal(Special.EMPTY);
      case "blank" -> new Literal(Special.BLANK);
      default -> null;
    };
  }

  /** An expression and its filters, up to the end of the tag. */
  Filtered filtered() {
    Expression input = expression();
    List<FilterCall> calls = null;
    while (accept('|')) {
      calls = calls == null ? new ArrayList<>(4) : calls;
      calls.add(filterCall());
    }
    expectEnd();
    return new Filtered(input, calls == null ? List.of() : calls);
  }

  private FilterCall filterCall() {
    skipSpaces();
    int from = position();
    String name = identifier("the name of a filter");
    FilterDefinition definition = environment.filter(name);
    if (definition == null) {
      definition = unknown(name, from);
    }
    if (name.equals("h")) {
      note(Kind.DEPRECATED, from, "the filter 'h' is an old name of 'escape'");
    }
    var positional = new ArrayList<Expression>();
    var named = new ArrayList<Expression>();
    var names = new ArrayList<String>();
    if (accept(':')) {
      do {
        if (atPair()) {
          names.add(keyword(name, definition));
          named.add(expression());
        } else {
          positional.add(expression());
        }
      } while (accept(','));
    }
    int count = positional.size();
    if (count < definition.fewest() || count > definition.most()) {
      position(from);
      throw error(wrongCount(name, definition, count));
    }
    positional.addAll(named);
    return new FilterCall(name, definition, positional, names);
  }

  private FilterDefinition unknown(String name, int from) {
    String sentence = "there is no filter called '" + name + "'";
    if (!lenient) {
      position(from);
      throw error(sentence);
    }
    note(Kind.UNKNOWN_FILTER, from, sentence);
    return FilterDefinition.UNKNOWN;
  }

  private String keyword(String filter, FilterDefinition definition) {
    skipSpaces();
    int from = position();
    String key = identifier("an argument name");
    if (definition != FilterDefinition.UNKNOWN && !definition.names().contains(key)) {
      position(from);
      throw error("filter '" + filter + "' has no argument called '" + key + "'");
    }
    expect(':');
    return key;
  }

  private static String wrongCount(String name, FilterDefinition definition, int count) {
    String wanted =
        definition.fewest() == definition.most()
            ? "" + definition.fewest()
            : definition.fewest() + " to " + definition.most();
    return "filter '" + name + "' takes " + wanted + " arguments, not " + count;
  }

  /** A condition up to the end of the tag. */
  Condition condition() {
    Condition first = comparison();
    if (atEnd()) {
      return first;
    }
    var all = new ArrayList<Condition>(List.of(first));
    var ands = new ArrayList<Boolean>();
    while (!atEnd()) {
      if (acceptWord("and")) {
        ands.add(true);
      } else if (acceptWord("or")) {
        ands.add(false);
      } else {
        throw unexpected("'and', 'or' or the end of the tag");
      }
      all.add(comparison());
    }
    return new Condition.Chain(all, ands);
  }

  private Condition comparison() {
    Expression left = expression();
    Condition.Operator operator = operator();
    return operator == null
        ? new Condition.Truth(left)
        : new Condition.Comparison(left, operator, expression());
  }

  private Condition.@Nullable Operator operator() {
    char c = peek();
    char next = second();
    if (c == '=' && next == '=') {
      return taken(2, Condition.Operator.EQUAL);
    }
    if (c == '<' && next == '>') {
      note(Kind.DEPRECATED, position(), "'<>' is an old way to write '!='");
    }
    if ((c == '!' && next == '=') || (c == '<' && next == '>')) {
      return taken(2, Condition.Operator.UNEQUAL);
    }
    if (c == '<') {
      return next == '=' ? taken(2, Condition.Operator.AT_MOST) : taken(1, Condition.Operator.LESS);
    }
    if (c == '>') {
      return next == '='
          ? taken(2, Condition.Operator.AT_LEAST)
          : taken(1, Condition.Operator.MORE);
    }
    return acceptWord("contains") ? Condition.Operator.CONTAINS : null;
  }

  private Condition.Operator taken(int characters, Condition.Operator operator) {
    position(position() + characters);
    return operator;
  }
}
