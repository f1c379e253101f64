package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.liquid.Links;
import dev.carillon.messages.Email;
import dev.carillon.messages.EmailReader;
import dev.carillon.messages.EmailRenderer;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.EmailWarnings;
import dev.carillon.messages.JsonFields;
import dev.carillon.messages.MessageScope;
import dev.carillon.messages.Rendering;
import dev.carillon.messages.TransactionalContent;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.messages.Trigger;
import dev.carillon.people.CioId;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST …/preview?person=…}: what somebody would get, with what the author should look at.
 * Renders as sending does; sends and stores nothing.
 */
final class PreviewCalls {
  private static final String RESOURCE = "preview";
  private static final String DELIVERY = "preview";
  private static final int LONGEST_NAME = 1_000;
  private static final int MOST_ID = Integer.MAX_VALUE;

  /** A widespread mailbox program hides what is behind (M-60). */
  private static final int CLIPPED_BYTES = 102 * 1_024;

  private final Database database;
  private final TransactionalRepository messages;
  private final PersonInQuery people;
  private final EmailRenderer renderer;
  private final String defaultSender;
  private final InstantSource clock;

  /**
   * Renders by this clock.
   *
   * @param defaultSender of mails that name none
   */
  PreviewCalls(
      Database database,
      TransactionalRepository messages,
      PersonInQuery people,
      String defaultSender,
      InstantSource clock) {
    this.database = database;
    this.messages = messages;
    this.people = people;
    this.renderer = EmailRenderer.ofDrafts(clock);
    this.defaultSender = defaultSender;
    this.clock = clock;
  }

  /**
   * What a caller wants to see.
   *
   * @param content null: what the message of that number says
   */
  private record Wanted(
      @Nullable EmailTemplate content,
      @Nullable Integer messageId,
      @Nullable String language,
      Trigger trigger,
      @Nullable Map<String, @Nullable Object> data) {}

  /** A template with the name of its message. */
  private record Chosen(int id, String name, EmailTemplate template) {}

  Reply preview(Access access, Request request) {
    var wanted = wanted(request);
    var person = people.find(access, request);
    var customer = customer(person);
    var chosen = chosen(access, wanted, customer);
    var template = chosen.template().fromUnlessGiven(defaultSender);
    var scope =
        new MessageScope(
            customer,
            wanted.trigger(),
            wanted.data(),
            null,
            new MessageScope.Message(chosen.id(), chosen.name(), "email_action", null),
            DELIVERY,
            workspace(access),
            Links.inert());
    return Reply.json(
        200,
        Map.of(
            RESOURCE,
            answer(
                renderer.render(template, scope, Map.of()),
                EmailWarnings.of(template, scope, clock))));
  }

  private Map<String, @Nullable Object> answer(Rendering rendering, List<String> found) {
    var warnings = new ArrayList<>(found);
    var json = new LinkedHashMap<String, @Nullable Object>();
    switch (rendering) {
      case Rendering.Rendered(var email, _, _) -> {
        json.put("email", shown(email));
        json.put("error", null);
        warnings.addAll(size(email));
      }
      case Rendering.NoRecipient(var email, var reason) -> {
        json.put("email", shown(email));
        json.put("error", reason);
        warnings.addAll(size(email));
      }
      case Rendering.Failed(var reason) -> {
        json.put("email", null);
        json.put("error", reason);
      }
    }
    json.put("warnings", warnings);
    return json;
  }

  private static List<String> size(Email email) {
    var bytes = email.html().getBytes(StandardCharsets.UTF_8).length;
    return bytes <= CLIPPED_BYTES
        ? List.of()
        : List.of(
            "the body has %,d bytes; some mailbox programs hide what is behind the first %,d"
                .formatted(bytes, CLIPPED_BYTES));
  }

  private static Map<String, @Nullable Object> shown(Email email) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("from", email.from());
    json.put("reply_to", email.replyTo());
    json.put("to", email.recipient());
    json.put("cc", email.copies().cc());
    json.put("bcc", email.copies().bcc());
    json.put("subject", email.subject());
    json.put("preheader", email.preheader());
    json.put("body", email.html());
    json.put("body_plain", email.plain());
    json.put("body_amp", email.amp());
    json.put("headers", email.headers());
    return json;
  }

  private static Map<String, @Nullable Object> customer(Person person) {
    var customer = new LinkedHashMap<String, @Nullable Object>(person.attributes());
    customer.put("cio_id", CioId.of(person.personId()));
    return customer;
  }

  private MessageScope.Workspace workspace(Access access) {
    return new MessageScope.Workspace(
        access.workspace().value(),
        database.read(handle ->
            handle
                .createQuery("SELECT name FROM workspace WHERE workspace_id = :workspace")
                .bind("workspace", access.workspace().value())
                .mapTo(String.class)
                .one()));
  }

  private Chosen chosen(Access access, Wanted wanted, Map<String, @Nullable Object> customer) {
    var id = wanted.messageId();
    if (id == null) {
      var content = Objects.requireNonNull(wanted.content(), "one of the two is required");
      return new Chosen(TransactionalMessage.UNCATEGORIZED, RESOURCE, content);
    }
    return database.read(handle -> {
      var message =
          messages
              .find(handle, access.workspace(), id)
              .orElseThrow(() -> new Problem.NotFound("transactional message not found").thrown());
      var contents = messages.contents(handle, access.workspace(), id);
      var language = wanted.language() != null ? wanted.language() : customer.get("language");
      var template = wanted.content() != null ? wanted.content() : said(contents, language);
      return new Chosen(id, message.draft().name(), template);
    });
  }

  /** By exact language, else the default (M-120). */
  private static EmailTemplate said(
      List<TransactionalContent> contents, @Nullable Object language) {
    return contents.stream()
        .filter(each -> language instanceof String tag && each.language().equalsIgnoreCase(tag))
        .findFirst()
        .orElseGet(() ->
            contents.stream().filter(each -> each.language().isEmpty()).findFirst().orElseThrow())
        .email();
  }

  private Wanted wanted(Request request) {
    var faults = new ArrayList<Fault>();
    var fields = new JsonFields(Bodies.resource(request, RESOURCE), "", faults);
    var given = fields.object("content").orElse(null);
    var content = given == null ? null : EmailReader.read(given, true);
    if (given != null) {
      given.refuseOthers();
    }
    var id = fields.number("transactional_message_id", 1, MOST_ID);
    if (content == null && id.isEmpty() && faults.isEmpty()) {
      fields.fault("content", "is required, or transactional_message_id");
    }
    var wanted =
        new Wanted(
            content,
            id.isEmpty() ? null : (Integer) (int) id.getAsLong(),
            fields.text("language", LONGEST_NAME).orElse(null),
            trigger(fields),
            object(fields, "data"));
    fields.refuseOthers();
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    return wanted;
  }

  private Trigger trigger(JsonFields fields) {
    var event = fields.object("event").orElse(null);
    if (event == null) {
      return Trigger.NONE;
    }
    var name = event.text("name", LONGEST_NAME).orElse("");
    if (name.isEmpty()) {
      event.fault("name", "is required");
    }
    var data = object(event, "data");
    event.refuseOthers();
    return new Trigger(
        name, null, clock.instant().getEpochSecond(), data == null ? Map.of() : data);
  }

  private static @Nullable Map<String, @Nullable Object> object(JsonFields fields, String name) {
    var given = fields.object(name).map(JsonFields::whole).orElse(null);
    if (given == null) {
      return null;
    }
    var members = new LinkedHashMap<String, @Nullable Object>();
    given.forEach((key, value) -> members.put(String.valueOf(key), value));
    return members;
  }
}
