package dev.carillon.delivery.domains;

import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A domain that mails from its addresses are signed for.
 *
 * @param id number within the workspace
 * @param name in lower case, ASCII, without a dot at the end
 * @param selector names the key in the DNS
 * @param publicKey SubjectPublicKeyInfo
 * @param verifiedAt when the key was last found in the DNS; null: not, or no longer
 */
public record SendingDomain(
    int id,
    String name,
    String selector,
    byte[] publicKey,
    @Nullable Instant verifiedAt,
    Instant createdAt) {

  /** The name of the TXT record that publishes the key. */
  public String recordName() {
    return selector + "._domainkey." + name;
  }

  /** What the TXT record has to say (RFC 6376 §3.6.1). */
  public String recordValue() {
    return "v=DKIM1; k=rsa; p=" + Base64.getEncoder().encodeToString(publicKey);
  }
}
