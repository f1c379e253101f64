package dev.carillon.delivery;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plain text whose addresses count clicks, as those of the HTML do (journeys §5.4). */
final class TrackedText {
  private static final Pattern ADDRESS = Pattern.compile("(?i)\\bhttps?://[^\\s<>\"]+");

  private TrackedText() {}

  /**
   * The text of a mail that is tracked.
   *
   * @param names as in {@link LinksOfMail#ready}, as parameters are
   */
  static String of(
      String text, LinksOfMail links, Map<String, String> names, Map<String, String> parameters) {
    return ADDRESS
        .matcher(text)
        .replaceAll(found -> {
          var whole = found.group();
          var href = whole.substring(0, end(whole));
          var target = LinkTarget.of(href);
          var address =
              target == null || links.leaves(href)
                  ? href
                  : links.instead(href, target, names.getOrDefault(href, href), parameters);
          return Matcher.quoteReplacement(address + whole.substring(href.length()));
        });
  }

  /** Where an address ends that stands in a sentence or in brackets. */
  private static int end(String address) {
    var end = address.length();
    while (end > 0 && ".,;:!?)]}'".indexOf(address.charAt(end - 1)) >= 0) {
      if (address.charAt(end - 1) == ')' && isBalanced(address.substring(0, end))) {
        return end;
      }
      end--;
    }
    return end;
  }

  private static boolean isBalanced(String text) {
    return text.chars().filter(each -> each == '(').count()
        >= text.chars().filter(each -> each == ')').count();
  }
}
