package dev.carillon.delivery.domains;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the DNS says of a domain.
 *
 * @param dkim whether the key is published
 * @param spf whether the domain says which servers may send for it (RFC 7208)
 * @param dmarc whether the domain, or one above it, says what to do with others (RFC 7489)
 * @param errors what keeps mails from being trusted, by record; what to publish is in the sentence
 * @param warnings what should be published too
 */
public record DomainCheck(
    boolean dkim,
    boolean spf,
    boolean dmarc,
    Map<String, String> errors,
    Map<String, String> warnings) {

  /**
   * Looks at the records of a domain.
   *
   * @throws DnsRecords.Unanswered when it cannot be told
   */
  public static DomainCheck of(SendingDomain domain, DnsRecords dns) throws DnsRecords.Unanswered {
    var errors = new LinkedHashMap<String, String>();
    var warnings = new LinkedHashMap<String, String>();
    var keys = dns.texts(domain.recordName());
    var wanted = tag(domain.recordValue(), "p");
    var dkim = keys.stream().anyMatch(text -> tag(text, "p").equals(wanted));
    if (!dkim) {
      errors.put(
          "dkim",
          "%s: publish the TXT record %s with the value %s"
              .formatted(
                  keys.isEmpty() ? "there is no key" : "another key is published",
                  domain.recordName(),
                  domain.recordValue()));
    }
    var spf = begins(dns.texts(domain.name()), "v=spf1");
    if (!spf) {
      warnings.put(
          "spf",
          "publish a TXT record of %s that begins with v=spf1 and names the servers that send for it"
              .formatted(domain.name()));
    }
    var dmarc = dmarc(domain.name(), dns);
    if (!dmarc) {
      warnings.put(
          "dmarc",
          "publish the TXT record _dmarc.%s, such as v=DMARC1; p=none".formatted(domain.name()));
    }
    return new DomainCheck(dkim, spf, dmarc, errors, warnings);
  }

  private static boolean dmarc(String name, DnsRecords dns) throws DnsRecords.Unanswered {
    for (var each = name; each.indexOf('.') > 0; each = each.substring(each.indexOf('.') + 1)) {
      if (begins(dns.texts("_dmarc." + each), "v=dmarc1")) {
        return true;
      }
    }
    return false;
  }

  private static boolean begins(List<String> texts, String start) {
    return texts.stream().anyMatch(text -> text.toLowerCase(Locale.ROOT).startsWith(start));
  }

  /** The value of a tag; empty when it is not there. */
  private static String tag(String text, String name) {
    for (var part : text.replaceAll("\\s", "").split(";", -1)) {
      if (part.startsWith(name + "=")) {
        return part.substring(name.length() + 1);
      }
    }
    return "";
  }
}
