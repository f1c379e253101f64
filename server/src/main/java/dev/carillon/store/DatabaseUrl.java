package dev.carillon.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * The address of a database and who connects to it.
 *
 * @param jdbc the driver's form of the address; carries a password only when the operator wrote one
 *     into it
 * @param user the role; absent when the address names it or the driver's default applies
 * @param password its password; absent when the address names it or none is needed
 */
record DatabaseUrl(String jdbc, @Nullable String user, @Nullable String password) {

  private static final String EXPECTED =
      "The database URL must look like postgres://user:password@host:5432/database"
          + " or jdbc:postgresql://host:5432/database?user=…&password=…";

  /**
   * Reads {@code postgres://…}, {@code postgresql://…} or {@code jdbc:postgresql://…}.
   *
   * @throws StoreException when the text is none of these; the text itself is not repeated, as it
   *     may hold a password
   */
  static DatabaseUrl parse(String text) {
    var trimmed = text.strip();
    var scheme = trimmed.toLowerCase(Locale.ROOT);
    DatabaseUrl url;
    if (scheme.startsWith("jdbc:postgresql:")) {
      url = new DatabaseUrl(trimmed, null, null);
    } else if (scheme.startsWith("postgres://") || scheme.startsWith("postgresql://")) {
      url = fromUri(trimmed.substring(trimmed.indexOf("://") + 3));
    } else {
      throw new StoreException(EXPECTED + "; this one starts differently.");
    }
    if (Driver.parseURL(url.jdbc, new Properties()) == null) {
      throw new StoreException(EXPECTED + "; this one cannot be read.");
    }
    return url;
  }

  private static DatabaseUrl fromUri(String rest) {
    var pathAt = indexOrEnd(rest, '/');
    var authority = rest.substring(0, Math.min(pathAt, indexOrEnd(rest, '?')));
    var tail = rest.substring(authority.length());
    // The last @ ends the credentials: passwords with an unescaped @ are common and unambiguous
    // here.
    var at = authority.lastIndexOf('@');
    var hosts = authority.substring(at + 1);
    if (hosts.isEmpty() || tail.length() < 2 || tail.charAt(0) != '/' || tail.charAt(1) == '?') {
      throw new StoreException(EXPECTED + "; this one lacks the host or the database.");
    }
    String user = null;
    String password = null;
    if (at >= 0) {
      var credentials = authority.substring(0, at);
      var colon = credentials.indexOf(':');
      user = decode(colon < 0 ? credentials : credentials.substring(0, colon));
      password = colon < 0 ? null : decode(credentials.substring(colon + 1));
    }
    return new DatabaseUrl("jdbc:postgresql://" + hosts + driverNames(tail), user, password);
  }

  /** libpq and the driver name two common parameters differently. */
  private static String driverNames(String tail) {
    return tail.replaceFirst("([?&])connect_timeout=", "$1connectTimeout=")
        .replaceFirst("([?&])application_name=", "$1ApplicationName=");
  }

  /** Percent escapes only: a plus sign in a password is a plus sign. */
  private static String decode(String escaped) {
    try {
      return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException wrongEscape) {
      throw new StoreException(
          EXPECTED
              + "; its user or password holds a % that is not followed by two hexadecimal digits.",
          wrongEscape);
    }
  }

  private static int indexOrEnd(String text, char sought) {
    var index = text.indexOf(sought);
    return index < 0 ? text.length() : index;
  }

  /** Keeps secrets out of logs: neither the password nor a query string that may hold one. */
  @Override
  public String toString() {
    var query = jdbc.indexOf('?');
    return query < 0 ? jdbc : jdbc.substring(0, query) + "?***";
  }
}
