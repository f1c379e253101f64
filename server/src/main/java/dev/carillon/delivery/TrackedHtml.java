package dev.carillon.delivery;

import java.util.Map;
import java.util.TreeMap;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;

/**
 * HTML whose links count clicks and whose picture counts opens (M-70 … M-75). Only the addresses
 * are replaced: mail clients are particular about the rest, so it stays byte for byte.
 */
final class TrackedHtml {
  private static final String BODY_END = "</body";

  private TrackedHtml() {}

  /**
   * The HTML of a mail that is tracked; empty stays empty.
   *
   * @param names as in {@link LinksOfMail#ready}, as parameters are
   */
  static String of(
      String html, LinksOfMail links, Map<String, String> names, Map<String, String> parameters) {
    if (html.isEmpty()) {
      return html;
    }
    var tracked = new StringBuilder(html.length() + 1_024);
    var copied = 0;
    for (var each : replacements(html, links, names, parameters).entrySet()) {
      tracked.append(html, copied, each.getKey()).append(each.getValue().text);
      copied = each.getValue().end;
    }
    tracked.append(html, copied, html.length());
    var pixel = links.pixel();
    if (pixel != null) {
      tracked.insert(
          lastBodyEnd(tracked),
          "<img src=\"" + pixel + "\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">");
    }
    return tracked.toString();
  }

  private record Replacement(int end, String text) {}

  /** Where each address starts → what takes its place. */
  private static TreeMap<Integer, Replacement> replacements(
      String html, LinksOfMail links, Map<String, String> names, Map<String, String> parameters) {
    var replacements = new TreeMap<Integer, Replacement>();
    var document = Jsoup.parse(html, "", Parser.htmlParser().setTrackPosition(true));
    for (var element : document.select("a[href], area[href]")) {
      var href = element.attr("href");
      var target = LinkTarget.of(href);
      if (element.hasClass("untracked")) {
        links.leave(href);
        continue;
      }
      if (target == null || links.leaves(href)) {
        continue;
      }
      var place = element.attributes().sourceRange("href").valueRange();
      if (place.isTracked()) {
        replacements.put(
            place.startPos(),
            new Replacement(
                place.endPos(),
                escaped(links.instead(href, target, name(element, href, names), parameters))));
      }
    }
    return replacements;
  }

  /** Holds in an attribute with either quotes or none. */
  private static String escaped(String address) {
    return address.replace("&", "&amp;").replace("'", "&#39;");
  }

  /** Its tag, else the address as it was written. */
  private static String name(Element element, String href, Map<String, String> names) {
    var tag = element.attr("data-cio-tag").strip();
    return tag.isEmpty() ? names.getOrDefault(href, href.strip()) : tag;
  }

  private static int lastBodyEnd(StringBuilder html) {
    for (var at = html.length() - BODY_END.length(); at >= 0; at--) {
      if (html.charAt(at) == '<'
          && html.substring(at, at + BODY_END.length()).equalsIgnoreCase(BODY_END)) {
        return at;
      }
    }
    return html.length();
  }
}
