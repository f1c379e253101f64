package dev.carillon.api.app;

import dev.carillon.api.app.SendBody.Email;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.SendKeys;
import dev.carillon.delivery.SendKeys.Answered;
import dev.carillon.delivery.SendKeys.Key;
import dev.carillon.delivery.SendingSettings;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.EmailReader;
import dev.carillon.messages.JsonFields;
import dev.carillon.messages.TransactionalMessage;
import dev.carillon.messages.TransactionalMessage.Draft;
import dev.carillon.messages.TransactionalOutcome;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.PeopleQueries;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.store.Database;
import dev.carillon.store.Outage;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.SendMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/send/…} (app-messaging §2). What is accepted goes through the log, so it keeps
 * its place among the calls about the person, and is sent a moment later.
 *
 * <p>A call that says it is sent again ({@code X-Retry-Count}, the same body), and one with an
 * {@code Idempotency-Key}, is answered with the delivery of the first one and sends nothing more.
 */
final class SendCalls {
  private static final Logger LOG = LoggerFactory.getLogger(SendCalls.class);
  private static final int MOST_BYTES = 8 * 1_024 * 1_024;

  /** Choice: clients of one vendor wait at most five minutes before they try again. */
  private static final Duration SAME_BODY = Duration.ofMinutes(10);

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long LOOK_EVERY_MILLIS = 10;
  private static final int LONGEST_KEY = 255;

  private final Database database;
  private final Intake intake;
  private final IdRanges numbers;
  private final DeliveryIds ids;
  private final TransactionalRepository messages;
  private final PeopleQueries people;
  private final InstantSource clock;
  private final SendKeys keys = new SendKeys();
  private final SendingSettings settings;

  SendCalls(
      Database database,
      Intake intake,
      IdRanges numbers,
      DeliveryIds ids,
      TransactionalRepository messages,
      PeopleQueries people,
      InstantSource clock) {
    this.database = database;
    this.intake = intake;
    this.numbers = numbers;
    this.ids = ids;
    this.messages = messages;
    this.people = people;
    this.clock = clock;
    this.settings = new SendingSettings(database);
  }

  Reply send(Access access, Request request) {
    return switch (request.segment("kind")) {
      case "email" -> email(access, request);
      case "push" -> throw off("Push messaging is not enabled for your workspace.");
      case "sms" -> throw off("SMS messaging is not enabled for your workspace.");
      case "whatsapp" -> throw off("WhatsApp messaging is not enabled for your workspace.");
      case "in_app", "inbox_message" ->
          throw off("Account is not authorized for transactional messaging.");
      default -> throw new Problem.MethodNotAllowed(List.of()).thrown();
    };
  }

  private static RuntimeException off(String sentence) {
    return new Problem.Forbidden(sentence).thrown();
  }

  private Reply email(Access access, Request request) {
    var body = request.body(MOST_BYTES);
    var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var email = SendBody.email(body, now);
    if (settings.of(access.workspace()).sendMode() == SendMode.NEVER) {
      throw off("Workspace is set to \"Do Not Send.\"");
    }
    var message = message(access, email);
    if (email.person().kind() == IdentifierKind.CIO_ID
        && people.find(access.workspace(), email.person()).isEmpty()) {
      throw Parameters.wrong("\"identifiers\" names nobody.");
    }
    var repeat = repeat(request, body);
    var key = new Key(access.workspace(), HexFormat.of().formatHex(repeat.hash));
    if (repeat.sameFor.isPositive()) {
      var first = answered(key, now.minus(repeat.sameFor));
      if (first.isPresent()) {
        return reply(first.get(), email);
      }
    }
    var id = numbers.next();
    accept(operation(access, email, message, id, now, repeat));
    var answer =
        repeat.sameFor.isPositive()
            ? await(key, now.minus(repeat.sameFor))
            : Optional.<Answered>empty();
    return reply(answer.orElse(new Answered(key, id, now)), email);
  }

  private static Operation operation(
      Access access,
      Email email,
      @Nullable TransactionalMessage message,
      long id,
      Instant now,
      Repeat repeat) {
    var draft = email.draft();
    var forgotten = email.forgotten();
    var sendAt = email.sendAt();
    return new Operation.Send(
        access.workspace(),
        email.person(),
        id,
        now.toEpochMilli(),
        message == null ? TransactionalMessage.UNCATEGORIZED : message.id(),
        sendAt == null ? 0 : sendAt.toEpochMilli(),
        draft != null ? draft : message != null && message.draft().queueDrafts(),
        forgotten != null ? forgotten : message != null && message.draft().hideBody(),
        email.request().json(),
        repeat.hash,
        repeat.sameFor.toMillis());
  }

  /** The message that is sent; null for a call that says everything itself. */
  private @Nullable TransactionalMessage message(Access access, Email email) {
    var wanted = email.message();
    if (wanted.isNone()) {
      return null;
    }
    var id = wanted.id();
    var name = wanted.name();
    var found =
        database.<Optional<TransactionalMessage>, RuntimeException>read(handle -> {
          var byId =
              id == null
                  ? Optional.<TransactionalMessage>empty()
                  : messages.find(handle, access.workspace(), id);
          return byId.or(() ->
              name == null ? Optional.empty() : messages.named(handle, access.workspace(), name));
        });
    if (found.isPresent()) {
      return found.get();
    }
    if (!email.autoCreate() || name == null) {
      throw Parameters.wrong("\"transactional_message_id\" not found.");
    }
    return create(access, name);
  }

  /** An empty message of this name, which another call may have made a moment ago. */
  private TransactionalMessage create(Access access, String name) {
    var draft = new Draft("email", name, "", name, true, false, false);
    var empty = EmailReader.read(new JsonFields(Map.of(), "", new ArrayList<>()), false);
    return database.<TransactionalMessage, RuntimeException>inTransaction(handle ->
        switch (messages.create(handle, access.workspace(), draft, empty)) {
          case TransactionalOutcome.Saved(var saved) -> saved;
          case TransactionalOutcome.NameTaken() ->
              messages.named(handle, access.workspace(), name).orElseThrow();
          case TransactionalOutcome.TooMany(var sentence) -> throw Parameters.wrong(sentence);
          case TransactionalOutcome.Deleted(), TransactionalOutcome.Unknown() ->
              throw new IllegalStateException("a new message was not stored");
        });
  }

  /**
   * How a call may be the same as another.
   *
   * @param sameFor how far back; zero: it is a call of its own
   */
  private record Repeat(byte[] hash, Duration sameFor) {}

  private static Repeat repeat(Request request, byte[] body) {
    var given = request.header("idempotency-key");
    if (given != null && !given.isBlank()) {
      if (given.length() > LONGEST_KEY) {
        throw Parameters.wrong("An Idempotency-Key has at most " + LONGEST_KEY + " characters.");
      }
      return new Repeat(hash("key", given.getBytes(StandardCharsets.UTF_8)), SendKeys.KEPT);
    }
    var count = request.header("x-retry-count");
    var again = count != null && count.matches("[0-9]{1,6}") && Integer.parseInt(count) >= 1;
    return new Repeat(hash("email", body), again ? SAME_BODY : Duration.ZERO);
  }

  private static byte[] hash(String kind, byte[] content) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(kind.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(content);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("This Java runtime has no SHA-256", missing);
    }
  }

  private Optional<Answered> answered(Key key, Instant since) {
    return database
        .read(handle -> keys.find(handle, key))
        .filter(answer -> !answer.createdAt().isBefore(since));
  }

  /**
   * What the call was answered with: this one, or another that was accepted before it. Empty when
   * that is not known in time, also without a database: the call has been accepted and must not be
   * answered with an error (app-messaging §0.2).
   */
  private Optional<Answered> await(Key key, Instant since) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (System.nanoTime() < end) {
        var answer = answered(key, since);
        if (answer.isPresent()) {
          return answer;
        }
        Thread.sleep(LOOK_EVERY_MILLIS);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException failure) {
      if (!Outage.caused(failure)) {
        throw failure;
      }
      LOG.warn("a send was accepted, but the database is away: {}", failure.getMessage());
    }
    return Optional.empty();
  }

  private Reply reply(Answered answer, Email email) {
    var json = new LinkedHashMap<String, Object>();
    json.put("delivery_id", ids.text(answer.deliveryId(), answer.createdAt()));
    json.put("queued_at", answer.createdAt().getEpochSecond());
    var sendAt = email.sendAt();
    if (sendAt != null) {
      json.put("send_at", sendAt.getEpochSecond());
    }
    return Reply.json(200, json);
  }

  private void accept(Operation operation) {
    try {
      intake.accept(List.of(operation));
    } catch (IntakeUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", failure.retryAfterSeconds()).thrown();
    }
  }
}
