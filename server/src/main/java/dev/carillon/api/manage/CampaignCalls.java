package dev.carillon.api.manage;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignChange;
import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.CampaignDeletion;
import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.CampaignExplanation;
import dev.carillon.campaigns.CampaignJson;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.StopMode;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.FactsReader;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;

/** {@code …/campaigns}. */
final class CampaignCalls {
  private static final String FUTURE = "future";

  private static final Duration COUNTING_PATIENCE = Duration.ofSeconds(5);
  private static final Duration COUNTING_LOOK = Duration.ofMillis(50);

  private final Database database;
  private final CampaignRepository campaigns;
  private final CampaignExplainer explainer;
  private final FactsReader facts;
  private final PersonInQuery person;

  CampaignCalls(
      Database database,
      CampaignRepository campaigns,
      CampaignExplainer explainer,
      FactsReader facts,
      PersonInQuery person) {
    this.database = database;
    this.campaigns = campaigns;
    this.explainer = explainer;
    this.facts = facts;
    this.person = person;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = campaigns.list(access.workspace(), 0, pages.reach());
    return Reply.json(200, pages.answer("campaigns", all, CampaignJson::toMap));
  }

  Reply create(Access access, Request request) {
    var definition = definition(CampaignJson.parse(Bodies.resource(request, "campaign")));
    return shown(campaigns.create(access.workspace(), definition));
  }

  Reply one(Access access, Request request) {
    return shown(find(access, request));
  }

  /** A body that carries another version than the present one was made from something outdated. */
  Reply update(Access access, Request request) {
    var present = find(access, request);
    var body = Bodies.resource(request, "campaign");
    if (body.get("version") instanceof Long version && version != present.version()) {
      throw outdated();
    }
    return answer(campaigns.update(present, definition(CampaignJson.parse(body, present))));
  }

  Reply delete(Access access, Request request) {
    return switch (campaigns.delete(access.workspace(), PathIds.id(request, "campaign"))) {
      case CampaignDeletion.Deleted() -> Reply.empty(204);
      case CampaignDeletion.InUse used -> throw new Problem.Conflict(used.sentence()).thrown();
      case CampaignDeletion.NoSuchCampaign() -> throw unknown();
    };
  }

  /**
   * Counting past events takes a moment even on a small base: waited for here, so that "save, then
   * start" works in one go.
   */
  private void awaitCounters(Access access, int id) {
    var end = System.nanoTime() + COUNTING_PATIENCE.toNanos();
    while (campaigns.counting(access.workspace(), id) && System.nanoTime() < end) {
      LockSupport.parkNanos(this, COUNTING_LOOK.toNanos());
    }
  }

  Reply start(Access access, Request request) {
    var id = PathIds.id(request, "campaign");
    var audience = Bodies.object(request).getOrDefault("audience", FUTURE);
    if ("current_and_future".equals(audience)) {
      throw invalid(
          "/audience",
          "audience current_and_future is not available yet: only people who match after the start"
              + " can enter, so audience must be future");
    }
    if (!FUTURE.equals(audience)) {
      throw invalid("/audience", "audience must be future");
    }
    awaitCounters(access, id);
    return answer(campaigns.start(access.workspace(), id));
  }

  Reply stop(Access access, Request request) {
    var id = PathIds.id(request, "campaign");
    var mode =
        Bodies.object(request).get("journeys") instanceof String word
            ? StopMode.ofWire(word).orElse(null)
            : null;
    if (mode == null) {
      throw invalid(
          "/journeys",
          "journeys must be exit, to end the journeys of people inside, or finish, to let them run"
              + " to their ends");
    }
    return answer(campaigns.stop(access.workspace(), id, mode));
  }

  Reply explain(Access access, Request request) {
    var campaign = find(access, request);
    var somebody = person.find(access, request);
    var explanation =
        database
            .read(handle -> explain(handle, campaign, somebody.personId()))
            .orElseThrow(() -> new Problem.NotFound("person not found").thrown());
    return Reply.json(200, Map.of("explanation", explanation.toMap()));
  }

  private Optional<CampaignExplanation> explain(Handle handle, Campaign campaign, long personId) {
    var compiled = campaigns.compiled(handle, campaign);
    var reads = compiled.reads();
    return facts
        .read(handle, campaign.workspace(), personId, reads.segments(), reads.surroundings())
        .map(known -> explainer.explain(handle, compiled, personId, known));
  }

  private static CampaignDefinition definition(CampaignJson.Parsed parsed) {
    return switch (parsed) {
      case CampaignJson.Parsed.Valid(var definition) -> definition;
      case CampaignJson.Parsed.Invalid(var faults) -> throw Bodies.invalid("campaign", faults);
    };
  }

  private static Reply answer(CampaignChange change) {
    return switch (change) {
      case CampaignChange.Changed(var campaign) -> shown(campaign);
      case CampaignChange.NotAllowed(var problems) -> throw Bodies.invalid("campaign", problems);
      case CampaignChange.Outdated() -> throw outdated();
      case CampaignChange.NoSuchCampaign() -> throw unknown();
    };
  }

  private static Reply shown(Campaign campaign) {
    return Reply.json(200, Map.of("campaign", CampaignJson.toMap(campaign)));
  }

  private Campaign find(Access access, Request request) {
    return campaigns
        .find(access.workspace(), PathIds.id(request, "campaign"))
        .orElseThrow(CampaignCalls::unknown);
  }

  private static RuntimeException invalid(String pointer, String detail) {
    return new Problem.Invalid(List.of(new Problem.Invalid.Fault(pointer, detail))).thrown();
  }

  private static RuntimeException outdated() {
    return new Problem.Conflict(
            "the campaign has been changed since it was read; read it again and repeat the change")
        .thrown();
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("campaign not found").thrown();
  }
}
