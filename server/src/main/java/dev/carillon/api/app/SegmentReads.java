package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentJson;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SegmentRepository.Member;
import dev.carillon.segments.SegmentUse;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/segments…}: segments and who is in them (app-data §4, §2.6). */
final class SegmentReads {
  /** A statement of one of these reads takes seconds only while a large segment is built. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Database database;
  private final SegmentRepository segments;
  private final CampaignRepository campaigns;
  private final PeopleReads people;

  SegmentReads(
      Database database,
      SegmentRepository segments,
      CampaignRepository campaigns,
      PeopleReads people) {
    this.database = database;
    this.segments = segments;
    this.campaigns = campaigns;
    this.people = people;
  }

  Reply list(Access access, Request request) {
    var all =
        database.read(handle -> segments.list(handle, access.workspace())).stream()
            .map(SegmentReads::whole)
            .toList();
    return Reply.json(200, Map.of("segments", all));
  }

  Reply one(Access access, Request request) {
    return Reply.json(200, Map.of("segment", whole(find(access, request))));
  }

  Reply count(Access access, Request request) {
    var json = new LinkedHashMap<String, Object>();
    snapshot(handle -> {
      var segment = find(handle, access, request);
      json.put("segment_id", segment.id());
      return json.put("count", segments.count(handle, segment));
    });
    return Reply.json(200, json);
  }

  Reply members(Access access, Request request) {
    var segmentId = Parameters.pathId(request, "segment");
    var list = PageCursor.MEMBERS.asked(access.workspace(), segmentId);
    var limit = Parameters.limit(request, 1_000, 30_000);
    var found =
        snapshot(handle -> {
          var segment = find(handle, access, request);
          var start = list.start(request);
          return segments.members(
              handle, access.workspace(), segment, start == null ? 0 : start[0], limit + 1);
        });
    var page = found.subList(0, Math.min(limit, found.size()));
    var json = new LinkedHashMap<String, Object>();
    json.put("segment_id", segmentId);
    json.put(
        "ids",
        page.stream().map(each -> Objects.requireNonNullElse(names(each).id(), "")).toList());
    json.put("identifiers", page.stream().map(each -> identifiers(access, names(each))).toList());
    json.put("next", found.size() > limit ? list.text(page.getLast().personId()) : "");
    return Reply.json(200, json);
  }

  private <T> T snapshot(HandleCallback<T, RuntimeException> work) {
    try {
      return database.snapshot(LONGEST, work);
    } catch (JdbiException failure) {
      if (Database.tookTooLong(failure)) {
        throw new Problem.Unavailable("the segment is being built, try again later", 60).thrown();
      }
      throw failure;
    }
  }

  /** Newsletters are none of the things there are (app-data §4). */
  Reply usedBy(Access access, Request request) {
    var segment = find(access, request);
    var users =
        database.read(handle -> campaigns.uses(handle, access.workspace(), segment.id())).stream()
            .map(SegmentUse::id)
            .toList();
    var usedBy = new LinkedHashMap<String, Object>();
    usedBy.put("campaigns", users);
    usedBy.put("sent_newsletters", List.of());
    usedBy.put("draft_newsletters", List.of());
    var json = new LinkedHashMap<String, Object>();
    json.put("segment_id", segment.id());
    json.put("used_by", usedBy);
    return Reply.json(200, json);
  }

  private static Names names(Member member) {
    return new Names(member.personId(), member.id(), member.email());
  }

  private static Map<String, @Nullable Object> identifiers(Access access, Names names) {
    var identifiers = CustomerJson.identifiers(names);
    if (!access.emailIdentifies()) {
      identifiers.remove("email");
    }
    return identifiers;
  }

  Reply ofPerson(Access access, Request request) {
    var person = people.find(access, request);
    List<Segment> found =
        database.read(handle -> segments.ofPerson(handle, access.workspace(), person.personId()));
    return Reply.json(200, Map.of("segments", found.stream().map(SegmentReads::brief).toList()));
  }

  /**
   * One whose first build was cancelled is finished: nobody is in it, and nothing is done about it.
   */
  private static String state(Segment segment) {
    return segment.state() == Segment.State.CANCELLED ? "finished" : SegmentJson.state(segment);
  }

  private static Map<String, @Nullable Object> whole(Segment segment) {
    var json = SegmentJson.toMap(segment);
    json.put("state", state(segment));
    return json;
  }

  private static Map<String, Object> brief(Segment segment) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", segment.id());
    json.put("name", segment.name());
    json.put("description", segment.description());
    json.put("type", segment.manual() ? "manual" : "dynamic");
    json.put("state", state(segment));
    return json;
  }

  private Segment find(Access access, Request request) {
    return database.read(handle -> find(handle, access, request));
  }

  private Segment find(Handle handle, Access access, Request request) {
    return segments
        .find(handle, access.workspace(), Parameters.pathId(request, "segment"))
        .orElseThrow(() -> Parameters.notFound("segment not found"));
  }
}
