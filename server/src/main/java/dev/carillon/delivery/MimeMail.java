package dev.carillon.delivery;

import dev.carillon.messages.EmailAddress;
import jakarta.mail.BodyPart;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** One mail in the form that travels. It is written to at most one connection at a time. */
final class MimeMail extends MimeMessage {
  private static final String UTF_8 = "UTF-8";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

  private final String messageId;
  private final InternetAddress sender;
  private final InternetAddress recipient;
  private boolean started;

  private MimeMail(Session session, Mailer.Message message) throws MessagingException {
    super(session);
    this.messageId = "<" + message.messageId() + ">";
    this.sender = address(message.email().from());
    this.recipient = address(message.email().recipient());
  }

  /**
   * Builds the mail.
   *
   * @throws MessagingException when an address or a header cannot be written
   */
  static MimeMail of(Session session, Mailer.Message message) throws MessagingException {
    var mail = new MimeMail(session, message);
    var email = message.email();
    mail.setHeader("Date", DATE.format(message.date().atOffset(ZoneOffset.UTC)));
    mail.setFrom(mail.sender);
    mail.setRecipient(RecipientType.TO, mail.recipient);
    if (!email.replyTo().isEmpty()) {
      mail.setReplyTo(new InternetAddress[] {address(email.replyTo())});
    }
    mail.setSubject(email.subject(), UTF_8);
    for (var header : email.headers().entrySet()) {
      mail.setHeader(header.getKey(), encoded(header.getKey(), header.getValue()));
    }
    if (email.html().isEmpty()) {
      mail.setText(email.plain(), UTF_8, "plain");
    } else {
      // The last part is the one a reader prefers (RFC 2046, 5.1.4).
      mail.setContent(
          new MimeMultipart(
              "alternative", text(email.plain(), "plain"), text(email.html(), "html")));
    }
    mail.saveChanges();
    return mail;
  }

  private static BodyPart text(String text, String subtype) throws MessagingException {
    var part = new MimeBodyPart();
    part.setText(text, UTF_8, subtype);
    return part;
  }

  private static InternetAddress address(String text) throws MessagingException {
    var parsed =
        EmailAddress.parse(text)
            .orElseThrow(() -> new MessagingException("'" + text + "' is not an address"));
    var address = new InternetAddress();
    address.setAddress(parsed.address());
    try {
      if (!parsed.name().isEmpty()) {
        address.setPersonal(parsed.name(), UTF_8);
      }
    } catch (UnsupportedEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
    return address;
  }

  private static String encoded(String name, String value) {
    try {
      return MimeUtility.fold(name.length() + 2, MimeUtility.encodeText(value, UTF_8, null));
    } catch (UnsupportedEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Where bounces go: the envelope's sender. */
  InternetAddress sender() {
    return sender;
  }

  InternetAddress recipient() {
    return recipient;
  }

  /** Whether a server may have received any of its content. */
  boolean started() {
    return started;
  }

  /** Keeps our id, which is the same in every attempt. */
  @Override
  protected void updateMessageID() throws MessagingException {
    setHeader("Message-ID", messageId);
  }

  @Override
  public void writeTo(OutputStream stream, String[] ignored)
      throws IOException, MessagingException {
    started = true;
    super.writeTo(stream, ignored);
  }
}
