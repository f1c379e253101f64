package dev.carillon.messages;

import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/**
 * Writes an HTML mail as plain text (journeys §5.4): paragraphs as lines, list items with a dash,
 * links as {@code text (url)}.
 */
final class PlainText implements NodeVisitor {
  private static final Set<String> UNSEEN = Set.of("head", "style", "script", "title", "template");
  private static final Set<String> PARAGRAPHS =
      Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre");
  private static final Pattern SPACES = Pattern.compile("[\\s\\u00a0]+");
  private static final Pattern EMPTY_LINES = Pattern.compile("\n{3,}");
  private static final Pattern LINE_ENDS = Pattern.compile(" *\n *");

  private final StringBuilder text = new StringBuilder();

  private PlainText() {}

  static String of(String html) {
    var visitor = new PlainText();
    Jsoup.parse(html).traverse(visitor);
    var lines = LINE_ENDS.matcher(visitor.text).replaceAll("\n");
    return EMPTY_LINES.matcher(lines).replaceAll("\n\n").strip();
  }

  @Override
  public void head(Node node, int depth) {
    switch (node) {
      case TextNode words -> {
        if (isSeen(words)) {
          append(words.getWholeText());
        }
      }
      case Element element -> {
        switch (element.normalName()) {
          case "br" -> text.append('\n');
          case "hr" -> text.append("\n---\n");
          case "li" -> text.append(endsWith('\n') ? "- " : "\n- ");
          case "img" -> append(element.attr("alt"));
          default -> separate(element);
        }
      }
      default -> {} // Comments and declarations say nothing to the reader.
    }
  }

  @Override
  public void tail(Node node, int depth) {
    if (!(node instanceof Element element)) {
      return;
    }
    if (element.normalName().equals("a")) {
      appendTarget(element);
    } else if (element.normalName().equals("td") || element.normalName().equals("th")) {
      append(" ");
    } else {
      separate(element);
    }
  }

  private void separate(Element element) {
    if (PARAGRAPHS.contains(element.normalName())) {
      text.append("\n\n");
    } else if (element.isBlock() && !isCell(element) && !endsWith('\n')) {
      text.append('\n');
    }
  }

  private static boolean isCell(Element element) {
    return element.normalName().equals("td") || element.normalName().equals("th");
  }

  private void appendTarget(Element link) {
    var target = link.attr("href").strip();
    if (!target.isEmpty() && !target.startsWith("#") && !link.text().strip().equals(target)) {
      text.append(" (").append(target).append(')');
    }
  }

  private void append(String words) {
    var flowing = SPACES.matcher(words).replaceAll(" ");
    var continues = text.isEmpty() || endsWith(' ') || endsWith('\n');
    text.append(continues && flowing.startsWith(" ") ? flowing.substring(1) : flowing);
  }

  private boolean endsWith(char last) {
    return !text.isEmpty() && text.charAt(text.length() - 1) == last;
  }

  private static boolean isSeen(Node node) {
    for (var parent = node.parent(); parent != null; parent = parent.parent()) {
      if (UNSEEN.contains(parent.normalName())) {
        return false;
      }
    }
    return true;
  }
}
