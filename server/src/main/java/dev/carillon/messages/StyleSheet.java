package dev.carillon.messages;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.helger.css.decl.CSSDeclaration;
import com.helger.css.decl.CSSSelector;
import com.helger.css.decl.CSSStyleRule;
import com.helger.css.decl.CascadingStyleSheet;
import com.helger.css.handler.DoNothingCSSParseExceptionCallback;
import com.helger.css.reader.CSSReader;
import com.helger.css.reader.CSSReaderDeclarationList;
import com.helger.css.reader.CSSReaderSettings;
import com.helger.css.reader.errorhandler.DoNothingCSSInterpretErrorHandler;
import com.helger.css.reader.errorhandler.DoNothingCSSParseErrorHandler;
import com.helger.css.writer.CSSWriter;
import com.helger.css.writer.CSSWriterSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jsoup.select.Evaluator;
import org.jsoup.select.QueryParser;
import org.jsoup.select.Selector.SelectorParseException;
import org.jspecify.annotations.Nullable;

/**
 * A style sheet of a mail, parted into what can stand at the elements and what cannot. Immutable;
 * the sheets used last are kept by their text.
 *
 * @param rules what can, in order
 * @param rest the text of everything else: conditions on the device, fonts, states such as {@code
 *     :hover}
 */
record StyleSheet(List<Rule> rules, String rest) {
  /** Choice: a read sheet takes some ten times its text. */
  private static final long MOST_KEPT_CHARS = 300_000;

  private static final int MOST_RULES = 5_000;

  /** Brackets in brackets; the reader of CSS goes down as deep as a text does. */
  private static final int DEEPEST = 50;

  /** Parts of a selector that no element has by itself. */
  private static final Pattern STATE =
      Pattern.compile(
          "::|:(?:hover|active|focus|visited|link|target|before|after|first-line|first-letter|root"
              + "|checked|disabled|enabled|focus-within|focus-visible|selection|placeholder)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern IDS = Pattern.compile("#[\\w-]+");
  private static final Pattern CLASSES =
      Pattern.compile("\\.[\\w-]+|\\[[^\\]]*]|:(?!not\\b)[\\w-]+");
  private static final Pattern TAGS = Pattern.compile("(?:^|[\\s>+~(])[a-zA-Z][\\w-]*");
  private static final CSSWriterSettings WRITER = new CSSWriterSettings().setOptimizedOutput(true);
  private static final LoadingCache<String, StyleSheet> SHEETS =
      Caffeine.newBuilder()
          .maximumWeight(MOST_KEPT_CHARS)
          .weigher((String text, StyleSheet sheet) -> Math.max(1, text.length()))
          .build(StyleSheet::parse);

  /**
   * Declarations for the elements a selector finds.
   *
   * @param weight how the selector counts against others (CSS Selectors 3 §9): greater wins
   */
  record Rule(Evaluator selector, int weight, List<Declaration> declarations) {}

  /**
   * One property.
   *
   * @param important whether it wins over what the element says itself
   */
  record Declaration(String property, String value, boolean important) {}

  /** The sheet of a text; what is no CSS stays in {@link #rest}. */
  static StyleSheet of(String text) {
    return SHEETS.get(text);
  }

  /** What a {@code style} attribute says; null when it cannot be read. */
  static @Nullable List<Declaration> attribute(String text) {
    if (isDeep(text)) {
      return null;
    }
    var list = CSSReaderDeclarationList.readFromString(text, settings());
    return list == null ? null : declarations(list.getAllDeclarations());
  }

  private static CSSReaderSettings settings() {
    return new CSSReaderSettings()
        .setBrowserCompliantMode(true)
        .setUseSourceLocation(false)
        .setCustomErrorHandler(new DoNothingCSSParseErrorHandler())
        .setCustomExceptionHandler(new DoNothingCSSParseExceptionCallback())
        .setInterpretErrorHandler(new DoNothingCSSInterpretErrorHandler());
  }

  private static boolean isDeep(String text) {
    var depth = 0;
    for (var i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '{', '(', '[' -> depth++;
        case '}', ')', ']' -> depth = Math.max(0, depth - 1);
        default -> {}
      }
      if (depth > DEEPEST) {
        return true;
      }
    }
    return false;
  }

  private static StyleSheet parse(String text) {
    if (isDeep(text)) {
      return new StyleSheet(List.of(), text);
    }
    var sheet = CSSReader.readFromStringReader(text, settings());
    if (sheet == null || sheet.getAllStyleRules().size() > MOST_RULES) {
      return new StyleSheet(List.of(), text);
    }
    var rules = new ArrayList<Rule>();
    var rest = new CascadingStyleSheet();
    for (var each : sheet.getAllImportRules()) {
      rest.addImportRule(each);
    }
    for (var each : sheet.getAllRules()) {
      if (each instanceof CSSStyleRule style) {
        part(style, rules, rest);
      } else {
        rest.addRule(each);
      }
    }
    var left =
        rest.hasRules() || rest.hasImportRules()
            ? new CSSWriter(WRITER).setWriteHeaderText(false).getCSSAsString(rest)
            : "";
    return new StyleSheet(List.copyOf(rules), left);
  }

  private static void part(CSSStyleRule style, List<Rule> rules, CascadingStyleSheet rest) {
    var declarations = declarations(style.getAllDeclarations());
    var kept = new CSSStyleRule();
    for (CSSSelector each : style.getAllSelectors()) {
      var selector = each.getAsCSSString(WRITER, 0);
      try {
        if (STATE.matcher(selector).find()) {
          kept.addSelector(each);
        } else {
          rules.add(new Rule(QueryParser.parse(selector), weight(selector), declarations));
        }
      } catch (SelectorParseException unknownHere) {
        kept.addSelector(each);
      }
    }
    if (kept.hasSelectors()) {
      style.getAllDeclarations().forEach(kept::addDeclaration);
      rest.addRule(kept);
    }
  }

  private static List<Declaration> declarations(List<CSSDeclaration> all) {
    return all.stream()
        .map(each ->
            new Declaration(
                each.getProperty().toLowerCase(Locale.ROOT),
                each.getExpression().getAsCSSString(new CSSWriterSettings(), 0),
                each.isImportant()))
        .toList();
  }

  private static int weight(String selector) {
    return count(IDS, selector) * 1_000_000
        + count(CLASSES, selector) * 1_000
        + count(TAGS, selector);
  }

  private static int count(Pattern pattern, String text) {
    return (int) Math.min(999, pattern.matcher(text).results().count());
  }
}
