package dev.carillon.delivery;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The parameters a workspace wants at every link of its mails (M-77). */
final class LinkParameters {
  private LinkParameters() {}

  /**
   * An address with these parameters; those it has already win, and its fragment stays last.
   *
   * @param parameters rendered; what is empty is left out
   */
  static String added(String target, Map<String, String> parameters) {
    var hash = target.indexOf('#');
    var address = hash < 0 ? target : target.substring(0, hash);
    var question = address.indexOf('?');
    var present =
        question < 0
            ? Set.<String>of()
            : Arrays.stream(address.substring(question + 1).split("&"))
                .map(each -> decoded(each.split("=", 2)[0]))
                .collect(Collectors.toSet());
    var added = new StringBuilder(address);
    for (var each : parameters.entrySet()) {
      if (!each.getValue().isEmpty() && !present.contains(each.getKey())) {
        var first = added.indexOf("?") < 0;
        var last = added.charAt(added.length() - 1);
        added.append(first ? "?" : last == '?' || last == '&' ? "" : "&");
        added.append(encoded(each.getKey())).append('=').append(encoded(each.getValue()));
      }
    }
    return hash < 0 ? added.toString() : added.append(target, hash, target.length()).toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException brokenEscape) {
      return text;
    }
  }
}
