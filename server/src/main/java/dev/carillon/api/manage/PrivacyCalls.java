package dev.carillon.api.manage;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.privacy.ErasureMode;
import dev.carillon.privacy.ErasureRecord;
import dev.carillon.privacy.ErasureRequest;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.segments.Fault;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code …/customers/{id}/export}, {@code …/customers/{id}/erasure} and {@code …/erasures}. */
final class PrivacyCalls {
  private static final String RESOURCE = "erasure";
  private static final int LONGEST_REASON = 500;
  private static final int SHORTEST_TELLING_ID = 5;
  private static final int BUSY_SECONDS = 10;
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");

  private final Credentials credentials;
  private final PersonInQuery person;
  private final ManageApi.Privacy privacy;
  private final Intake intake;
  private final InstantSource clock;

  PrivacyCalls(
      Credentials credentials,
      PersonInQuery person,
      ManageApi.Privacy privacy,
      Intake intake,
      InstantSource clock) {
    this.credentials = credentials;
    this.person = person;
    this.privacy = privacy;
    this.intake = intake;
    this.clock = clock;
  }

  /** Everything stored about a person, as a file that is written while it is sent. */
  Reply export(Access access, Request request) {
    var somebody = person.inPath(access, request);
    return Reply.stream(
            200,
            "application/json; charset=utf-8",
            out -> {
              switch (privacy.export().write(access.workspace(), somebody.personId(), out)) {
                case WRITTEN -> {}
                case NOBODY -> throw new Problem.NotFound("person not found").thrown();
                case BUSY ->
                    throw new Problem.Unavailable(
                            "too many exports are running; try again in a moment", BUSY_SECONDS)
                        .thrown();
              }
            })
        .with(
            "content-disposition",
            "attachment; filename=\"person-%s.json\"".formatted(CioId.of(somebody.personId())));
  }

  /**
   * Asks to forget a person. The request is in the log before its record is written: if we crash in
   * between, the record comes with the request's turn.
   */
  Reply erase(Access access, Request request) {
    var credential =
        credentials
            .appCredential(request.header("authorization"))
            .orElseThrow(() -> new Problem.Unauthorised().thrown());
    var somebody = person.inPath(access, request);
    var body = Bodies.resource(request, RESOURCE);
    var faults = new ArrayList<Fault>();
    var mode = mode(body.get("mode"), faults);
    var reason = reason(body.get("reason"), somebody, faults);
    for (var key : body.keySet()) {
      if (!key.equals("mode") && !key.equals("reason")) {
        faults.add(new Fault(key, "is not known here; known are mode, reason"));
      }
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    var operation =
        new Operation.Erase(
            access.workspace(),
            named(request, somebody),
            somebody.personId(),
            privacy.ids().next(),
            mode,
            reason,
            credential);
    try {
      intake.accept(List.of(operation));
    } catch (IntakeUnavailable unavailable) {
      throw new Problem.Unavailable("service unavailable", unavailable.retryAfterSeconds())
          .thrown();
    }
    var accepted = operation.request(clock.instant());
    privacy.records().accept(accepted);
    return Reply.json(202, Map.of(RESOURCE, toMap(record(access, accepted))));
  }

  private ErasureRecord record(Access access, ErasureRequest accepted) {
    return privacy
        .records()
        .find(access.workspace(), accepted.id())
        .orElseThrow(
            () -> new IllegalStateException("erasure " + accepted.id() + " has no record"));
  }

  /** As the caller named the person, which is what keeps the calls about somebody in order. */
  private static Identifier named(Request request, Person person) {
    var name = request.segment("id");
    var idType = PersonInQuery.idType(request);
    if ("email".equals(idType)) {
      return Identifier.email(name);
    }
    return !"cio_id".equals(idType) && name.equals(person.attributes().get("id"))
        ? Identifier.id(name)
        : Identifier.cioId(CioId.of(person.personId()));
  }

  private static ErasureMode mode(@Nullable Object value, List<Fault> faults) {
    var mode =
        value instanceof String word ? ErasureMode.ofWire(word) : Optional.<ErasureMode>empty();
    if (mode.isEmpty()) {
      faults.add(
          new Fault(
              "mode",
              "must be erase, so that nothing about the person is left, or anonymise, so that what is counted stays"));
    }
    return mode.orElse(ErasureMode.ERASE);
  }

  /** The reason is kept for good, so it cannot name the person. */
  private static String reason(@Nullable Object value, Person person, List<Fault> faults) {
    return switch (value) {
      case null -> "";
      case String text when text.length() <= LONGEST_REASON && text.indexOf('\0') < 0 -> {
        if (names(text, person)) {
          faults.add(new Fault("reason", "must not name the person: it is kept as proof"));
        }
        yield text;
      }
      default -> {
        faults.add(
            new Fault("reason", "must be a text of up to " + LONGEST_REASON + " characters"));
        yield "";
      }
    };
  }

  private static boolean names(String text, Person person) {
    var names = person.names();
    var lower = text.toLowerCase(Locale.ROOT);
    var email = names.email();
    var id = names.id();
    return (email != null && lower.contains(email.toLowerCase(Locale.ROOT)))
        || (id != null && id.length() >= SHORTEST_TELLING_ID && text.contains(id))
        || lower.contains(names.cioId());
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var name = request.query("identifier").orElse("");
    var found =
        name.isEmpty()
            ? privacy.records().list(access.workspace(), pages.offset(), pages.size() + 1)
            : privacy
                .records()
                .list(
                    access.workspace(),
                    identifiers(name, request),
                    pages.offset(),
                    pages.size() + 1);
    return Reply.json(200, pages.page("erasures", found, PrivacyCalls::toMap));
  }

  /** What the caller may mean, as {@code id_type} is understood elsewhere. */
  private static List<Identifier> identifiers(String name, Request request) {
    return switch (PersonInQuery.idType(request)) {
      case null ->
          name.startsWith("cio_")
              ? List.of(Identifier.id(name), cioId(name))
              : List.of(Identifier.id(name));
      case "id" -> List.of(Identifier.id(name));
      case "email" -> List.of(Identifier.email(name));
      case "cio_id" -> List.of(cioId(name));
      default -> throw new Problem.BadRequest("id_type must be id, email or cio_id").thrown();
    };
  }

  private static Identifier cioId(String name) {
    return Identifier.cioId(name.startsWith("cio_") ? name.substring(4) : name);
  }

  Reply one(Access access, Request request) {
    var text = request.segment("id");
    if (!WHOLE.matcher(text).matches()) {
      throw new Problem.BadRequest("the id of an erasure is a whole number").thrown();
    }
    return privacy
        .records()
        .find(access.workspace(), Long.parseLong(text))
        .map(found -> Reply.json(200, Map.of(RESOURCE, toMap(found))))
        .orElseThrow(() -> new Problem.NotFound("erasure not found").thrown());
  }

  private static Map<String, @Nullable Object> toMap(ErasureRecord erasure) {
    var request = erasure.request();
    var waiting = erasure.waiting();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", Long.toString(request.id()));
    json.put("mode", request.mode().wire());
    json.put("reason", request.reason());
    json.put(
        "state",
        erasure.failedAt() != null
            ? "failed"
            : erasure.completedAt() != null ? "completed" : "running");
    json.put("requested_at", request.requestedAt().getEpochSecond());
    json.put("requested_by", request.credentialId());
    json.put("removed_at", seconds(erasure.removedAt()));
    json.put("completed_at", seconds(erasure.completedAt()));
    json.put("waiting_for", waiting == null ? null : waiting.name().toLowerCase(Locale.ROOT));
    json.put("log_gone_by", seconds(erasure.logGoneBy()));
    json.put(
        "identifiers",
        erasure.identifiers().stream()
            .map(each -> Map.of("type", each.type(), "hash", each.hash().toString()))
            .toList());
    json.put("tables", erasure.tables().stream().map(PrivacyCalls::toMap).toList());
    return json;
  }

  private static Map<String, @Nullable Object> toMap(ErasureRecord.Table table) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("table", table.name());
    json.put("removed", table.removed());
    json.put("anonymised", table.anonymised());
    json.put("remaining", table.remaining());
    return json;
  }

  private static @Nullable Long seconds(@Nullable Instant at) {
    return at == null ? null : at.getEpochSecond();
  }
}
