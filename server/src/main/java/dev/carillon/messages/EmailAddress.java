package dev.carillon.messages;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.UnsupportedEncodingException;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One address as mail servers know it.
 *
 * @param name what the reader sees beside it; empty for none
 * @param address {@code local@domain} in ASCII; an international domain in its {@code xn--} form
 */
public record EmailAddress(String name, String address) {
  private static final int MAX_LENGTH = 254;
  private static final int MAX_LOCAL_LENGTH = 64;

  /**
   * Reads {@code a@b} or {@code Name <a@b>}; empty for anything that is not exactly one well-formed
   * address. An address with letters beyond ASCII before the {@code @} is not: few servers take it.
   */
  public static Optional<EmailAddress> parse(String text) {
    try {
      var parsed = InternetAddress.parse(text, true);
      if (parsed.length != 1 || parsed[0].isGroup()) {
        return Optional.empty();
      }
      var name = Optional.ofNullable(parsed[0].getPersonal()).orElse("");
      return ascii(parsed[0].getAddress()).map(address -> new EmailAddress(name, address));
    } catch (AddressException malformed) {
      return Optional.empty();
    }
  }

  /**
   * Reads addresses separated by commas; a blank text has none. Empty when one of them is
   * malformed.
   */
  public static Optional<List<EmailAddress>> list(String text) {
    if (text.isBlank()) {
      return Optional.of(List.of());
    }
    try {
      var addresses = new ArrayList<EmailAddress>();
      for (var each : InternetAddress.parse(text, true)) {
        var address = parse(each.toString());
        if (each.isGroup() || address.isEmpty()) {
          return Optional.empty();
        }
        addresses.add(address.get());
      }
      return Optional.of(addresses);
    } catch (AddressException malformed) {
      return Optional.empty();
    }
  }

  /** As it stands in a list of addresses. */
  public String text() {
    try {
      return name.isEmpty()
          ? address
          : new InternetAddress(address, name, "UTF-8").toUnicodeString();
    } catch (UnsupportedEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Optional<String> ascii(String address) throws AddressException {
    var at = address.lastIndexOf('@');
    if (at < 1 || at > MAX_LOCAL_LENGTH || address.charAt(0) == '@') {
      return Optional.empty();
    }
    String domain;
    try {
      domain = IDN.toASCII(address.substring(at + 1));
    } catch (IllegalArgumentException noDomain) {
      return Optional.empty();
    }
    var whole = address.substring(0, at + 1) + domain;
    if (domain.isEmpty()
        || whole.length() > MAX_LENGTH
        || !StandardCharsets.US_ASCII.newEncoder().canEncode(whole)) {
      return Optional.empty();
    }
    new InternetAddress(whole, true).validate();
    return Optional.of(whole);
  }

  /** The part behind the {@code @}. */
  public String domain() {
    return address.substring(address.lastIndexOf('@') + 1);
  }
}
