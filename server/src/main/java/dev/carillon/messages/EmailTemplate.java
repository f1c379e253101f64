package dev.carillon.messages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What somebody wrote as an e-mail, with Liquid in any of its texts (journeys §5.4, L-2).
 *
 * @param subject the subject line
 * @param body HTML; empty when the mail is plain text alone
 * @param plainBody the plain text part; empty means it is made from the HTML, with links as {@code
 *     text (url)}
 * @param from the sender, {@code a@b} or {@code Name <a@b>}
 * @param replyTo where answers go; empty means to the sender
 * @param to the recipient, or several separated by commas; empty means {@code {{customer.email}}}
 * @param preheader what inboxes show behind the subject, hidden in the mail itself; empty for none
 * @param headers further headers in the order they are sent, name to value
 * @param copies who else gets it
 * @param tracked whether opens and clicks are counted
 * @param inlinesCss whether style sheets move to the elements (journeys §5.4)
 * @param ampBody an AMP part beside the HTML; empty for none
 */
public record EmailTemplate(
    String subject,
    String body,
    String plainBody,
    String from,
    String replyTo,
    String to,
    String preheader,
    Map<String, String> headers,
    Copies copies,
    boolean tracked,
    boolean inlinesCss,
    String ampBody) {

  /** Copies the headers and keeps their order. */
  public EmailTemplate {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /** To nobody else, tracked. */
  public EmailTemplate(
      String subject,
      String body,
      String plainBody,
      String from,
      String replyTo,
      String to,
      String preheader,
      Map<String, String> headers) {
    this(subject, body, plainBody, from, replyTo, to, preheader, headers, Copies.NONE);
  }

  /** Tracked, with style sheets that move to the elements, without AMP. */
  public EmailTemplate(
      String subject,
      String body,
      String plainBody,
      String from,
      String replyTo,
      String to,
      String preheader,
      Map<String, String> headers,
      Copies copies) {
    this(subject, body, plainBody, from, replyTo, to, preheader, headers, copies, true, true, "");
  }

  /** The same from this sender, where it names none. */
  public EmailTemplate fromUnlessGiven(String sender) {
    return from.isBlank()
        ? new EmailTemplate(
            subject,
            body,
            plainBody,
            sender,
            replyTo,
            to,
            preheader,
            headers,
            copies,
            tracked,
            inlinesCss,
            ampBody)
        : this;
  }
}
