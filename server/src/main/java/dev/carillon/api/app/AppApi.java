package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.EspSuppressions;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.Handler;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.log.IdRanges;
import dev.carillon.messages.TransactionalRepository;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.search.PeopleSearch;
import dev.carillon.processing.Intake;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.reporting.WorkspaceUsage;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.SubscriptionRepository;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The App API: people, objects, segments, subscriptions, campaigns and messages are read and looked
 * for; manual segments, suppressed addresses, opt-outs and deletions of people are written
 * (app-data, app-messaging). A key opens one workspace; what belongs to another one is unknown.
 */
public final class AppApi {
  private static final Logger LOG = LoggerFactory.getLogger(AppApi.class);

  private final Credentials credentials;
  private final RateLimits limits;
  private final RateLimits sendLimits;
  private final PeopleReads people;
  private final SendCalls sends;
  private final PeopleSearchCalls search;
  private final PeopleChanges peopleChanges;
  private final PersonMessages personMessages;
  private final OptOutReads optOuts;
  private final SubscriptionReads subscriptions;
  private final EspCalls esp;
  private final InfoReads info;
  private final ActivityReads activities;
  private final DataIndexCalls dataIndex;
  private final SegmentReads segments;
  private final SegmentChanges segmentChanges;
  private final CampaignReads campaigns;
  private final LinkMetricReads linkMetrics;
  private final MessageReads messages;
  private final ObjectReads objects;
  private final TransactionalReads transactional;

  /** Where the answers come from, and where changes go. */
  public record Sources(
      Database database,
      Intake intake,
      PeopleQueries people,
      ActivityQueries activities,
      WorkspaceActivities workspaceActivities,
      AttributeNames attributeNames,
      EventNames eventNames,
      SegmentRepository segments,
      SubscriptionRepository subscriptions,
      CampaignRepository campaigns,
      CampaignMetrics metrics,
      DeliveryRepository deliveries,
      DeliveryIds deliveryIds,
      ObjectTypes objectTypes,
      ObjectQueries objects,
      TransactionalRepository transactional,
      IdRanges numbers) {}

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes but those that send; a request counts once it is authorised
   * @param sendLimits of the routes that send
   */
  public AppApi(
      AppSettings settings,
      Credentials credentials,
      RateLimits limits,
      RateLimits sendLimits,
      Sources sources,
      InstantSource clock) {
    var database = sources.database;
    var messageJson = new MessageJson(sources.deliveryIds, sources.people);
    this.credentials = credentials;
    this.limits = limits;
    this.sendLimits = sendLimits;
    this.sends =
        new SendCalls(
            database,
            sources.intake,
            sources.numbers,
            sources.deliveryIds,
            sources.transactional,
            sources.people,
            clock);
    var peopleSearch = new PeopleSearch(database);
    this.people = new PeopleReads(database, sources.people, peopleSearch, sources.activities);
    this.search = new PeopleSearchCalls(peopleSearch);
    this.peopleChanges = new PeopleChanges(people, sources.intake);
    this.personMessages = new PersonMessages(people, sources.deliveries, messageJson, clock);
    this.optOuts = new OptOutReads(database, people, sources.people);
    this.subscriptions = new SubscriptionReads(database, sources.subscriptions, people);
    this.esp = new EspCalls(new EspSuppressions(database, clock));
    this.info = new InfoReads(settings.egressAddresses(), new WorkspaceUsage(database, clock));
    this.activities =
        new ActivityReads(
            people,
            sources.people,
            sources.objects,
            sources.activities,
            sources.workspaceActivities,
            new ActivityJson(sources.deliveryIds));
    this.dataIndex = new DataIndexCalls(sources.attributeNames, sources.eventNames);
    this.segments = new SegmentReads(database, sources.segments, sources.campaigns, people);
    this.segmentChanges = new SegmentChanges(database, sources.segments, sources.campaigns);
    this.objects = new ObjectReads(sources.objectTypes, sources.objects, people);
    this.campaigns = new CampaignReads(sources.campaigns, sources.metrics, clock);
    this.transactional =
        new TransactionalReads(
            database,
            sources.transactional,
            sources.metrics,
            sources.deliveries,
            messageJson,
            clock);
    this.linkMetrics =
        new LinkMetricReads(database, sources.campaigns, sources.transactional, clock);
    this.messages = new MessageReads(sources.deliveries, sources.deliveryIds, messageJson);
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    var customer = "/v1/customers/{id}";
    var transactionalMessage = "/v1/transactional/{id}";
    return new RouteTable(new ErrorEnvelope(), "/v1")
        .add("GET", "/v1/customers", with(people::byEmail))
        .add("POST", "/v1/customers", with(search::search))
        .add("POST", "/v1/customers/attributes", with(people::many))
        .add("GET", customer, with(people::attributes))
        .add("DELETE", customer, with(peopleChanges::delete))
        .add("GET", customer + "/attributes", with(people::attributes))
        .add("GET", customer + "/segments", with(segments::ofPerson))
        .add("GET", customer + "/messages", with(personMessages::list))
        .add("GET", customer + "/activities", with(activities::ofPerson))
        .add("GET", customer + "/relationships", with(objects::ofPerson))
        .add("GET", customer + "/subscription_preferences", with(subscriptions::preferences))
        .add("GET", customer + "/optouts", with(optOuts::ofPerson))
        .add("PUT", customer + "/optouts", with(peopleChanges::optOuts))
        .add("GET", "/v1/optouts", with(optOuts::ofWorkspace))
        .add("GET", "/v1/activities", with(activities::all))
        .add("POST", "/v1/data_index/attributes", with(dataIndex::attributes))
        .add("POST", "/v1/data_index/events", with(dataIndex::events))
        .add("GET", "/v1/object_types", with(objects::types))
        .add("POST", "/v1/objects", with(objects::search))
        .add("GET", "/v1/objects/{type}/{id}/attributes", with(objects::attributes))
        .add("GET", "/v1/objects/{type}/{id}/relationships", with(objects::relationships))
        .add("GET", "/v1/segments", with(segments::list))
        .add("POST", "/v1/segments", with(segmentChanges::create))
        .add("GET", "/v1/segments/{id}", with(segments::one))
        .add("DELETE", "/v1/segments/{id}", with(segmentChanges::delete))
        .add("GET", "/v1/segments/{id}/used_by", with(segments::usedBy))
        .add("GET", "/v1/segments/{id}/membership", with(segments::members))
        .add("GET", "/v1/segments/{id}/customer_count", with(segments::count))
        .add("GET", "/v1/subscription_topics", with(subscriptions::topics))
        .add("GET", "/v1/subscription_channels", with(subscriptions::channels))
        .add("GET", "/v1/esp/search_suppression/{email}", with(esp::search))
        .add("GET", "/v1/esp/suppression/{type}", with(esp::ofKind))
        .add("GET", "/v1/esp/domains/{domain}/suppression/{type}", with(esp::ofDomain))
        .add("POST", "/v1/esp/suppression/{type}/{email}", with(esp::suppress))
        .add("DELETE", "/v1/esp/suppression/{type}/{email}", with(esp::free))
        .add("GET", "/v1/info/ip_addresses", open(info::addresses))
        .add("GET", "/v1/workspaces", with(info::workspaces))
        .add("GET", "/v1/campaigns", with(campaigns::list))
        .add("GET", "/v1/campaigns/{id}", with(campaigns::one))
        .add("GET", "/v1/campaigns/{id}/metrics", with(campaigns::metrics))
        .add("GET", "/v1/transactional", with(transactional::list))
        .add("GET", transactionalMessage, with(transactional::one))
        .add("GET", transactionalMessage + "/contents", with(transactional::contents))
        .add("GET", transactionalMessage + "/contents/{content_id}", with(transactional::content))
        .add(
            "PUT",
            transactionalMessage + "/contents/{content_id}",
            with(transactional::changeContent))
        .add(
            "PUT",
            transactionalMessage + "/content/{content_id}",
            with(transactional::changeContent))
        .add("GET", transactionalMessage + "/language", with(transactional::standard))
        .add("GET", transactionalMessage + "/language/", with(transactional::standard))
        .add("PUT", transactionalMessage + "/language", with(transactional::changeStandard))
        .add("PUT", transactionalMessage + "/language/", with(transactional::changeStandard))
        .add("GET", transactionalMessage + "/language/{language}", with(transactional::language))
        .add(
            "PUT",
            transactionalMessage + "/language/{language}",
            with(transactional::changeLanguage))
        .add("GET", transactionalMessage + "/metrics", with(transactional::metrics))
        .add("GET", transactionalMessage + "/messages", with(transactional::deliveries))
        .add("GET", "/v1/campaigns/{id}/metrics/links", with(linkMetrics::ofCampaign))
        .add("GET", "/v1/transactional/{id}/metrics/links", with(linkMetrics::ofTransactional))
        .add("POST", "/v1/send/{kind}", sending(sends::send))
        .add("GET", "/v1/messages", with(messages::list))
        .add("GET", "/v1/messages/{id}", with(messages::one))
        .add("GET", "/v1/messages/{id}/archived_message", with(messages::archived));
  }

  private Handler with(Call call) {
    return request ->
        ErrorEnvelope.uncached(call.answer(authorise(request, limits, null), request));
  }

  private Handler sending(Call call) {
    return request ->
        ErrorEnvelope.uncached(
            call.answer(authorise(request, sendLimits, "Unauthorized"), request)); // §2.6
  }

  /** For anybody. */
  private static Handler open(Handler handler) {
    return request -> ErrorEnvelope.uncached(handler.handle(request));
  }

  private Access authorise(Request request, RateLimits within, @Nullable String refusal) {
    try {
      var access =
          credentials
              .app(request.header("authorization"))
              .orElseThrow(() -> new Problem.Unauthorised(refusal).thrown());
      within.take(access.workspace().value());
      return access;
    } catch (CredentialsUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", 1).thrown();
    }
  }
}
