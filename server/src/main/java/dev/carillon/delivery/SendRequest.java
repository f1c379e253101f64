package dev.carillon.delivery;

import dev.carillon.messages.Attachment;
import dev.carillon.messages.EmailReader;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.JsonFields;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a caller said for one delivery (app-messaging §2.1, §2.2).
 *
 * @param data what its Liquid reads
 * @param email members of an e-mail that take the place of the template's, as {@link EmailReader}
 *     names them; absent: the template's
 * @param attachments file name → content in base64
 * @param language null: the person's
 * @param toUnsubscribed null: as the template says
 */
public record SendRequest(
    Map<String, @Nullable Object> data,
    Map<String, @Nullable Object> email,
    Map<String, String> attachments,
    @Nullable String language,
    @Nullable Boolean toUnsubscribed) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** The form to store. */
  public String json() {
    return JSON.writeValueAsString(this);
  }

  static SendRequest parse(String json) {
    return JSON.readValue(json, SendRequest.class);
  }

  /** What is sent: the caller's words in place of the template's. */
  EmailTemplate over(EmailTemplate template) {
    if (email.isEmpty()) {
      return template;
    }
    var merged = new LinkedHashMap<String, @Nullable Object>();
    EmailReader.write(template, merged);
    merged.putAll(email);
    return EmailReader.read(new JsonFields(merged, "", new ArrayList<>()), false);
  }

  List<Attachment> files() {
    return attachments.entrySet().stream()
        .map(each -> new Attachment(each.getKey(), Base64.getDecoder().decode(each.getValue())))
        .toList();
  }
}
