package dev.carillon.messages;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One mail to one person, rendered and ready to be handed over. No header value holds a line break.
 *
 * @param from the sender, {@code a@b} or {@code Name <a@b>}, well-formed
 * @param replyTo where answers go; empty means to the sender
 * @param recipient one address, or several separated by commas, well-formed unless the mail is a
 *     draft
 * @param subject one line of any Unicode text
 * @param html the HTML part with the preheader inside; empty when there is only plain text
 * @param plain the plain text part
 * @param preheader the text hidden at the start of the HTML; empty for none
 * @param headers further headers in the order they are sent, name to value
 * @param copies who else gets it, well-formed unless the mail is a draft
 * @param attachments files that go with it
 * @param amp the AMP part; empty for none
 */
public record Email(
    String from,
    String replyTo,
    String recipient,
    String subject,
    String html,
    String plain,
    String preheader,
    Map<String, String> headers,
    Copies copies,
    List<Attachment> attachments,
    String amp) {

  /** Takes the headers over in their order, and the attachments. */
  public Email {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    attachments = List.copyOf(attachments);
  }

  /** To nobody else, with nothing attached. */
  public Email(
      String from,
      String replyTo,
      String recipient,
      String subject,
      String html,
      String plain,
      String preheader,
      Map<String, String> headers) {
    this(
        from,
        replyTo,
        recipient,
        subject,
        html,
        plain,
        preheader,
        headers,
        Copies.NONE,
        List.of(),
        "");
  }

  /** The same with these files. */
  public Email with(List<Attachment> files) {
    return new Email(
        from, replyTo, recipient, subject, html, plain, preheader, headers, copies, files, amp);
  }

  /** The same to these alone; the texts are lists of addresses as in {@link Copies}. */
  public Email to(String recipients, Copies others) {
    return new Email(
        from,
        replyTo,
        recipients,
        subject,
        html,
        plain,
        preheader,
        headers,
        others,
        attachments,
        amp);
  }

  /** The same with other texts for readers. */
  public Email withBodies(String otherHtml, String otherPlain) {
    return new Email(
        from,
        replyTo,
        recipient,
        subject,
        otherHtml,
        otherPlain,
        preheader,
        headers,
        copies,
        attachments,
        amp);
  }

  /** The same with these further headers alone. */
  public Email withHeaders(Map<String, String> others) {
    return new Email(
        from,
        replyTo,
        recipient,
        subject,
        html,
        plain,
        preheader,
        others,
        copies,
        attachments,
        amp);
  }

  /** The same with another subject. */
  public Email withSubject(String line) {
    return new Email(
        from, replyTo, recipient, line, html, plain, preheader, headers, copies, attachments, amp);
  }
}
