package dev.carillon.liquid;

import dev.carillon.liquid.Environment.FilterDefinition;
import dev.carillon.liquid.Variable.Step;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, filter chains and conditions straight from a part of the source. */
final class ExpressionParser {
  private static final int MAX_NESTING = 100;
  private static final int MAX_NUMBER = 1_000;

  private final String source;
  private final Environment environment;
  private final Set<String> variables = new HashSet<>();
  private int position;
  private int end;
  private int depth;

  ExpressionParser(String source, Environment environment) {
    this.source = source;
    this.environment = environment;
  }

  /** Turns to the source from {@code from} to {@code to}. */
  ExpressionParser at(int from, int to) {
    position = from;
    end = to;
    return this;
  }

  /** The paths of all variables read so far, each up to its first index. */
  Set<String> variables() {
    return variables;
  }

  // ---- characters

  int position() {
    return position;
  }

  boolean atEnd() {
    skipSpaces();
    return position >= end;
  }

  /** Everything not read yet, without surrounding white space. */
  String rest() {
    skipSpaces();
    return Text.trimEnd(source.substring(Math.min(position, end), end));
  }

  private void skipSpaces() {
    while (position < end && Text.isSpace(source.charAt(position))) {
      position++;
    }
  }

  /** The next character that is not white space; 0 at the end. */
  private char peek() {
    skipSpaces();
    return position < end ? source.charAt(position) : 0;
  }

  private char second() {
    return position + 1 < end ? source.charAt(position + 1) : 0;
  }

  boolean accept(char c) {
    if (peek() == c) {
      position++;
      return true;
    }
    return false;
  }

  void expect(char c) {
    if (!accept(c)) {
      throw unexpected("'" + c + "'");
    }
  }

  /** Takes {@code word} when it is next as a whole word. */
  boolean acceptWord(String word) {
    skipSpaces();
    int after = position + word.length();
    if (after <= end
        && source.startsWith(word, position)
        && (after == end || !isIdentifierPart(source.charAt(after)))) {
      position = after;
      return true;
    }
    return false;
  }

  /** Whether {@code name:} is next. */
  boolean atPair() {
    skipSpaces();
    int at = identifierEnd(position);
    if (at == position) {
      return false;
    }
    while (at < end && Text.isSpace(source.charAt(at))) {
      at++;
    }
    return at < end && source.charAt(at) == ':';
  }

  void expectEnd() {
    if (!atEnd()) {
      throw unexpected("the end of the tag");
    }
  }

  LiquidSyntaxException error(String sentence) {
    return LiquidSyntaxException.at(source, position, sentence);
  }

  LiquidSyntaxException unexpected(String wanted) {
    if (atEnd()) {
      return error("expected " + wanted + " here");
    }
    int to = Math.min(end, position + 20);
    return error(
        "expected " + wanted + " but found '" + Text.trimEnd(source.substring(position, to)) + "'");
  }

  // ---- names

  private static boolean isIdentifierStart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (c > 127 && Character.isLetter(c));
  }

  private static boolean isIdentifierPart(char c) {
    return isIdentifierStart(c) || Numbers.isDigit(c) || c == '-';
  }

  /** End of the identifier at {@code from}, the same place when there is none. */
  private int identifierEnd(int from) {
    if (from >= end || !isIdentifierStart(source.charAt(from))) {
      return from;
    }
    return restOfIdentifier(from);
  }

  private int restOfIdentifier(int from) {
    int at = from;
    while (at < end && isIdentifierPart(source.charAt(at))) {
      at++;
    }
    return at > from && at < end && source.charAt(at) == '?' ? at + 1 : at;
  }

  String identifier(String wanted) {
    skipSpaces();
    int to = identifierEnd(position);
    if (to == position) {
      throw unexpected(wanted);
    }
    String name = source.substring(position, to);
    position = to;
    return name;
  }

  /** A name to assign to, which may begin with a digit. */
  String target() {
    skipSpaces();
    if (position < end && Numbers.isDigit(source.charAt(position))) {
      int to = restOfIdentifier(position);
      String name = source.substring(position, to);
      position = to;
      return name;
    }
    return identifier("a variable name");
  }

  // ---- expressions

  Expression expression() {
    if (++depth > MAX_NESTING) {
      throw error("expressions are nested more than " + MAX_NESTING + " levels deep");
    }
    char c = peek();
    Expression result;
    if (c == '"' || c == '\'') {
      result = new Literal(string(c));
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

  private String string(char quote) {
    int close = source.indexOf(quote, position + 1);
    if (close < 0 || close >= end) {
      throw error("the text opened here with " + quote + " is never closed");
    }
    String text = source.substring(position + 1, close);
    position = close + 1;
    return text;
  }

  private Expression range() {
    expect('(');
    Expression first = expression();
    skipSpaces();
    if (!source.startsWith("..", position) || position + 2 > end) {
      throw unexpected("'..'");
    }
    position += 2;
    Expression last = expression();
    expect(')');
    return new RangeExpression(first, last);
  }

  private Literal number() {
    int from = position;
    position++;
    while (position < end && Numbers.isDigit(source.charAt(position))) {
      position++;
    }
    boolean decimal = position < end && source.charAt(position) == '.' && Numbers.isDigit(second());
    if (decimal) {
      position++;
      while (position < end && Numbers.isDigit(source.charAt(position))) {
        position++;
      }
    }
    if (position < end && isIdentifierStart(source.charAt(position))) {
      position = from;
      throw unexpected("a number or a name that begins with a letter");
    }
    if (position - from > MAX_NUMBER) {
      throw error("a number has more than " + MAX_NUMBER + " digits");
    }
    String digits = source.substring(from, position);
    return new Literal(
        Numbers.canonical(decimal ? new BigDecimal(digits) : new BigInteger(digits)));
  }

  private Expression variable() {
    int from = position;
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
    String text = source.substring(from, position).strip();
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
    int before = position;
    char c = peek();
    if (c == '[' || (c == '.' && second() != '.')) {
      return true;
    }
    position = before;
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
      case "true" -> new Literal(Boolean.TRUE);
      case "false" -> new Literal(Boolean.FALSE);
      case "empty" -> new Literal(Special.EMPTY);
      case "blank" -> new Literal(Special.BLANK);
      default -> null;
    };
  }

  // ---- filters

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
    int from = position;
    String name = identifier("the name of a filter");
    FilterDefinition definition = environment.filter(name);
    if (definition == null) {
      position = from;
      throw error("there is no filter called '" + name + "'");
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
      position = from;
      throw error(wrongCount(name, definition, count));
    }
    positional.addAll(named);
    return new FilterCall(name, definition, positional, names);
  }

  private String keyword(String filter, FilterDefinition definition) {
    String key = identifier("an argument name");
    if (!definition.names().contains(key)) {
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

  // ---- conditions

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
    position += characters;
    return operator;
  }
}
