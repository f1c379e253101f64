package dev.carillon.liquid;

import dev.carillon.liquid.Warning.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source into a {@link Template} in one pass. This class knows how pieces follow each other
 * and what ends a block; {@link Blocks}, {@link Loops} and {@link SimpleTags} know the tags.
 */
final class Parser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> BRANCHES = Set.of("else", "elsif", "when");

  private final String source;
  private final Environment environment;
  private final boolean lenient;
  private final ExpressionParser expressions;
  private final Set<String> bound = new HashSet<>(Set.of("forloop", "tablerowloop"));
  private final Blocks blocks = new Blocks(this);
  private final Loops loops = new Loops(this);
  private final SimpleTags simple = new SimpleTags(this);
  private final LinkTags links = new LinkTags(this);
  private final Set<String> skipped = new HashSet<>();
  private Tokens tokens;
  private int depth;
  private int firstLine = 1;
  private int line = 1;
  private int lineOffset;
  private int nodes;

  /**
   * @param lenient whether unknown tags and filters are warned of instead of refused
   */
  Parser(String source, Environment environment, boolean lenient) {
    this.source = source;
    this.environment = environment;
    this.lenient = lenient;
    this.expressions = new ExpressionParser(source, environment, lenient);
    this.tokens = new MarkupTokens(source);
  }

  Template template() {
    var nodes = new ArrayList<Node>();
    var lines = new ArrayList<Integer>();
    read(nodes, lines, List.of());
    return new Template(environment, new Body(nodes, lines), variables(), warnings(), weight());
  }

  /** A template in the text of an argument of the current tag; its lines go on from there. */
  Template inner(String text) {
    var inner = new Parser(text, environment, lenient);
    inner.firstLine = line;
    inner.line = line;
    try {
      Template template = inner.template();
      expressions.variables().addAll(template.variables());
      template.warnings().forEach(each -> note(each.kind(), tokens.offset(), each.sentence()));
      return template;
    } catch (LiquidSyntaxException broken) {
      throw error("the text '" + text + "': " + broken.getMessage());
    }
  }

  private List<Warning> warnings() {
    return expressions.noted().stream()
        .map(each ->
            new Warning(
                each.kind(),
                "",
                firstLine - 1 + LiquidSyntaxException.at(source, each.offset(), "").line(),
                each.sentence()))
        .toList();
  }

  /** About how many bytes the template and its source take. */
  private long weight() {
    return 512 + 4L * source.length() + 160L * nodes + 120L * expressions.count();
  }

  private Set<String> variables() {
    return expressions.variables().stream()
        .filter(path -> !bound.contains(path) && !bound.contains(root(path)))
        .collect(Collectors.toSet());
  }

  private static String root(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /**
   * The inside of a block up to a tag named in {@code ends}, which is the current token afterwards.
   *
   * @param opener name of the tag that opened the block
   * @param opened where that tag stands
   */
  Body block(String opener, int opened, List<String> ends) {
    if (++depth > MAX_NESTING) {
      throw error("blocks are nested more than " + MAX_NESTING + " levels deep");
    }
    var nodes = new ArrayList<Node>();
    var lines = new ArrayList<Integer>();
    if (!read(nodes, lines, ends)) {
      throw LiquidSyntaxException.at(
          source, opened, "the " + opener + " opened here is never closed with " + ends.getLast());
    }
    depth--;
    return new Body(nodes, lines);
  }

  /** Reads pieces; true when it stopped at a tag named in {@code ends}, false at the end. */
  private boolean read(List<Node> nodes, List<Integer> lines, List<String> ends) {
    while (tokens.next()) {
      if (tokens.kind() == Tokens.Kind.TAG) {
        if (ends.contains(tokens.name())) {
          return true;
        }
        if (tokens.name().equals("liquid")) {
          readLines(nodes, lines);
          continue;
        }
      }
      int at = lineAt(tokens.offset());
      Node node = node();
      this.nodes++;
      if (node != null) {
        nodes.add(node);
        lines.add(at);
      }
    }
    return false;
  }

  private void readLines(List<Node> nodes, List<Integer> lines) {
    if (++depth > MAX_NESTING) {
      throw error("blocks are nested more than " + MAX_NESTING + " levels deep");
    }
    Tokens outer = tokens;
    tokens = new LineTokens(source, outer.start(), outer.end());
    read(nodes, lines, List.of());
    tokens = outer;
    depth--;
  }

  /** The line of {@code offset}; offsets are asked in ascending order. */
  private int lineAt(int offset) {
    while (lineOffset < offset) {
      if (source.charAt(lineOffset++) == '\n') {
        line++;
      }
    }
    return line;
  }

  private @Nullable Node node() {
    return switch (tokens.kind()) {
      case TEXT -> new TextNode(source.substring(tokens.start(), tokens.end()));
      case OUTPUT -> output();
      case TAG -> tag();
    };
  }

  /** What is printed by an output or {@code echo}; null when nothing stands there. */
  @Nullable OutputNode output() {
    ExpressionParser markup = markup();
    return markup.atEnd() ? null : new OutputNode(markup.filtered());
  }

  private @Nullable Node tag() {
    String name = tokens.name();
    return switch (name) {
      case "if" -> blocks.conditional(false);
      case "unless" -> blocks.conditional(true);
      case "case" -> blocks.choice();
      case "capture" -> blocks.capture();
      case "ifchanged" -> blocks.ifChanged();
      case "for" -> loops.loop();
      case "tablerow" -> loops.tableRow();
      case "assign" -> simple.assign();
      case "echo" -> output();
      case "increment" -> simple.counter(true);
      case "decrement" -> simple.counter(false);
      case "cycle" -> simple.cycle();
      case "break" -> new InterruptNode(Signal.BREAK);
      case "continue" -> new InterruptNode(Signal.CONTINUE);
      case "random" -> simple.random();
      case "unsubscribe" -> links.unsubscribe();
      case "unsubscribe_url" -> links.page(name, Links::unsubscribe);
      case "manage_subscription_preferences_url" -> links.page(name, Links::preferences);
      case "view_in_browser_url" -> links.page(name, Links::viewInBrowser);
      case "cio_link" -> links.link();
      case "cio_link_id" -> links.linkId();
      case "render" -> simple.partial(true);
      case "include" -> simple.partial(false);
      case "raw" -> simple.raw();
      case "#" -> simple.inlineComment();
      case "comment" -> {
        tokens.skipComment();
        yield null;
      }
      case "doc" -> {
        tokens.raw("enddoc");
        yield null;
      }
      default -> custom(name);
    };
  }

  private @Nullable Node custom(String name) {
    TagFactory factory = environment.tag(name);
    if (factory != null) {
      int offset = tokens.offset();
      return new CustomNode(factory.create(TagMarkup.parse(name, markup(), source, offset)));
    }
    if (name.isEmpty()) {
      throw error("a tag needs a name");
    }
    boolean closing = name.startsWith("end") || BRANCHES.contains(name);
    if (closing) {
      if (lenient && name.startsWith("end") && skipped.contains(name.substring(3))) {
        return null;
      }
      throw error("'" + name + "' has nothing it belongs to here");
    }
    String sentence = "there is no tag called '" + name + "'";
    if (!lenient) {
      throw error(sentence);
    }
    skipped.add(name);
    note(Kind.UNKNOWN_TAG, tokens.offset(), sentence);
    return null;
  }

  // ---- for the classes that know the tags

  Tokens tokens() {
    return tokens;
  }

  String source() {
    return source;
  }

  /** The expression parser, turned to what stands behind the current tag's name. */
  ExpressionParser markup() {
    return expressions.at(tokens.start(), tokens.end());
  }

  boolean hasPartials() {
    return environment.hasPartials();
  }

  /** Remembers that the template itself sets {@code name}. */
  void bind(String name) {
    bound.add(name);
  }

  /** Remembers something to warn the author of. */
  void note(Kind kind, int offset, String sentence) {
    expressions.note(kind, offset, sentence);
  }

  /** Warns of the branch at the current token, which stands behind an {@code else}. */
  void noteNeverWritten(String block) {
    note(
        Kind.NEVER_WRITTEN,
        tokens.offset(),
        "this '" + tokens.name() + "' is never written: the " + block + " already has an else");
  }

  /** A mistake at the current token. */
  LiquidSyntaxException error(String sentence) {
    return LiquidSyntaxException.at(source, tokens.offset(), sentence);
  }
}
