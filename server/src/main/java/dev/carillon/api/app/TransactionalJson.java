package dev.carillon.api.app;

import dev.carillon.messages.EmailReader;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.JsonFields;
import dev.carillon.messages.TransactionalContent;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Transactional messages as the App API shows and takes them (app-messaging §1.4, §1.5, §3). */
final class TransactionalJson {
  /** What a caller may change, by its name here and in a template. */
  private static final Map<String, String> WRITABLE =
      Map.of(
          "body", "body",
          "body_amp", "body_amp",
          "subject", "subject",
          "tracked", "tracked",
          "recipient", "to",
          "preheader_text", "preheader");

  private TransactionalJson() {}

  /**
   * @param untracked numbers of messages that are not tracked
   */
  static Map<String, @Nullable Object> message(
      TransactionalMessage message, Set<Integer> untracked) {
    var tracked = !untracked.contains(message.id());
    var draft = message.draft();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", message.id());
    json.put("name", draft.name());
    json.put("description", draft.description());
    json.put("send_to_unsubscribed", draft.sendToUnsubscribed());
    json.put("link_tracking", tracked);
    json.put("open_tracking", tracked);
    json.put("hide_message_body", draft.hideBody());
    json.put("queue_drafts", draft.queueDrafts());
    json.put("created_at", message.createdAt().getEpochSecond());
    json.put("updated_at", message.updatedAt().getEpochSecond());
    json.put("trigger_name", draft.triggerName());
    json.put("type", draft.channel());
    return json;
  }

  static Map<String, @Nullable Object> variant(
      TransactionalMessage message, TransactionalContent content) {
    var email = content.email();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", content.id());
    json.put("name", message.draft().name());
    json.put("language", content.language());
    json.put("type", message.draft().channel());
    json.put("created", content.createdAt().getEpochSecond());
    json.put("updated", content.updatedAt().getEpochSecond());
    json.put("body", email.body());
    json.put("body_amp", email.ampBody());
    json.put("from", email.from());
    json.put("from_id", null);
    json.put("reply_to", email.replyTo());
    json.put("reply_to_id", null);
    json.put("preprocessor", email.inlinesCss() ? "premailer" : "");
    json.put("recipient", email.to());
    json.put("subject", email.subject());
    json.put("cc", email.copies().cc());
    json.put("bcc", email.copies().bcc());
    json.put("fake_bcc", email.copies().fakeBcc());
    json.put("tracked", email.tracked());
    json.put("preheader_text", email.preheader());
    json.put("headers", headers(email.headers()));
    return json;
  }

  /** A list of names and values, as JSON inside a text (app-messaging §1.4). */
  static String headers(Map<String, String> headers) {
    var list = new ArrayList<Map<String, String>>();
    headers.forEach((name, value) -> {
      var header = new LinkedHashMap<String, String>();
      header.put("name", name);
      header.put("value", value);
      list.add(header);
    });
    return AttributesJson.printValue(list);
  }

  /**
   * What a mail says after a change; what is absent stays, what cannot be written is passed over.
   *
   * @throws dev.carillon.http.ProblemException 400 for what no mail can say
   */
  static EmailTemplate changed(EmailTemplate email, Map<String, @Nullable Object> change) {
    for (var name : List.of("from_id", "reply_to_id")) {
      if (change.get(name) != null) {
        throw Parameters.wrong("\"" + name + "\" not found.");
      }
    }
    var merged = new LinkedHashMap<String, @Nullable Object>();
    EmailReader.write(email, merged);
    WRITABLE.forEach((theirs, ours) -> {
      if (change.containsKey(theirs)) {
        merged.put(ours, change.get(theirs));
      }
    });
    if (change.containsKey("headers")) {
      merged.put("headers", SendBody.headers(change.get("headers")));
    }
    var faults = new ArrayList<Fault>();
    var template = EmailReader.read(new JsonFields(merged, "", faults), true);
    if (!faults.isEmpty()) {
      throw Parameters.wrong(faults.stream().map(Fault::toString).toList());
    }
    return template;
  }
}
