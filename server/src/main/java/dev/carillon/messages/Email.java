package dev.carillon.messages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One mail to one person, rendered and ready to be handed over. No header value holds a line break.
 *
 * @param from the sender, {@code a@b} or {@code Name <a@b>}, well-formed
 * @param replyTo where answers go; empty means to the sender
 * @param recipient one address, well-formed unless the mail is a draft
 * @param subject one line of any Unicode text
 * @param html the HTML part with the preheader inside; empty when there is only plain text
 * @param plain the plain text part
 * @param preheader the text hidden at the start of the HTML; empty for none
 * @param headers further headers in the order they are sent, name to value
 */
public record Email(
    String from,
    String replyTo,
    String recipient,
    String subject,
    String html,
    String plain,
    String preheader,
    Map<String, String> headers) {

  /** Copies the headers and keeps their order. */
  public Email {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }
}
