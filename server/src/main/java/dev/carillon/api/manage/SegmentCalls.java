package dev.carillon.api.manage;

import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.http.Json;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.util.Map;
import java.util.stream.Stream;

/** {@code …/segments}. */
final class SegmentCalls {
  private final Database database;
  private final SegmentRepository segments;
  private final SegmentExplainer explainer;
  private final CampaignRepository campaigns;
  private final PersonInQuery person;

  SegmentCalls(
      Database database,
      SegmentRepository segments,
      SegmentExplainer explainer,
      CampaignRepository campaigns,
      PersonInQuery person) {
    this.database = database;
    this.segments = segments;
    this.explainer = explainer;
    this.campaigns = campaigns;
    this.person = person;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = database.read(handle -> segments.list(handle, access.workspace()));
    return Reply.json(200, pages.answer("segments", all, SegmentBody::toMap));
  }

  Reply create(Access access, Request request) {
    var draft = SegmentBody.draft(Bodies.resource(request, "segment"));
    return answer(
        database.inTransaction(handle -> segments.create(handle, access.workspace(), draft)));
  }

  Reply one(Access access, Request request) {
    return shown(find(access, request));
  }

  Reply update(Access access, Request request) {
    var id = PathIds.id(request, "segment");
    var draft = SegmentBody.draft(Bodies.resource(request, "segment"));
    return answer(
        database.inTransaction(handle -> segments.update(handle, access.workspace(), id, draft)));
  }

  Reply delete(Access access, Request request) {
    var id = PathIds.id(request, "segment");
    return answer(
        database.inTransaction(
            handle -> segments.delete(handle, access.workspace(), id, campaigns::uses)));
  }

  /** Everything that uses the segment, so that it cannot be deleted (S-9). */
  Reply usedBy(Access access, Request request) {
    var segment = find(access, request);
    var users =
        database.read(handle ->
            Stream.concat(
                    segments.uses(handle, access.workspace(), segment.id()).stream(),
                    campaigns.uses(handle, access.workspace(), segment.id()).stream())
                .map(use -> Map.of("kind", use.kind(), "id", use.id(), "name", use.name()))
                .toList());
    return Reply.json(200, Map.of("used_by", users));
  }

  Reply cancelBuild(Access access, Request request) {
    var id = PathIds.id(request, "segment");
    return answer(
        database.inTransaction(handle -> segments.cancelBuild(handle, access.workspace(), id)));
  }

  Reply explain(Access access, Request request) {
    var segment = find(access, request);
    var somebody = person.find(access, request);
    var explanation =
        database
            .read(handle ->
                explainer.explain(handle, access.workspace(), segment.id(), somebody.personId()))
            .orElseThrow(SegmentCalls::unknown);
    return Reply.json(200, Map.of("explanation", new Json.Raw(explanation.toJson().toString())));
  }

  private static Reply answer(SegmentOutcome outcome) {
    return switch (outcome) {
      case SegmentOutcome.Saved(var segment) -> shown(segment);
      case SegmentOutcome.Deleted() -> Reply.empty(204);
      case SegmentOutcome.Invalid(var faults) -> throw Bodies.invalid("segment", faults);
      case SegmentOutcome.NoSuchSegment() -> throw unknown();
      case SegmentOutcome.NotBuilding(var why) -> throw new Problem.Conflict(why).thrown();
      case SegmentOutcome.InUse used -> throw new Problem.Conflict(used.sentence()).thrown();
    };
  }

  private static Reply shown(Segment segment) {
    return Reply.json(200, Map.of("segment", SegmentBody.toMap(segment)));
  }

  private Segment find(Access access, Request request) {
    var id = PathIds.id(request, "segment");
    return database
        .read(handle -> segments.find(handle, access.workspace(), id))
        .orElseThrow(SegmentCalls::unknown);
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("segment not found").thrown();
  }
}
