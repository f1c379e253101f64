package dev.carillon.delivery;

import dev.carillon.messages.Email;
import dev.carillon.workspaces.WorkspaceId;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A kept mail in the form that travels, without attachments and signatures, which are not kept. */
public final class MailSource {
  private static final Session SESSION = Session.getInstance(new Properties());

  private final MimeMail mail;

  private MailSource(MimeMail mail) {
    this.mail = mail;
  }

  /**
   * One part of a mail that holds no further parts.
   *
   * @param index its number in the mail, from 0
   * @param contentType with its parameters
   * @param content decoded
   */
  public record MailPart(int index, String contentType, byte[] content) {}

  /**
   * Writes a mail.
   *
   * @param messageId without angle brackets
   * @throws IllegalArgumentException when it cannot be written, as a draft to nobody
   */
  public static MailSource of(
      WorkspaceId workspace, String messageId, Instant sentAt, Email email) {
    try {
      return new MailSource(
          MimeMail.of(SESSION, new Mailer.Message(workspace, messageId, sentAt, email)));
    } catch (MessagingException malformed) {
      throw new IllegalArgumentException(
          "the mail cannot be written: " + malformed.getMessage(), malformed);
    }
  }

  /** All of it (RFC 5322). */
  public byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try {
      mail.print(bytes);
    } catch (IOException | MessagingException impossible) {
      throw new IllegalStateException("a mail in memory could not be written", impossible);
    }
    return bytes.toByteArray();
  }

  /** Its parts in order. */
  public List<MailPart> parts() {
    var parts = new ArrayList<MailPart>();
    try {
      collect(mail, parts);
    } catch (IOException | MessagingException impossible) {
      throw new IllegalStateException("a mail in memory could not be read", impossible);
    }
    return parts;
  }

  private static void collect(Part part, List<MailPart> parts)
      throws IOException, MessagingException {
    if (part.getContent() instanceof Multipart several) {
      for (var i = 0; i < several.getCount(); i++) {
        BodyPart each = several.getBodyPart(i);
        collect(each, parts);
      }
    } else {
      parts.add(
          new MailPart(parts.size(), part.getContentType(), part.getInputStream().readAllBytes()));
    }
  }
}
