package dev.carillon.delivery;

import dev.carillon.delivery.domains.DkimKey;
import jakarta.mail.MessagingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.james.jdkim.DKIMSigner;
import org.apache.james.jdkim.exceptions.FailException;

/** Signs mails by DKIM (RFC 6376), relaxed in headers and body, with RSA and SHA-256. */
final class DkimSignature {
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
    try {
      var bytes = new ByteArrayOutputStream();
      mail.print(bytes);
      var line =
          new DKIMSigner(template, key.key()).sign(new ByteArrayInputStream(bytes.toByteArray()));
      mail.setHeader(NAME, line.substring(NAME.length() + 1).strip());
    } catch (IOException | FailException failure) {
      throw new MessagingException("it cannot be signed: " + failure.getMessage());
    }
  }
}
