package dev.carillon.api.manage;

import dev.carillon.campaigns.CampaignExplainer;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.campaigns.ChangedTerms;
import dev.carillon.computed.ComputedAttributes;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.domains.DnsRecords;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.Handler;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PersonLookup;
import dev.carillon.privacy.ErasureRecords;
import dev.carillon.privacy.PersonExport;
import dev.carillon.processing.Intake;
import dev.carillon.processing.TurnableClock;
import dev.carillon.segments.FactsReader;
import dev.carillon.segments.SegmentExplainer;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.Subscribable.Kind;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The management API: segments, campaigns, forms, object types and subscriptions of a workspace are
 * written, campaigns are started and stopped, segments and campaigns are explained, people are put
 * into segments by file, exported and erased. Described by {@code GET /v1/openapi.json}.
 */
public final class ManageApi {
  private static final Logger LOG = LoggerFactory.getLogger(ManageApi.class);
  private static final String WORKSPACE = "/v1/environments/{workspace_id}";

  private final Credentials credentials;
  private final RateLimits limits;
  private final SegmentCalls segments;
  private final CampaignCalls campaigns;
  private final FormCalls forms;
  private final ObjectTypeCalls objectTypes;
  private final ComputedCalls computed;
  private final SubscriptionCalls topics;
  private final SubscriptionCalls channels;
  private final CenterCalls center;
  private final ClockCalls clock;
  private final SettingsCalls settings;
  private final PrivacyCalls privacy;
  private final SegmentUploads uploads;
  private final TransactionalCalls transactional;
  private final DomainCalls domains;
  private final MailTrapCalls mails;
  private final PreviewCalls previews;
  private final OpenApiDocument document = OpenApiDocument.read();

  /** What is managed. */
  public record Sources(
      Database database,
      SegmentRepository segments,
      SegmentExplainer segmentExplainer,
      CampaignRepository campaigns,
      CampaignExplainer campaignExplainer,
      FactsReader facts,
      PersonLookup people,
      FormRepository forms,
      ObjectTypes objectTypes,
      ComputedAttributes computed,
      PeopleQueries peopleQueries,
      Intake intake,
      Privacy privacy,
      SubscriptionRepository subscriptions,
      TransactionalRepository transactional,
      SendingDomains domains,
      DnsRecords dns,
      Mails mails) {}

  /**
   * What was sent.
   *
   * @param domain of message ids
   * @param defaultSender of mails that name none
   */
  public record Mails(
      DeliveryRepository deliveries, DeliveryIds ids, String domain, String defaultSender) {}

  /** How people are exported and erased; {@code ids} numbers the requests. */
  public record Privacy(PersonExport export, ErasureRecords records, IdRanges ids) {}

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes; a request counts once it is authorised
   * @param clock what time it is; one that can be turned may be turned by callers
   */
  public ManageApi(
      Credentials credentials, RateLimits limits, Sources sources, InstantSource clock) {
    var person = new PersonInQuery(sources.people);
    this.credentials = credentials;
    this.limits = limits;
    this.segments =
        new SegmentCalls(
            sources.database,
            sources.segments,
            sources.segmentExplainer,
            sources.campaigns,
            person);
    this.campaigns =
        new CampaignCalls(
            sources.database, sources.campaigns, sources.campaignExplainer, sources.facts, person);
    this.forms = new FormCalls(sources.forms);
    this.objectTypes = new ObjectTypeCalls(sources.objectTypes);
    this.computed = new ComputedCalls(sources.database, sources.computed);
    this.topics = new SubscriptionCalls(sources.database, sources.subscriptions, Kind.TOPIC);
    this.channels = new SubscriptionCalls(sources.database, sources.subscriptions, Kind.CHANNEL);
    this.center = new CenterCalls(sources.database);
    this.clock =
        new ClockCalls(
            clock instanceof TurnableClock turnable ? Optional.of(turnable) : Optional.empty());
    this.settings =
        new SettingsCalls(sources.database, new ChangedTerms(sources.segments, sources.campaigns));
    this.privacy = new PrivacyCalls(credentials, person, sources.privacy, sources.intake, clock);
    this.domains = new DomainCalls(sources.database, sources.domains, sources.dns);
    this.previews =
        new PreviewCalls(
            sources.database, sources.transactional, person, sources.mails.defaultSender(), clock);
    this.mails =
        new MailTrapCalls(sources.mails.deliveries(), sources.mails.ids(), sources.mails.domain());
    this.transactional = new TransactionalCalls(sources.database, sources.transactional);
    this.uploads =
        new SegmentUploads(
            sources.database, sources.segments, sources.peopleQueries, sources.intake);
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    var segment = WORKSPACE + "/segments/{id}";
    var campaign = WORKSPACE + "/campaigns/{id}";
    var domain = WORKSPACE + "/domains";
    var trap = WORKSPACE + "/mail_trap";
    var topic = WORKSPACE + "/subscription_topics";
    var channel = WORKSPACE + "/subscription_channels";
    var transactionalMessage = WORKSPACE + "/transactional_messages";
    return new RouteTable(new ErrorEnvelope(), "/v1/environments")
        .add("GET", "/v1/openapi.json", document::answer)
        .add("GET", WORKSPACE + "/segments", with(segments::list))
        .add("POST", WORKSPACE + "/segments", with(segments::create))
        .add("GET", segment, with(segments::one))
        .add("PUT", segment, with(segments::update))
        .add("DELETE", segment, with(segments::delete))
        .add("GET", segment + "/explain", with(segments::explain))
        .add("GET", segment + "/used_by", with(segments::usedBy))
        .add("POST", segment + "/cancel_build", with(segments::cancelBuild))
        .add("POST", segment + "/upload", with(uploads::add))
        .add("POST", segment + "/remove_upload", with(uploads::remove))
        .add("GET", WORKSPACE + "/customers/{id}/export", with(privacy::export))
        .add("POST", WORKSPACE + "/customers/{id}/erasure", with(privacy::erase))
        .add("GET", WORKSPACE + "/erasures", with(privacy::list))
        .add("GET", WORKSPACE + "/erasures/{id}", with(privacy::one))
        .add("GET", WORKSPACE + "/campaigns", with(campaigns::list))
        .add("POST", WORKSPACE + "/campaigns", with(campaigns::create))
        .add("GET", campaign, with(campaigns::one))
        .add("PUT", campaign, with(campaigns::update))
        .add("DELETE", campaign, with(campaigns::delete))
        .add("POST", campaign + "/start", with(campaigns::start))
        .add("POST", campaign + "/stop", with(campaigns::stop))
        .add("GET", campaign + "/explain", with(campaigns::explain))
        .add("GET", WORKSPACE + "/settings", with(settings::show))
        .add("PUT", WORKSPACE + "/settings", with(settings::change))
        .add("GET", WORKSPACE + "/forms", with(forms::list))
        .add("GET", WORKSPACE + "/forms/{form_id}", with(forms::one))
        .add("PUT", WORKSPACE + "/forms/{form_id}", with(forms::update))
        .add("GET", WORKSPACE + "/object_types", with(objectTypes::list))
        .add("POST", WORKSPACE + "/object_types", with(objectTypes::create))
        .add("GET", WORKSPACE + "/object_types/{id}", with(objectTypes::one))
        .add("PUT", WORKSPACE + "/object_types/{id}", with(objectTypes::update))
        .add("GET", WORKSPACE + "/computed_attributes", with(computed::list))
        .add("POST", WORKSPACE + "/computed_attributes", with(computed::create))
        .add("GET", WORKSPACE + "/computed_attributes/{id}", with(computed::one))
        .add("PUT", WORKSPACE + "/computed_attributes/{id}", with(computed::update))
        .add("DELETE", WORKSPACE + "/computed_attributes/{id}", with(computed::delete))
        .add("GET", transactionalMessage, with(transactional::list))
        .add("POST", transactionalMessage, with(transactional::create))
        .add("GET", transactionalMessage + "/{id}", with(transactional::one))
        .add("PUT", transactionalMessage + "/{id}", with(transactional::update))
        .add("DELETE", transactionalMessage + "/{id}", with(transactional::delete))
        .add("POST", WORKSPACE + "/preview", with(previews::preview))
        .add("GET", trap, with(mails::list))
        .add("GET", trap + "/{delivery_id}", with(mails::one))
        .add("GET", trap + "/{delivery_id}/source", with(mails::source))
        .add("GET", trap + "/{delivery_id}/parts/{part}", with(mails::part))
        .add("GET", domain, with(domains::list))
        .add("POST", domain, with(domains::create))
        .add("GET", domain + "/{id}", with(domains::one))
        .add("DELETE", domain + "/{id}", with(domains::delete))
        .add("POST", domain + "/{id}/verify", with(domains::verify))
        .add("GET", topic, with(topics::list))
        .add("POST", topic, with(topics::create))
        .add("GET", topic + "/{id}", with(topics::one))
        .add("PUT", topic + "/{id}", with(topics::update))
        .add("DELETE", topic + "/{id}", with(topics::delete))
        .add("GET", channel, with(channels::list))
        .add("POST", channel, with(channels::create))
        .add("GET", channel + "/{id}", with(channels::one))
        .add("PUT", channel + "/{id}", with(channels::update))
        .add("DELETE", channel + "/{id}", with(channels::delete))
        .add("GET", WORKSPACE + "/subscription_center", with(center::show))
        .add("PUT", WORKSPACE + "/subscription_center", with(center::change))
        .add("GET", WORKSPACE + "/clock", with(clock::show))
        .add("POST", WORKSPACE + "/clock", with(clock::advance));
  }

  /** Answers an authorised request. */
  @FunctionalInterface
  interface Call {
    Reply answer(Access access, Request request);
  }

  private Handler with(Call call) {
    return request -> ErrorEnvelope.uncached(call.answer(authorise(request), request));
  }

  /** A key opens its own workspace; of any other one it cannot tell whether it exists. */
  private Access authorise(Request request) {
    try {
      var access =
          credentials
              .app(request.header("authorization"))
              .orElseThrow(() -> new Problem.Unauthorised().thrown());
      limits.take(access.workspace().value());
      if (!request.segment("workspace_id").equals(Integer.toString(access.workspace().value()))) {
        throw new Problem.NotFound("workspace not found").thrown();
      }
      return access;
    } catch (CredentialsUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", 1).thrown();
    }
  }
}
