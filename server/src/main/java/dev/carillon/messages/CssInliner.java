package dev.carillon.messages;

import dev.carillon.messages.StyleSheet.Declaration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Moves the style sheets of a mail to its elements, because many mail programs read nothing else
 * (journeys §5.4). What cannot stand at an element stays in its sheet. Sheets for other media, and
 * those with the attribute {@code data-embed}, are left alone.
 */
final class CssInliner {
  /** Comparisons of an element with a selector; a mail that needs more is sent as it is. */
  private static final long MOST_COMPARISONS = 5_000_000;

  private static final int OWN = Integer.MAX_VALUE;

  private CssInliner() {}

  /** A declaration with what decides between several for the same property. */
  private record Claim(Declaration declaration, int weight, int order) {}

  private static final Comparator<Claim> WEAKEST_FIRST =
      Comparator.<Claim, Boolean>comparing(claim -> claim.declaration.important())
          .thenComparingInt(Claim::weight)
          .thenComparingInt(Claim::order);

  /** The same mail; untouched when it has no style sheet, or is too large. */
  static String inline(String html) {
    if (!html.toLowerCase(Locale.ROOT).contains("<style")) {
      return html;
    }
    var document = Jsoup.parse(html);
    document.outputSettings().prettyPrint(false);
    var claims = new IdentityHashMap<Element, List<Claim>>();
    var rest = new LinkedHashMap<Element, String>();
    if (!claim(document, claims, rest)) {
      return html;
    }
    claims.forEach(CssInliner::write);
    rest.forEach(CssInliner::leave);
    return document.outerHtml();
  }

  private static boolean claim(
      Document document, Map<Element, List<Claim>> claims, Map<Element, String> rest) {
    var order = 0;
    var comparisons = 0L;
    var elements = document.getAllElements().size();
    for (var element : document.select("style")) {
      if (element.hasAttr("data-embed") || !forScreens(element.attr("media"))) {
        continue;
      }
      var sheet = StyleSheet.of(element.data());
      rest.put(element, sheet.rest());
      comparisons += (long) elements * sheet.rules().size();
      if (comparisons > MOST_COMPARISONS) {
        return false;
      }
      for (var rule : sheet.rules()) {
        for (var found : document.select(rule.selector())) {
          var list = claims.computeIfAbsent(found, _ -> new ArrayList<>());
          for (var declaration : rule.declarations()) {
            list.add(new Claim(declaration, rule.weight(), order++));
          }
        }
      }
    }
    return true;
  }

  private static boolean forScreens(String media) {
    var word = media.strip().toLowerCase(Locale.ROOT);
    return word.isEmpty() || word.equals("all") || word.equals("screen");
  }

  private static void write(Element element, List<Claim> claims) {
    var order = 0;
    var said = StyleSheet.attribute(element.attr("style"));
    if (said == null) {
      return; // what it says stays as it is
    }
    for (var own : said) {
      claims.add(new Claim(own, OWN, order++));
    }
    claims.sort(WEAKEST_FIRST);
    var properties = new LinkedHashMap<String, String>();
    for (var claim : claims) {
      // Put at the end: a later short form would otherwise be undone by an earlier long one.
      properties.remove(claim.declaration.property());
      properties.put(claim.declaration.property(), claim.declaration.value());
    }
    var style = new StringBuilder();
    properties.forEach((property, value) ->
        style
            .append(style.isEmpty() ? "" : " ")
            .append(property)
            .append(": ")
            .append(value)
            .append(';'));
    element.attr("style", style.toString());
  }

  private static void leave(Element sheet, String rest) {
    if (rest.isBlank()) {
      sheet.remove();
    } else {
      sheet.empty();
      sheet.appendChild(new org.jsoup.nodes.DataNode(rest));
    }
  }
}
