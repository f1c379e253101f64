package dev.carillon.delivery.domains;

import java.security.PrivateKey;

/**
 * What signs mails of a domain.
 *
 * @param domain the signing domain
 * @param selector names the key in the DNS
 */
public record DkimKey(String domain, String selector, PrivateKey key) {
  /** Keys do not print themselves. */
  @Override
  public String toString() {
    return "DkimKey[" + selector + "._domainkey." + domain + "]";
  }
}
