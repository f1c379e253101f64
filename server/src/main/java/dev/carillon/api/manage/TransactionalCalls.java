package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.messages.EmailReader;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.JsonFields;
import dev.carillon.messages.TransactionalContent;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalMessage.Draft;
import dev.carillon.messages.TransactionalOutcome;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code …/transactional_messages}: what applications send to one person at a time. */
final class TransactionalCalls {
  private static final String RESOURCE = "transactional_message";
  private static final int LONGEST_NAME = 190;
  private static final int LONGEST_DESCRIPTION = 2_000;

  /** What an answer holds beyond what is written; taken and ignored when sent back. */
  private static final Set<String> READ_ONLY = Set.of("id", "type", "created_at", "updated_at");

  private final Database database;
  private final TransactionalRepository messages;

  TransactionalCalls(Database database, TransactionalRepository messages) {
    this.database = database;
    this.messages = messages;
  }

  /** A message with all it says. */
  private record Whole(TransactionalMessage message, List<TransactionalContent> contents) {}

  /** What a caller wants one to be. */
  private record Wanted(Draft draft, EmailTemplate content, Map<String, EmailTemplate> others) {}

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = database.read(handle -> messages.list(handle, access.workspace()));
    return Reply.json(200, pages.answer(RESOURCE + "s", all, message -> toMap(message, List.of())));
  }

  Reply one(Access access, Request request) {
    var id = PathIds.id(request, "transactional message");
    return database.read(handle ->
        messages
            .find(handle, access.workspace(), id)
            .map(found -> shown(whole(handle, found)))
            .orElseThrow(TransactionalCalls::unknown));
  }

  Reply create(Access access, Request request) {
    var wanted = wanted(request);
    return database.inTransaction(handle -> {
      var outcome = messages.create(handle, access.workspace(), wanted.draft, wanted.content);
      return answer(handle, outcome, wanted);
    });
  }

  /** Replaces everything an administrator decides; languages that are absent go. */
  Reply update(Access access, Request request) {
    var id = PathIds.id(request, "transactional message");
    var wanted = wanted(request);
    return database.inTransaction(handle -> {
      var outcome = messages.update(handle, access.workspace(), id, wanted.draft);
      if (outcome instanceof TransactionalOutcome.Saved(var saved)) {
        messages.say(handle, saved.workspace(), id, "", wanted.content);
        for (var content : messages.contents(handle, saved.workspace(), id)) {
          if (!content.language().isEmpty()) {
            messages.unsay(handle, saved.workspace(), id, content.language());
          }
        }
      }
      return answer(handle, outcome, wanted);
    });
  }

  Reply delete(Access access, Request request) {
    var id = PathIds.id(request, "transactional message");
    TransactionalOutcome outcome =
        database.inTransaction(handle -> messages.delete(handle, access.workspace(), id));
    if (outcome instanceof TransactionalOutcome.Deleted) {
      return Reply.empty(204);
    }
    throw unknown();
  }

  private Reply answer(Handle handle, TransactionalOutcome outcome, Wanted wanted) {
    return switch (outcome) {
      case TransactionalOutcome.Saved(var saved) -> {
        wanted.others.forEach((language, email) ->
            messages.say(handle, saved.workspace(), saved.id(), language, email));
        var now = messages.find(handle, saved.workspace(), saved.id()).orElseThrow();
        yield shown(whole(handle, now));
      }
      case TransactionalOutcome.NameTaken() ->
          throw new Problem.Conflict("another transactional message has this trigger name")
              .thrown();
      case TransactionalOutcome.TooMany(var sentence) ->
          throw new Problem.Conflict(sentence).thrown();
      case TransactionalOutcome.Deleted(), TransactionalOutcome.Unknown() -> throw unknown();
    };
  }

  private Whole whole(Handle handle, TransactionalMessage message) {
    return new Whole(message, messages.contents(handle, message.workspace(), message.id()));
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("transactional message not found").thrown();
  }

  private static Wanted wanted(Request request) {
    var faults = new ArrayList<Fault>();
    var fields = new JsonFields(Bodies.resource(request, RESOURCE), "", faults);
    fields.ignore(READ_ONLY);
    var name = fields.text("name", LONGEST_NAME).map(String::strip).orElse("");
    if (name.isEmpty() && faults.isEmpty()) {
      fields.fault("name", "is required");
    }
    var trigger = fields.text("trigger_name", LONGEST_NAME).map(String::strip).orElse("");
    if (trigger.matches("[0-9]+")) {
      fields.fault("trigger_name", "must not be a number: numbers name messages already");
    }
    var draft =
        new Draft(
            "email",
            name,
            fields.text("description", LONGEST_DESCRIPTION).orElse(""),
            trigger.isEmpty() ? null : trigger,
            fields.flag("send_to_unsubscribed", true),
            fields.flag("queue_drafts", false),
            fields.flag("hide_message_body", false));
    var content = content(fields);
    var others = LocalTexts.read(fields.whole(), "translations", faults, TransactionalCalls::email);
    fields.value("translations");
    fields.refuseOthers();
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    return new Wanted(draft, content, others);
  }

  private static EmailTemplate content(JsonFields fields) {
    var given = fields.object("content").orElse(null);
    if (given == null) {
      fields.fault("content", "is required");
      return EmailReader.read(new JsonFields(Map.of(), "content", new ArrayList<>()), false);
    }
    var email = EmailReader.read(given, true);
    given.refuseOthers();
    return email;
  }

  private static EmailTemplate email(Map<?, ?> json, String path, List<Fault> faults) {
    var fields = new JsonFields(json, path, faults);
    var email = EmailReader.read(fields, true);
    fields.refuseOthers();
    return email;
  }

  private static Reply shown(Whole whole) {
    return Reply.json(200, Map.of(RESOURCE, toMap(whole.message, whole.contents)));
  }

  /**
   * @param contents empty in a list, which shows none
   */
  private static Map<String, @Nullable Object> toMap(
      TransactionalMessage message, List<TransactionalContent> contents) {
    var draft = message.draft();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", message.id());
    json.put("type", draft.channel());
    json.put("name", draft.name());
    json.put("description", draft.description());
    json.put("trigger_name", draft.triggerName());
    json.put("send_to_unsubscribed", draft.sendToUnsubscribed());
    json.put("queue_drafts", draft.queueDrafts());
    json.put("hide_message_body", draft.hideBody());
    if (!contents.isEmpty()) {
      var translations = new LinkedHashMap<String, @Nullable Object>();
      for (var each : contents) {
        var content = new LinkedHashMap<String, @Nullable Object>();
        EmailReader.write(each.email(), content);
        if (each.language().isEmpty()) {
          json.put("content", content);
        } else {
          translations.put(each.language(), content);
        }
      }
      json.put("translations", translations);
    }
    json.put("created_at", message.createdAt().getEpochSecond());
    json.put("updated_at", message.updatedAt().getEpochSecond());
    return json;
  }
}
