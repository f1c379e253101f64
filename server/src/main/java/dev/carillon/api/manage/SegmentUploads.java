package dev.carillon.api.manage;

import dev.carillon.api.manage.IdentifierColumn.Reason;
import dev.carillon.api.manage.IdentifierColumn.Row;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.PeopleQueries;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.segments.Fault;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * {@code …/segments/{id}/upload} and {@code /remove_upload}: people of a file are put into a manual
 * segment, or taken out. What a file names is looked up and logged a thousand rows at a time.
 */
final class SegmentUploads {
  /** Of a file, in bytes. */
  private static final int LONGEST_FILE = 10 * 1024 * 1024;

  private static final int AT_ONCE = 1_000;
  private static final int MOST_ERRORS = 1_000;
  private static final int LONGEST_SHOWN = 300;
  private static final int FILES_AT_ONCE = 2;

  private final Database database;
  private final SegmentRepository segments;
  private final PeopleQueries people;
  private final Intake intake;
  private final Semaphore files = new Semaphore(FILES_AT_ONCE);

  SegmentUploads(
      Database database, SegmentRepository segments, PeopleQueries people, Intake intake) {
    this.database = database;
    this.segments = segments;
    this.people = people;
    this.intake = intake;
  }

  Reply add(Access access, Request request) {
    return change(access, request, true);
  }

  Reply remove(Access access, Request request) {
    return change(access, request, false);
  }

  private Reply change(Access access, Request request, boolean add) {
    var kind = kind(request, access);
    var segment = manualSegment(access, request);
    if (!files.tryAcquire()) {
      throw new Problem.Unavailable("other files are being read; try again in a moment", 1)
          .thrown();
    }
    try {
      var rows = IdentifierColumn.read(request.body(LONGEST_FILE), kind);
      return Reply.json(202, Map.of("upload", take(access, segment, rows, add)));
    } finally {
      files.release();
    }
  }

  private static IdentifierKind kind(Request request, Access access) {
    return switch (PersonInQuery.idType(request)) {
      case null -> IdentifierKind.ID;
      case "id" -> IdentifierKind.ID;
      case "cio_id" -> IdentifierKind.CIO_ID;
      case "email" -> {
        if (!access.emailIdentifies()) {
          throw new Problem.BadRequest("email is not enabled as an identifier in this workspace")
              .thrown();
        }
        yield IdentifierKind.EMAIL;
      }
      default -> throw new Problem.BadRequest("id_type must be id, email or cio_id").thrown();
    };
  }

  private int manualSegment(Access access, Request request) {
    var id = PathIds.id(request, "segment");
    var segment =
        database
            .read(handle -> segments.find(handle, access.workspace(), id))
            .orElseThrow(() -> new Problem.NotFound("segment not found").thrown());
    if (!segment.manual()) {
      throw Bodies.invalid(
          "segment",
          List.of(
              new Fault("type", "must be manual: the conditions of this one decide who is in")));
    }
    return id;
  }

  private Map<String, Object> take(Access access, int segment, List<Row> rows, boolean add) {
    var wrong = new ArrayList<Row>();
    var good = new ArrayList<Row>();
    rows.forEach(each -> (each.wrong() == null ? good : wrong).add(each));
    var taken = 0;
    for (var from = 0; from < good.size(); from += AT_ONCE) {
      var part = good.subList(from, Math.min(good.size(), from + AT_ONCE));
      var known = known(access, part);
      var operations = new ArrayList<Operation>();
      for (var row : part) {
        var person = row.identifier();
        if (person != null && known.contains(person)) {
          operations.add(new Operation.Membership(access.workspace(), person, segment, add, false));
        } else {
          wrong.add(new Row(row.number(), row.value(), person, Reason.UNKNOWN));
        }
      }
      store(operations, part.getFirst().number());
      taken += operations.size();
    }
    wrong.sort(Comparator.comparingInt(Row::number));
    return answer(segment, rows.size(), taken, wrong);
  }

  private Set<Identifier> known(Access access, List<Row> rows) {
    var byKey = new LinkedHashMap<IdentifierKey, Identifier>();
    for (var row : rows) {
      var identifier = row.identifier();
      if (identifier != null) {
        byKey.put(IdentifierKey.of(access.workspace(), identifier), identifier);
      }
    }
    var known = people.known(access.workspace(), byKey.keySet());
    byKey.keySet().retainAll(known);
    return new HashSet<>(byKey.values());
  }

  private void store(List<Operation> operations, int row) {
    if (operations.isEmpty()) {
      return;
    }
    try {
      intake.accept(operations);
    } catch (IntakeUnavailable unavailable) {
      throw new Problem.Unavailable(
              "only rows before row %d are stored; sending the whole file again is safe"
                  .formatted(row),
              unavailable.retryAfterSeconds())
          .thrown();
    }
  }

  private static Map<String, Object> answer(int segment, int rows, int taken, List<Row> wrong) {
    var skipped = new EnumMap<Reason, Integer>(Reason.class);
    for (var reason : Reason.values()) {
      skipped.put(reason, 0);
    }
    var errors = new ArrayList<Map<String, Object>>();
    for (var row : wrong) {
      var reason = row.wrong();
      if (reason != null) {
        skipped.merge(reason, 1, Integer::sum);
        if (errors.size() < MOST_ERRORS) {
          var error = new LinkedHashMap<String, Object>();
          error.put("row", row.number());
          error.put("value", shown(row.value()));
          error.put("reason", word(reason));
          errors.add(error);
        }
      }
    }
    var counts = new LinkedHashMap<String, Object>();
    skipped.forEach((reason, count) -> counts.put(word(reason), count));
    var answer = new LinkedHashMap<String, Object>();
    answer.put("segment_id", segment);
    answer.put("rows", rows);
    answer.put("accepted", taken);
    answer.put("skipped", counts);
    answer.put("errors", errors);
    answer.put("errors_omitted", wrong.size() - errors.size());
    return answer;
  }

  private static String word(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  private static String shown(String value) {
    return value.codePointCount(0, value.length()) <= LONGEST_SHOWN
        ? value
        : value.substring(0, value.offsetByCodePoints(0, LONGEST_SHOWN));
  }
}
