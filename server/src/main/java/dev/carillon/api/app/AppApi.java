package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignMetrics;
import dev.carillon.campaigns.CampaignRepository;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.events.EventNames;
import dev.carillon.http.ErrorEnvelope;
import dev.carillon.http.Handler;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectTypes;
import dev.carillon.people.AttributeNames;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.search.PeopleSearch;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The App API: what is known about people, objects, segments, campaigns and messages can be read,
 * manual segments are made and deleted (app-data, app-messaging). A key opens one workspace; what
 * belongs to another one is unknown.
 */
public final class AppApi {
  private static final Logger LOG = LoggerFactory.getLogger(AppApi.class);

  private final Credentials credentials;
  private final RateLimits limits;
  private final PeopleReads people;
  private final PeopleSearchCalls search;
  private final ActivityReads activities;
  private final DataIndexCalls dataIndex;
  private final SegmentReads segments;
  private final SegmentChanges segmentChanges;
  private final CampaignReads campaigns;
  private final MessageReads messages;
  private final ObjectReads objects;

  /** Where the answers come from. */
  public record Sources(
      Database database,
      PeopleQueries people,
      ActivityQueries activities,
      WorkspaceActivities workspaceActivities,
      AttributeNames attributeNames,
      EventNames eventNames,
      SegmentRepository segments,
      CampaignRepository campaigns,
      CampaignMetrics metrics,
      DeliveryRepository deliveries,
      DeliveryIds deliveryIds,
      ObjectTypes objectTypes,
      ObjectQueries objects) {}

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes; a request counts once it is authorised
   */
  public AppApi(Credentials credentials, RateLimits limits, Sources sources, InstantSource clock) {
    var messageJson = new MessageJson(sources.deliveryIds, sources.people);
    this.credentials = credentials;
    this.limits = limits;
    this.people =
        new PeopleReads(sources.people, sources.activities, sources.deliveries, messageJson, clock);
    this.search = new PeopleSearchCalls(new PeopleSearch(sources.database));
    this.activities =
        new ActivityReads(
            people,
            sources.people,
            sources.objects,
            sources.activities,
            sources.workspaceActivities,
            new ActivityJson(sources.deliveryIds));
    this.dataIndex = new DataIndexCalls(sources.attributeNames, sources.eventNames);
    this.segments = new SegmentReads(sources.database, sources.segments, people);
    this.segmentChanges = new SegmentChanges(sources.database, sources.segments, sources.campaigns);
    this.objects = new ObjectReads(sources.objectTypes, sources.objects, people);
    this.campaigns = new CampaignReads(sources.campaigns, sources.metrics, clock);
    this.messages = new MessageReads(sources.deliveries, sources.deliveryIds, messageJson);
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    return new RouteTable(new ErrorEnvelope(), "/v1")
        .add("GET", "/v1/customers", with(people::byEmail))
        .add("POST", "/v1/customers", with(search::search))
        .add("GET", "/v1/customers/{id}", with(people::attributes))
        .add("GET", "/v1/customers/{id}/attributes", with(people::attributes))
        .add("GET", "/v1/customers/{id}/segments", with(segments::ofPerson))
        .add("GET", "/v1/customers/{id}/messages", with(people::messages))
        .add("GET", "/v1/customers/{id}/activities", with(activities::ofPerson))
        .add("GET", "/v1/activities", with(activities::all))
        .add("POST", "/v1/data_index/attributes", with(dataIndex::attributes))
        .add("POST", "/v1/data_index/events", with(dataIndex::events))
        .add("GET", "/v1/customers/{id}/relationships", with(objects::ofPerson))
        .add("GET", "/v1/object_types", with(objects::types))
        .add("POST", "/v1/objects", with(objects::search))
        .add("GET", "/v1/objects/{type}/{id}/attributes", with(objects::attributes))
        .add("GET", "/v1/objects/{type}/{id}/relationships", with(objects::relationships))
        .add("GET", "/v1/segments", with(segments::list))
        .add("POST", "/v1/segments", with(segmentChanges::create))
        .add("GET", "/v1/segments/{id}", with(segments::one))
        .add("DELETE", "/v1/segments/{id}", with(segmentChanges::delete))
        .add("GET", "/v1/segments/{id}/membership", with(segments::members))
        .add("GET", "/v1/segments/{id}/customer_count", with(segments::count))
        .add("GET", "/v1/campaigns", with(campaigns::list))
        .add("GET", "/v1/campaigns/{id}", with(campaigns::one))
        .add("GET", "/v1/campaigns/{id}/metrics", with(campaigns::metrics))
        .add("GET", "/v1/messages", with(messages::list))
        .add("GET", "/v1/messages/{id}", with(messages::one))
        .add("GET", "/v1/messages/{id}/archived_message", with(messages::archived));
  }

  private Handler with(Call call) {
    return request -> ErrorEnvelope.uncached(call.answer(authorise(request), request));
  }

  private Access authorise(Request request) {
    try {
      var access =
          credentials
              .app(request.header("authorization"))
              .orElseThrow(() -> new Problem.Unauthorised().thrown());
      limits.take(access.workspace().value());
      return access;
    } catch (CredentialsUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", 1).thrown();
    }
  }
}
