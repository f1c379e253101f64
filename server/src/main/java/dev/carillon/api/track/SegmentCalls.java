package dev.carillon.api.track;

import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.PathIdentifier;
import dev.carillon.api.wire.Refused;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** People are put into manual segments, and taken out (track §5.3). */
final class SegmentCalls {
  private static final int MOST_IDS = 1000;
  private static final Pattern SEGMENT_ID = Pattern.compile("[0-9]{1,9}");

  private final Admission admission;
  private final ManualSegmentCheck segments;

  SegmentCalls(Admission admission, ManualSegmentCheck segments) {
    this.admission = admission;
    this.segments = segments;
  }

  Reply add(Request request) {
    return change(request, true);
  }

  Reply remove(Request request) {
    return change(request, false);
  }

  private Reply change(Request request, boolean add) {
    var access = admission.authorise(request);
    var kind = kind(request.query("id_type").orElse("id"), access);
    var ids = ids(admission.object(request));
    int segment = segment(request.segment("segment_id"), access);
    var people = new LinkedHashMap<String, Operation>();
    for (var id : ids) {
      identifier(kind, id, access)
          .ifPresent(person ->
              people.putIfAbsent(
                  person.key(),
                  new Operation.Membership(access.workspace(), person, segment, add)));
    }
    return admission.store(List.copyOf(people.values()));
  }

  private int segment(String text, Access access) {
    if (!SEGMENT_ID.matcher(text).matches()) {
      throw Refused.invalid("segment_id", "segment_id must be a whole number");
    }
    int segment = Integer.parseInt(text);
    if (!segments.isManual(access.workspace(), segment)) {
      throw Refused.unknown("segment_id", "segment_id names no manual segment");
    }
    return segment;
  }

  private static IdentifierKind kind(String word, Access access) {
    return switch (word) {
      case "id" -> IdentifierKind.ID;
      case "cio_id" -> IdentifierKind.CIO_ID;
      case "email" -> {
        if (!access.emailIdentifies()) {
          throw Refused.invalid("id_type", "email does not identify people in this workspace");
        }
        yield IdentifierKind.EMAIL;
      }
      default -> throw Refused.invalid("id_type", "id_type must be id, email or cio_id");
    };
  }

  private static List<?> ids(Map<String, @Nullable Object> body) {
    var ids = Members.list("ids", body.get("ids"));
    if (ids == null || ids.isEmpty()) {
      throw Refused.required("ids");
    }
    if (ids.size() > MOST_IDS) {
      throw Refused.limit("ids", "ids cannot have more than " + MOST_IDS + " entries");
    }
    return ids;
  }

  /** Entries that are no identifier of the kind are ignored. */
  private static Optional<Identifier> identifier(
      IdentifierKind kind, @Nullable Object entry, Access access) {
    var text =
        switch (entry) {
          case String string -> string;
          case Long number -> number.toString();
          case null, default -> "";
        };
    try {
      return switch (kind) {
        case ID, PHONE -> {
          PathIdentifier.checkId(text);
          yield text.isEmpty() ? Optional.empty() : Optional.of(Identifier.id(text));
        }
        case EMAIL -> Optional.of(PersonNames.email(text, access));
        case CIO_ID -> {
          PathIdentifier.checkId(text);
          yield text.isEmpty() ? Optional.empty() : Optional.of(PersonNames.cioId(text));
        }
      };
    } catch (Refused ignored) {
      return Optional.empty();
    }
  }
}
