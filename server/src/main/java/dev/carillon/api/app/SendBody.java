package dev.carillon.api.app;

import dev.carillon.delivery.SendRequest;
import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.messages.EmailAddress;
import dev.carillon.messages.EmailHeaders;
import dev.carillon.people.Identifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of {@code POST /v1/send/email} (app-messaging §2.1, §2.2). Unknown members are passed
 * over; what is wrong is answered in the words clients know (§2.6).
 */
final class SendBody {
  /** 2048 KB, as the answer says. */
  static final int LONGEST_BYTES = 2_048 * 1_024;

  private static final int MOST_ATTACHED_BYTES = 2_000_000;
  private static final int MOST_RECIPIENTS = 15;
  private static final Duration FURTHEST = Duration.ofDays(90);
  private static final Set<String> FORBIDDEN =
      Set.of(
          "ade", "adp", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "ins",
          "isp", "jar", "js", "jse", "lib", "lnk", "mde", "msc", "msi", "msp", "mst", "nsh", "pif",
          "scr", "sct", "sh", "sys", "vb", "vbe", "vbs", "vxd", "wsc", "wsf", "wsh");
  private static final JsonReader JSON = new JsonReader();

  private final Map<String, @Nullable Object> body;

  private SendBody(Map<String, @Nullable Object> body) {
    this.body = body;
  }

  /**
   * Which message is sent.
   *
   * @param id null when it is named, or when there is none
   * @param name null when there is none
   */
  record Message(@Nullable Integer id, @Nullable String name) {
    boolean isNone() {
      return id == null && name == null;
    }
  }

  /**
   * A call that can be done.
   *
   * @param sendAt null: at once
   * @param draft null: as the message says
   * @param forgotten null: as the message says
   * @param autoCreate whether a name nobody has becomes an empty message
   */
  record Email(
      Message message,
      Identifier person,
      @Nullable Instant sendAt,
      @Nullable Boolean draft,
      @Nullable Boolean forgotten,
      boolean autoCreate,
      SendRequest request) {}

  static Email email(byte[] json, Instant now) {
    return new SendBody(object(json)).email(now);
  }

  private static Map<String, @Nullable Object> object(byte[] json) {
    try {
      if (json.length <= LONGEST_BYTES) {
        return JSON.object(json);
      }
    } catch (BadJson bad) {
      throw unreadable();
    }
    throw unreadable();
  }

  private static RuntimeException unreadable() {
    return Parameters.wrong("Request entity must be JSON encoded and not exceed 2048 KB.");
  }

  private Email email(Instant now) {
    var message = message();
    var person = person();
    if (text("to") == null) {
      throw missing("to");
    }
    var email = new LinkedHashMap<String, @Nullable Object>();
    for (var name :
        List.of("to", "from", "subject", "body", "reply_to", "preheader", "cc", "bcc")) {
      put(email, name, text(name));
    }
    put(email, "body_plain", text("body_plain"));
    put(email, "body_amp", text("body_amp"));
    put(email, "fake_bcc", flag("fake_bcc"));
    var plainCss = flag("disable_css_preprocessing");
    put(email, "preprocessor", plainCss == null ? null : plainCss ? "" : "premailer");
    put(email, "tracked", flag("tracked"));
    if (message.isNone()) {
      for (var name : List.of("from", "subject", "body")) {
        if (!email.containsKey(name)) {
          throw missing(name);
        }
      }
    }
    checkAddresses(email);
    var headers = headers(body.get("headers"));
    if (!headers.isEmpty()) {
      email.put("headers", headers);
    }
    return new Email(
        message,
        person,
        sendAt(now),
        flag("queue_draft"),
        flag("disable_message_retention"),
        Boolean.TRUE.equals(flag("auto_create")),
        new SendRequest(
            data(), email, attachments(), text("language"), flag("send_to_unsubscribed")));
  }

  private static void put(
      Map<String, @Nullable Object> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  private static RuntimeException missing(String name) {
    return Parameters.wrong("Missing required field: \"" + name + "\"");
  }

  /** Digits alone are a number, also when they are written as a text. */
  private Message message() {
    return switch (body.get("transactional_message_id")) {
      case null -> new Message(null, null);
      case Long id when id > 0 && id <= Integer.MAX_VALUE -> new Message(id.intValue(), null);
      case String text when text.isBlank() -> new Message(null, null);
      case String text -> new Message(number(text), text.strip());
      default -> throw Parameters.wrong("\"transactional_message_id\" not found.");
    };
  }

  private static @Nullable Integer number(String text) {
    return text.strip().matches("[0-9]{1,9}") ? Integer.valueOf(text.strip()) : null;
  }

  private Identifier person() {
    if (!(body.get("identifiers") instanceof Map<?, ?> identifiers) || identifiers.isEmpty()) {
      throw missing("identifiers");
    }
    if (identifiers.size() > 1) {
      throw Parameters.wrong("\"identifiers\" must hold exactly one of id, email and cio_id.");
    }
    var entry = identifiers.entrySet().iterator().next();
    var value =
        switch (entry.getValue()) {
          case String text when !text.isBlank() && text.indexOf('\0') < 0 -> text;
          case Long number -> number.toString();
          case null, default -> throw missing("identifiers");
        };
    if (value.getBytes(StandardCharsets.UTF_8).length > 150) {
      throw Parameters.wrong("An identifier cannot be longer than 150 bytes.");
    }
    return switch (String.valueOf(entry.getKey())) {
      case "id" -> Identifier.id(value);
      case "email" -> Identifier.email(value);
      case "cio_id" -> Identifier.cioId(value);
      default ->
          throw Parameters.wrong("\"identifiers\" must hold exactly one of id, email and cio_id.");
    };
  }

  /** A text; null when it is absent or empty. */
  private @Nullable String text(String name) {
    return switch (body.get(name)) {
      case null -> null;
      case String text -> text.isEmpty() ? null : text;
      default -> throw Parameters.wrong("\"" + name + "\" must be a string.");
    };
  }

  private @Nullable Boolean flag(String name) {
    return switch (body.get(name)) {
      case null -> null;
      case Boolean flag -> flag;
      default -> throw Parameters.wrong("\"" + name + "\" must be true or false.");
    };
  }

  private Map<String, @Nullable Object> data() {
    var data = new LinkedHashMap<String, @Nullable Object>();
    switch (body.get("message_data")) {
      case null -> {}
      case Map<?, ?> map -> map.forEach((key, value) -> data.put((String) key, value));
      default -> throw Parameters.wrong("\"message_data\" must be an object.");
    }
    return data;
  }

  /** Now, when it has passed. */
  private @Nullable Instant sendAt(Instant now) {
    return switch (body.get("send_at")) {
      case null -> null;
      case Long seconds when seconds <= now.getEpochSecond() -> null;
      case Long seconds when seconds <= now.plus(FURTHEST).getEpochSecond() ->
          Instant.ofEpochSecond(seconds);
      case Long _ -> throw Parameters.wrong("\"send_at\" must be at most 90 days ahead.");
      default -> throw Parameters.wrong("\"send_at\" must be a time in Unix seconds.");
    };
  }

  /** What holds no Liquid can be looked at now; the rest is when it is rendered. */
  private static void checkAddresses(Map<String, @Nullable Object> email) {
    var recipients = 0;
    for (var name : List.of("to", "cc", "bcc", "from", "reply_to")) {
      if (!(email.get(name) instanceof String text) || text.contains("{")) {
        continue;
      }
      var addresses = EmailAddress.list(text).orElse(List.of());
      if (addresses.isEmpty()
          || addresses.size() > 1 && (name.equals("from") || name.equals("reply_to"))) {
        throw Parameters.wrong("\"" + name + "\" is not a well-formed address.");
      }
      if (!name.equals("from") && !name.equals("reply_to")) {
        recipients += addresses.size();
      }
    }
    if (recipients > MOST_RECIPIENTS) {
      throw Parameters.wrong(
          "\"to\", \"cc\" and \"bcc\" hold more than " + MOST_RECIPIENTS + " addresses.");
    }
  }

  /** An object, a list of names and values, or such a list as text; those that are ours are not. */
  static Map<String, String> headers(@Nullable Object json) {
    var headers = new LinkedHashMap<String, String>();
    switch (json) {
      case null -> {}
      case Map<?, ?> map -> map.forEach((name, value) -> header(headers, name, value));
      case List<?> list -> {
        for (var each : list) {
          if (!(each instanceof Map<?, ?> header)) {
            throw wrongHeaders();
          }
          header(headers, header.get("name"), header.get("value"));
        }
      }
      case String text when text.isBlank() -> {}
      case String text -> {
        try {
          headers.putAll(headers(JsonMapper.shared().readValue(text, List.class)));
        } catch (JacksonException noList) {
          throw wrongHeaders();
        }
      }
      default -> throw wrongHeaders();
    }
    return headers;
  }

  private static void header(
      Map<String, String> headers, @Nullable Object name, @Nullable Object value) {
    if (!(name instanceof String text)
        || !EmailHeaders.isName(text)
        || !(value instanceof String || value instanceof Number || value instanceof Boolean)
        || !StandardCharsets.US_ASCII.newEncoder().canEncode(value.toString())) {
      throw wrongHeaders();
    }
    if (!EmailHeaders.isReserved(text)) {
      headers.put(text, value.toString());
    }
  }

  private static RuntimeException wrongHeaders() {
    return Parameters.wrong("\"headers\" must be names and values in ASCII, names without spaces.");
  }

  private Map<String, String> attachments() {
    var attachments = new LinkedHashMap<String, String>();
    var value = body.get("attachments");
    if (value == null) {
      return attachments;
    }
    if (!(value instanceof Map<?, ?> files)) {
      throw Parameters.wrong("\"attachments\" must be an object.");
    }
    var bytes = 0L;
    for (var file : files.entrySet()) {
      var name = (String) file.getKey();
      var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      if (FORBIDDEN.contains(ending)) {
        throw new Problem.Forbidden(
                "Forbidden file type %s for attachment %s.".formatted(ending, name))
            .thrown();
      }
      if (!(file.getValue() instanceof String content)) {
        throw notBase64(name);
      }
      try {
        bytes += Base64.getDecoder().decode(content).length;
      } catch (IllegalArgumentException bad) {
        throw notBase64(name);
      }
      attachments.put(name, content);
    }
    if (bytes >= MOST_ATTACHED_BYTES) {
      throw new Problem.TooLarge("Total attachment size exceeds the limit").thrown();
    }
    return attachments;
  }

  private static RuntimeException notBase64(String name) {
    return Parameters.wrong("Attachment must be base64 encoded: \"" + name + "\"");
  }
}
