package dev.carillon.delivery;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where mails are handed over.
 *
 * @param user null sends without login
 * @param password null sends without login
 * @param hello the name we greet the server with
 */
public record SmtpSettings(
    String host,
    int port,
    @Nullable String user,
    @Nullable String password,
    Tls tls,
    boolean verifiesCertificate,
    String hello) {

  /** How the connection is encrypted. */
  public enum Tls {
    /** From the first byte. */
    IMMEDIATE,
    /** By STARTTLS, and no mail is sent without it. */
    REQUIRED,
    /** By STARTTLS when the server offers it. */
    OFFERED,
    /** Never. */
    OFF
  }

  /**
   * Reads {@code smtp://user:password@host:port?starttls=required&verify=off&ehlo=name}. Everything
   * but the host may be left out: port 25, or 465 with {@code smtps://}; {@code starttls} is {@code
   * offered}, {@code required} or {@code off}; {@code verify=off} accepts any certificate; {@code
   * ehlo} is the name to greet with. Special characters in user and password are percent-encoded.
   *
   * @param hello the name to greet with when the URL has none
   * @throws IllegalArgumentException with a sentence that does not repeat the password
   */
  public static SmtpSettings parse(String url, String hello) {
    var uri = uri(url);
    var immediate =
        switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
          case "smtp" -> false;
          case "smtps" -> true;
          default ->
              throw new IllegalArgumentException(
                  "The SMTP URL must start with smtp:// or smtps://.");
        };
    var host = uri.getHost();
    if (host == null || host.isEmpty()) {
      throw new IllegalArgumentException(
          "The SMTP URL names no host: smtp://user:password@host:port is expected, with special"
              + " characters of user and password percent-encoded.");
    }
    var settings =
        new SmtpSettings(
            host,
            uri.getPort() > 0 ? uri.getPort() : immediate ? 465 : 25,
            credential(uri, 0),
            credential(uri, 1),
            immediate ? Tls.IMMEDIATE : Tls.OFFERED,
            true,
            hello);
    var query = uri.getRawQuery();
    if (query != null) {
      for (var option : query.split("&")) {
        settings = settings.with(option);
      }
    }
    return settings;
  }

  private static URI uri(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(
          "The SMTP URL is malformed at character " + (malformed.getIndex() + 1) + ".");
    }
  }

  private static @Nullable String credential(URI uri, int index) {
    var login = uri.getRawUserInfo();
    if (login == null) {
      return null;
    }
    var parts = login.split(":", 2);
    if (parts.length != 2) {
      throw new IllegalArgumentException("The SMTP URL has a user but no password.");
    }
    return URLDecoder.decode(parts[index].replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private SmtpSettings with(String option) {
    var parts = option.split("=", 2);
    var value = parts.length == 2 ? parts[1] : "";
    return switch (parts[0]) {
      case "starttls" -> withTls(value);
      case "verify" -> withVerification(value);
      case "ehlo" -> new SmtpSettings(host, port, user, password, tls, verifiesCertificate, value);
      default ->
          throw new IllegalArgumentException(
              "The SMTP URL has an unknown option '%s': starttls, verify and ehlo exist."
                  .formatted(parts[0]));
    };
  }

  private SmtpSettings withTls(String value) {
    if (tls == Tls.IMMEDIATE) {
      throw new IllegalArgumentException("The SMTP URL has starttls, which smtps:// cannot use.");
    }
    var wanted =
        switch (value) {
          case "required" -> Tls.REQUIRED;
          case "offered" -> Tls.OFFERED;
          case "off" -> Tls.OFF;
          default ->
              throw new IllegalArgumentException(
                  "The SMTP URL's starttls is required, offered or off, not '" + value + "'.");
        };
    return new SmtpSettings(host, port, user, password, wanted, verifiesCertificate, hello);
  }

  private SmtpSettings withVerification(String value) {
    if (!value.equals("on") && !value.equals("off")) {
      throw new IllegalArgumentException(
          "The SMTP URL's verify is on or off, not '" + value + "'.");
    }
    return new SmtpSettings(host, port, user, password, tls, value.equals("on"), hello);
  }

  /** Keeps the password out of logs. */
  @Override
  public String toString() {
    return "SmtpSettings[host=%s, port=%d, user=%s, password=%s, tls=%s]"
        .formatted(host, port, user, password == null ? "none" : "***", tls);
  }
}
