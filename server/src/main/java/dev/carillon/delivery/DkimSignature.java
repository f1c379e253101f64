package dev.carillon.delivery;

import dev.carillon.delivery.domains.DkimKey;
import dev.carillon.delivery.domains.Rsa;
import jakarta.mail.MessagingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.List;
import org.apache.james.jdkim.DKIMCommon;
import org.apache.james.jdkim.DKIMSigner;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.impl.BodyHasherImpl;
import org.apache.james.jdkim.impl.Message;
import org.apache.james.mime4j.MimeException;

/** Signs mails by DKIM (RFC 6376), relaxed in headers and body, with RSA and SHA-256. */
final class DkimSignature extends DKIMCommon {
  private static final String NAME = "DKIM-Signature";

  /**
   * What a reader sees, and what mailboxes act upon (M-90, RFC 8058 §4). {@code From} stands twice,
   * so that no second one can be put in.
   */
  private static final List<String> SIGNED =
      List.of(
          "from",
          "from",
          "reply-to",
          "to",
          "cc",
          "subject",
          "date",
          "message-id",
          "mime-version",
          "content-type",
          "list-unsubscribe",
          "list-unsubscribe-post");

  private DkimSignature() {}

  /**
   * Adds the signature.
   *
   * @throws MessagingException when the mail cannot be written
   */
  static void add(MimeMail mail, DkimKey key) throws MessagingException {
    var template =
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; h=%s; bh=; b=;"
            .formatted(key.domain(), key.selector(), String.join(":", SIGNED));
    var bytes = new ByteArrayOutputStream();
    try {
      mail.print(bytes);
      mail.setHeader(NAME, signed(new ByteArrayInputStream(bytes.toByteArray()), template, key));
    } catch (IOException | FailException | GeneralSecurityException | MimeException failure) {
      throw new MessagingException("it cannot be signed: " + failure.getMessage());
    }
  }

  /** As {@link DKIMSigner} does it, which cannot be told who computes the signature. */
  private static String signed(InputStream mail, String template, DkimKey key)
      throws IOException, FailException, GeneralSecurityException, MimeException {
    var signer = new DKIMSigner(template, key.key());
    var message = new Message(mail);
    try {
      var record = signer.newSignatureRecordTemplate(template);
      var hasher = signer.newBodyHasher(record);
      try (var body = hasher.getOutputStream()) {
        message.getBodyInputStream().transferTo(body);
      }
      record.setBodyHash(((BodyHasherImpl) hasher).getDigest());
      var signature = Rsa.signature(key.key());
      signatureCheck(message, record, record.getHeaders(), signature);
      record.setSignature(signature.sign());
      return record.toString();
    } finally {
      message.dispose();
    }
  }
}
