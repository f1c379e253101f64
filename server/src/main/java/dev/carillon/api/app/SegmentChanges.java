package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentJson;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST} and {@code DELETE /v1/segments…}: manual segments alone; dynamic ones are made and
 * deleted through management (app-data §4, S-3).
 */
final class SegmentChanges {
  private static final int LONGEST_BODY_BYTES = 64 * 1024;
  private static final JsonReader JSON = new JsonReader();

  private final Database database;
  private final SegmentRepository segments;
  private final CampaignRepository campaigns;

  SegmentChanges(Database database, SegmentRepository segments, CampaignRepository campaigns) {
    this.database = database;
    this.segments = segments;
    this.campaigns = campaigns;
  }

  Reply create(Access access, Request request) {
    var draft = draft(body(request));
    SegmentOutcome outcome =
        database.inTransaction(handle -> segments.create(handle, access.workspace(), draft));
    return answer(outcome);
  }

  Reply delete(Access access, Request request) {
    var id = Parameters.pathId(request, "segment");
    SegmentOutcome outcome =
        database.inTransaction(handle -> {
          // A segment never changes its kind, so this look holds for the deletion.
          var kind = segments.find(handle, access.workspace(), id).map(Segment::manual);
          if (kind.isPresent() && !kind.get()) {
            throw Parameters.wrong("only manual segments can be deleted here");
          }
          return segments.delete(handle, access.workspace(), id, campaigns::uses);
        });
    return answer(outcome);
  }

  private static Reply answer(SegmentOutcome outcome) {
    return switch (outcome) {
      case SegmentOutcome.Saved(var segment) ->
          Reply.json(200, Map.of("segment", SegmentJson.toMap(segment)));
      case SegmentOutcome.Deleted() -> Reply.empty(204);
      case SegmentOutcome.NoSuchSegment() -> throw Parameters.notFound("segment not found");
      case SegmentOutcome.NotBuilding(var why) -> throw new Problem.Conflict(why).thrown();
      case SegmentOutcome.InUse used -> throw new Problem.Conflict(used.sentence()).thrown();
      // Choice: the public description knows 400 alone here, no 422.
      case SegmentOutcome.Invalid(var faults) ->
          throw Parameters.wrong(faults.stream().map(each -> "segment." + each).toList());
    };
  }

  private static Map<?, ?> body(Request request) {
    Map<String, @Nullable Object> body;
    try {
      body = JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
    if (body.get("segment") instanceof Map<?, ?> segment) {
      return segment;
    }
    throw Parameters.wrong("the body must be an object that wraps the segment: {\"segment\": {…}}");
  }

  private static SegmentDraft draft(Map<?, ?> segment) {
    if (segment.get("name") == null) {
      throw Parameters.wrong("segment.name is required");
    }
    var type = segment.get("type");
    if (segment.get("conditions") != null || (type != null && !type.equals("manual"))) {
      throw Parameters.wrong("only manual segments, which have no conditions, can be made here");
    }
    return new SegmentDraft(text(segment, "name"), text(segment, "description"), List.of(), null);
  }

  private static String text(Map<?, ?> segment, String name) {
    return switch (segment.get(name)) {
      case null -> "";
      case String text -> text;
      default -> throw Parameters.wrong("segment." + name + " must be a text");
    };
  }
}
