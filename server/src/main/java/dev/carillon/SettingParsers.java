package dev.carillon;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns written settings into values. Each parser fails with a sentence about what it expects; none
 * repeats the value, which may be a secret.
 */
final class SettingParsers {

  private static final int SECRET_KEY_BYTES = 32;
  private static final Pattern HOST_AND_PORT = Pattern.compile("[A-Za-z0-9.-]{1,253}:[0-9]{1,5}");
  private static final Pattern MEMORY = Pattern.compile("([0-9]{1,6})(MB|GB)");
  private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}");
  private static final Pattern CREDENTIAL = Pattern.compile("[!-9;-~]{1,128}");
  private static final List<String> DATABASE_SCHEMES =
      List.of("jdbc:postgresql:", "postgresql://", "postgres://");

  private SettingParsers() {}

  static Function<String, Integer> number(int least, int most) {
    return text -> {
      String expected = "must be a whole number from " + least + " to " + most;
      try {
        int value = Integer.parseInt(text);
        return require(value >= least && value <= most, value, expected);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(expected, e);
      }
    };
  }

  static List<String> addresses(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .map(SettingParsers::address)
        .toList();
  }

  private static String address(String text) {
    require(
        IP_ADDRESS.matcher(text).matches(),
        text,
        "must be IPv4 or IPv6 addresses separated by commas");
    try {
      return InetAddress.ofLiteral(text).getHostAddress();
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "must be IPv4 or IPv6 addresses separated by commas", malformed);
    }
  }

  static <E extends Enum<E>> Function<String, E> oneOf(Class<E> type) {
    return text ->
        Arrays.stream(type.getEnumConstants())
            .filter(each -> written(each).equals(text))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("must be one of " + choices(type)));
  }

  static <E extends Enum<E>> Function<String, Set<E>> someOf(Class<E> type) {
    return text -> {
      var values = EnumSet.noneOf(type);
      for (String part : text.split(",", -1)) {
        try {
          values.add(oneOf(type).apply(part.strip()));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "must be a comma-separated list of " + choices(type), e);
        }
      }
      return Set.copyOf(values);
    };
  }

  static Function<String, Boolean> either(String whenTrue, String whenFalse) {
    return text -> {
      boolean known = text.equals(whenTrue) || text.equals(whenFalse);
      return require(known, text.equals(whenTrue), "must be " + whenTrue + " or " + whenFalse);
    };
  }

  static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("must be a path of this file system", e);
    }
  }

  static String host(String text) {
    boolean valid = text.chars().noneMatch(c -> Character.isWhitespace(c) || c == '/');
    return require(valid, text, "must be a host name or an address such as 127.0.0.1");
  }

  static String databaseUrl(String text) {
    boolean valid = DATABASE_SCHEMES.stream().anyMatch(text::startsWith);
    return require(valid, text, "must start with " + String.join(" or ", DATABASE_SCHEMES));
  }

  static URI publicUrl(String text) {
    String expected =
        "must be http:// or https:// with a host and without a path, such as https://mail.example.com";
    URI uri = uri(text, expected);
    String path = uri.getPath();
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean bare = path != null && (path.isEmpty() || path.equals("/"));
    require(
        web
            && bare
            && uri.getHost() != null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null,
        uri,
        expected);
    return path.isEmpty() ? uri : uri(text.substring(0, text.length() - 1), expected);
  }

  static URI smtpUrl(String text) {
    String expected =
        "must look like smtp://user:password@host:port or smtps://host, with special characters percent-encoded";
    URI uri = uri(text, expected);
    boolean mail = "smtp".equals(uri.getScheme()) || "smtps".equals(uri.getScheme());
    return require(mail && uri.getHost() != null, uri, expected);
  }

  static String mailbox(String text) {
    try {
      new InternetAddress(text, true);
      return text;
    } catch (AddressException e) {
      throw new IllegalArgumentException(
          "must be one mail address such as Shop <hello@example.com>", e);
    }
  }

  /**
   * Visible ASCII without blanks and colons, because Basic authentication joins two of these with a
   * colon.
   */
  static String credential(String text) {
    return require(
        CREDENTIAL.matcher(text).matches(),
        text,
        "must be 1 to 128 visible ASCII characters without blanks and colons");
  }

  static String hostAndPort(String text) {
    return require(
        HOST_AND_PORT.matcher(text).matches(), text, "must be host:port, such as 127.0.0.1:53");
  }

  static SecretKey secretKey(String text) {
    String expected =
        "must be "
            + SECRET_KEY_BYTES
            + " bytes in base64, as `openssl rand -base64 32` prints them";
    try {
      byte[] key = Base64.getDecoder().decode(text);
      return new SecretKeySpec(require(key.length == SECRET_KEY_BYTES, key, expected), "AES");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("must be an instant such as 2026-01-31T09:00:00Z", e);
    }
  }

  /** Megabytes, 1 to 1,048,576. */
  static int megabytes(String text) {
    var memory = MEMORY.matcher(text);
    require(memory.matches(), text, "must be a number with MB or GB, such as 64MB");
    var number = Integer.parseInt(memory.group(1)) * (memory.group(2).equals("GB") ? 1024 : 1);
    require(number >= 1 && number <= 1_048_576, text, "must be 1MB to 1024GB");
    return number;
  }

  private static URI uri(String text, String expected) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Not the cause: its message repeats the text, which may hold a password.
      throw new IllegalArgumentException(expected);
    }
  }

  private static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String choices(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(SettingParsers::written)
        .collect(Collectors.joining(", "));
  }

  private static <T> T require(boolean valid, T value, String expected) {
    if (!valid) {
      throw new IllegalArgumentException(expected);
    }
    return value;
  }
}
