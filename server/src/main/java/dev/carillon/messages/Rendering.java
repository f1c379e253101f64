package dev.carillon.messages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What became of a template for one person. */
public sealed interface Rendering {

  /**
   * The mail is ready.
   *
   * @param linkNames address of a link in the HTML → the same as the template has it, where they
   *     differ (M-73)
   * @param linkParameters what its links get, rendered (M-77)
   */
  record Rendered(Email email, Map<String, String> linkNames, Map<String, String> linkParameters)
      implements Rendering {
    /** Copies the maps; parameters keep their order. */
    public Rendered {
      linkNames = Map.copyOf(linkNames);
      linkParameters = Collections.unmodifiableMap(new LinkedHashMap<>(linkParameters));
    }
  }

  /**
   * The texts could be rendered, but there is nobody to send them to (journeys §5.1, gate 8).
   *
   * @param email what would have been sent, its recipient empty or malformed
   * @param reason a sentence for the marketer, starting with {@code no recipient}
   */
  record NoRecipient(Email email, String reason) implements Rendering {}

  /**
   * A text could not be rendered or gave something that must not be sent; trying again changes
   * nothing (journeys §7.2).
   *
   * @param reason a sentence for the marketer, such as {@code variable customer.first_name is
   *     missing and has no default}
   */
  record Failed(String reason) implements Rendering {}
}
