package dev.carillon.delivery;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.carillon.messages.Copies;
import dev.carillon.messages.Email;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A rendered mail as {@code delivery_content.content} keeps it, named as the App API shows it. */
record StoredEmail(
    String from,
    @JsonProperty("reply_to") String replyTo,
    String recipient,
    String subject,
    String body,
    @JsonProperty("body_plain") String bodyPlain,
    @JsonProperty("preheader_text") String preheaderText,
    Map<String, String> headers,
    @Nullable String cc,
    @Nullable String bcc,
    @JsonProperty("fake_bcc") @Nullable Boolean fakeBcc,
    @JsonProperty("body_amp") @Nullable String bodyAmp) {
  private static final JsonMapper JSON = JsonMapper.shared();

  static String json(Email email) {
    return JSON.writeValueAsString(
        new StoredEmail(
            email.from(),
            email.replyTo(),
            email.recipient(),
            email.subject(),
            email.html(),
            email.plain(),
            email.preheader(),
            email.headers(),
            email.copies().cc(),
            email.copies().bcc(),
            email.copies().fakeBcc(),
            email.amp()));
  }

  static Email parse(String json) {
    var stored = JSON.readValue(json, StoredEmail.class);
    return new Email(
        stored.from,
        stored.replyTo,
        stored.recipient,
        stored.subject,
        stored.body,
        stored.bodyPlain,
        stored.preheaderText,
        stored.headers,
        new Copies(
            Objects.requireNonNullElse(stored.cc, ""),
            Objects.requireNonNullElse(stored.bcc, ""),
            Boolean.TRUE.equals(stored.fakeBcc)),
        List.of(),
        Objects.requireNonNullElse(stored.bodyAmp, ""));
  }
}
