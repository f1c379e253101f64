package dev.carillon.delivery;

import dev.carillon.messages.Attachment;
import dev.carillon.messages.Email;
import dev.carillon.messages.EmailAddress;
import jakarta.activation.DataHandler;
import jakarta.mail.Address;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.net.URLConnection;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.angus.mail.util.CRLFOutputStream;

/** One mail in the form that travels. It is written to at most one connection at a time. */
final class MimeMail extends MimeMessage {
  private static final String UTF_8 = "UTF-8";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

  private final String messageId;
  private final InternetAddress sender;
  private final List<InternetAddress> recipients = new ArrayList<>();
  private boolean started;

  private MimeMail(Session session, Mailer.Message message) throws MessagingException {
    super(session);
    this.messageId = "<" + message.messageId() + ">";
    this.sender = address(message.email().from());
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
    mail.address(jakarta.mail.Message.RecipientType.TO, email.recipient());
    mail.address(jakarta.mail.Message.RecipientType.CC, email.copies().cc());
    if (!email.copies().fakeBcc()) {
      mail.recipients.addAll(addresses(email.copies().bcc()));
    }
    if (!email.replyTo().isEmpty()) {
      mail.setReplyTo(new InternetAddress[] {address(email.replyTo())});
    }
    mail.setSubject(email.subject(), UTF_8);
    for (var header : email.headers().entrySet()) {
      mail.setHeader(header.getKey(), encoded(header.getKey(), header.getValue()));
    }
    mail.fill(email);
    mail.saveChanges();
    return mail;
  }

  /** Names these addresses in the mail and sends it to them. */
  private void address(jakarta.mail.Message.RecipientType type, String list)
      throws MessagingException {
    var addresses = addresses(list);
    if (!addresses.isEmpty()) {
      setRecipients(type, addresses.toArray(InternetAddress[]::new));
      recipients.addAll(addresses);
    }
  }

  private static List<InternetAddress> addresses(String list) throws MessagingException {
    var parsed =
        EmailAddress.list(list)
            .orElseThrow(() -> new MessagingException("'" + list + "' is no list of addresses"));
    var addresses = new ArrayList<InternetAddress>();
    for (var each : parsed) {
      addresses.add(address(each));
    }
    return addresses;
  }

  private void fill(Email email) throws MessagingException {
    if (!email.attachments().isEmpty()) {
      var whole = new MimeMultipart("mixed", body(email));
      for (var file : email.attachments()) {
        whole.addBodyPart(attached(file));
      }
      setContent(whole);
    } else if (email.html().isEmpty()) {
      setText(email.plain(), UTF_8, "plain");
    } else {
      setContent(alternatives(email));
    }
  }

  /** The last part is the one a reader prefers (RFC 2046, 5.1.4). */
  private static MimeMultipart alternatives(Email email) throws MessagingException {
    var plain = text(email.plain(), "plain");
    var html = text(email.html(), "html");
    return email.amp().isEmpty()
        ? new MimeMultipart("alternative", plain, html)
        // Before the HTML, which programs that know no AMP would otherwise not show.
        : new MimeMultipart("alternative", plain, text(email.amp(), "x-amp-html"), html);
  }

  private static BodyPart body(Email email) throws MessagingException {
    if (email.html().isEmpty()) {
      return text(email.plain(), "plain");
    }
    var part = new MimeBodyPart();
    part.setContent(alternatives(email));
    return part;
  }

  private static BodyPart attached(Attachment file) throws MessagingException {
    var type = URLConnection.guessContentTypeFromName(file.name());
    var part = new MimeBodyPart();
    part.setDataHandler(
        new DataHandler(
            new ByteArrayDataSource(
                file.content(), type == null ? "application/octet-stream" : type)));
    try {
      part.setFileName(MimeUtility.encodeText(file.name(), UTF_8, null));
    } catch (UnsupportedEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
    part.setDisposition(Part.ATTACHMENT);
    part.setHeader("Content-Transfer-Encoding", "base64");
    return part;
  }

  private static BodyPart text(String text, String subtype) throws MessagingException {
    var part = new MimeBodyPart();
    part.setText(text, UTF_8, subtype);
    return part;
  }

  private static InternetAddress address(String text) throws MessagingException {
    return address(
        EmailAddress.parse(text)
            .orElseThrow(() -> new MessagingException("'" + text + "' is not an address")));
  }

  private static InternetAddress address(EmailAddress parsed) throws MessagingException {
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

  /** The sender's domain; empty when the address has none. */
  String domain() {
    var address = sender.getAddress();
    return address.substring(address.lastIndexOf('@') + 1);
  }

  /** Writes it as it travels, without counting as having begun. */
  void print(OutputStream stream) throws IOException, MessagingException {
    var lines = new CRLFOutputStream(stream);
    super.writeTo(lines, null);
    lines.flush();
  }

  /** Everybody it goes to, whether the mail names them or not. */
  Address[] recipients() {
    return recipients.toArray(Address[]::new);
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
