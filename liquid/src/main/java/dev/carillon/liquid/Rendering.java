package dev.carillon.liquid;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One rendering in progress: its output so far, the names in scope and what is left of the budget.
 * Used by one thread; custom tags and filters receive it and must not keep it.
 */
public final class Rendering {
  private final Environment environment;
  private final RenderOptions options;
  private final Meter meter;
  private Scope scope;
  private StringBuilder out = new StringBuilder(1024);
  private int captures;
  private int texts;
  private @Nullable Instant now;
  private @Nullable Random random;
  private @Nullable Map<String, Template> partials;
  private final HostNames hostNames;
  private final @Nullable Warnings warnings;
  private String where = "";
  private int line;
  private int linkIds;

  /**
   * @param warnings takes what is missing; null when that stops the rendering instead
   */
  Rendering(
      Environment environment, RenderOptions options, Object data, @Nullable Warnings warnings) {
    this.environment = environment;
    this.options = options;
    this.meter = new Meter(options);
    this.hostNames = new HostNames(options.host());
    this.scope = new Scope(data, hostNames);
    this.warnings = warnings;
  }

  /** Appends {@code text} to the output. */
  public void write(String text) {
    meter.length((long) out.length() + text.length());
    if (captures > 0) {
      meter.text(text.length());
    }
    out.append(text);
  }

  /** The value of the variable called {@code name}; null when it is nil or missing. */
  public @Nullable Object value(String name) {
    Object value = scope.find(name);
    return value == Special.MISSING ? null : value;
  }

  /** The text {@code value} prints as. */
  public String text(@Nullable Object value) {
    return value instanceof String text ? text : Text.of(value, this);
  }

  /**
   * Renders {@code template} here, in the current scope and budget, for a {@link LiquidText}.
   *
   * @param title names the text in failures and warnings, such as {@code snippet footer}
   * @param deepest how many such texts may be inside each other, counting this one
   */
  public void include(String title, Template template, int deepest) {
    if (texts >= deepest) {
      throw new LiquidRenderException(
          Reason.NESTING_LIMIT, title + " is inside others more than " + deepest + " levels deep");
    }
    texts++;
    renderAs(title, template);
    texts--;
  }

  private void renderAs(String title, Template template) {
    String outer = where;
    int outerLine = line;
    where = title;
    try {
      template.root().render(this);
    } catch (LiquidRenderException failure) {
      throw failure.in(title);
    }
    where = outer;
    line = outerLine;
  }

  /** Renders {@code body} and then {@code layout} around it, each in a scope of its own. */
  void inLayout(Layout layout, Body body, Object data) {
    scope.push("layout", layout.members());
    String content = capture(body).text();
    scope = new Scope(data, hostNames);
    scope.push("layout", layout.members());
    scope.push("content", content);
    renderAs("layout " + layout.name(), layout.template());
  }

  /** The line of the text now rendered that the next node stands on. */
  void at(int number) {
    line = number;
  }

  /**
   * What is printed in place of {@code variable}, which is missing: nothing, when missing members
   * of its root are forgiven or warned of; otherwise the rendering stops.
   */
  @Nullable Object missing(Variable variable) {
    String root = variable.rootName();
    if (options.forgiving().contains(root)) {
      return null;
    }
    boolean snippet =
        root.equals("snippets")
            && !variable.steps().isEmpty()
            && scope.find(root) instanceof HostNames.SnippetMembers;
    var failure =
        snippet
            ? new LiquidRenderException(
                Reason.SNIPPET, "there is no snippet behind " + variable.path())
            : LiquidRenderException.missing(variable.path());
    if (warnings == null) {
      throw failure;
    }
    warnings.add(
        new Warning(
            snippet ? Warning.Kind.UNKNOWN_SNIPPET : Warning.Kind.MISSING_VARIABLE,
            where,
            line,
            String.valueOf(failure.getMessage())));
    return null;
  }

  /** {@code value}, or the text it renders as when it is a {@link LiquidText}. */
  @Nullable Object plain(@Nullable Object value) {
    return value instanceof LiquidText text ? capture(text) : value;
  }

  /** The addresses that tags print. */
  Links links() {
    return options.host().links();
  }

  int nextLinkId() {
    return ++linkIds;
  }

  HostNames hostNames() {
    return hostNames;
  }

  /** The time {@code 'now'} stands for; the same throughout one rendering. */
  public Instant now() {
    if (now == null) {
      now = options.clock().instant();
    }
    return now;
  }

  /** Random numbers that repeat for the same {@link RenderOptions#seed()}. */
  public Random random() {
    if (random == null) {
      random = new Random(options.seed());
    }
    return random;
  }

  /** What this rendering was asked for. */
  public RenderOptions options() {
    return options;
  }

  boolean strict() {
    return options.strictness() == Strictness.STRICT_OUTPUT;
  }

  Meter meter() {
    return meter;
  }

  Scope scope() {
    return scope;
  }

  /** Renders {@code body} with {@code other} as the scope. */
  Signal within(Scope other, Body body) {
    Scope outer = scope;
    scope = other;
    Signal signal = body.render(this);
    scope = outer;
    return signal;
  }

  /** What {@code body} renders as, with the way it ended. */
  Captured capture(Body body) {
    StringBuilder outer = out;
    out = new StringBuilder();
    captures++;
    Signal signal = body.render(this);
    captures--;
    String text = out.toString();
    out = outer;
    return new Captured(text, signal);
  }

  /** The text of a block that was rendered apart. */
  record Captured(String text, Signal signal) {}

  String capture(LiquidText text) {
    StringBuilder outer = out;
    out = new StringBuilder();
    captures++;
    text.write(this);
    captures--;
    String captured = out.toString();
    out = outer;
    return captured;
  }

  /** The partial called {@code name}, parsed once per rendering. */
  Template partial(String name) {
    if (partials == null) {
      partials = new HashMap<>();
    }
    Template known = partials.get(name);
    if (known == null) {
      known = environment.partial(name);
      partials.put(name, known);
    }
    return known;
  }

  String finish() {
    return out.toString();
  }
}
