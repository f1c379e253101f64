package dev.carillon.api.track;

import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.ObjectCheck;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.api.wire.Refused;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.forms.FormRepository;
import dev.carillon.http.Handler;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.processing.Intake;
import dev.carillon.workspaces.Credentials;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Track API, versions 1 and 2: people, events, objects and reports come in. A call is checked
 * here, handed to the log, and answered once it is stored; what it means is decided later (track
 * §1).
 */
public final class TrackApi {
  private static final String CUSTOMER = "/api/v1/customers/{identifier}";
  private static final Reply KEYS_ARE_GOOD =
      Reply.json(200, Map.of("meta", Map.of("message", "ok")))
          .with("cache-control", TrackErrors.NO_CACHE);

  private final TrackSettings settings;
  private final Admission admission;
  private final PeopleCalls people;
  private final DeviceCalls devices;
  private final ReportCalls reports;
  private final SegmentCalls segments;
  private final FormCalls forms;
  private final EntityCalls entities;

  /**
   * What calls are checked against.
   *
   * @param deliveryIds reads the ids of deliveries in reports
   * @param forms the forms that are submitted
   */
  public record Sources(
      DeliveryIds deliveryIds,
      FormRepository forms,
      ObjectTypeCheck objectTypes,
      ObjectCheck objects,
      ManualSegmentCheck manualSegments) {}

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes; a request counts once it is authorised, a batch as one
   * @param intake where accepted calls go
   */
  public TrackApi(
      TrackSettings settings,
      Credentials credentials,
      RateLimits limits,
      Intake intake,
      Sources sources) {
    var objects = new ObjectNames(sources.objectTypes, sources.objects);
    var relationships = new Relationships(objects);
    var identify = new IdentifyBody(relationships);
    var deliveries = new DeliveryReports(sources.deliveryIds);
    this.settings = settings;
    this.admission = new Admission(credentials, limits, intake);
    this.people = new PeopleCalls(admission, identify);
    this.devices = new DeviceCalls(admission);
    this.reports = new ReportCalls(admission, deliveries);
    this.segments = new SegmentCalls(admission, sources.manualSegments);
    this.forms = new FormCalls(admission, sources.forms);
    this.entities =
        new EntityCalls(
            admission,
            new ItemReader(
                new PersonItems(identify, relationships),
                new ObjectItems(objects, relationships),
                new DeliveryItems(deliveries)));
  }

  /** The routes of both versions, to be served at the root of the host. */
  public List<RouteTable> routes() {
    return List.of(
        new RouteTable(new TrackErrors(), "/api/v1", "/auth", "/unsubscribe", "/push/events")
            .openToBrowsers()
            .add("GET", "/api/v1/accounts/region", v1(this::region))
            .add("GET", "/auth", v1(this::auth))
            .add("PUT", CUSTOMER, v1(people::identify))
            .add("DELETE", CUSTOMER, v1(people::delete))
            .add("POST", CUSTOMER + "/suppress", v1(people::suppress))
            .add("POST", CUSTOMER + "/unsuppress", v1(people::unsuppress))
            .add("POST", CUSTOMER + "/events", v1(people::event))
            .add("POST", "/api/v1/events", v1(people::anonymousEvent))
            .add("POST", "/api/v1/merge_customers", v1(people::merge))
            .add("PUT", CUSTOMER + "/devices", v1(devices::put))
            .add("DELETE", CUSTOMER + "/devices/{device_id}", v1(devices::delete))
            .add("POST", "/api/v1/segments/{segment_id}/add_customers", v1(segments::add))
            .add("POST", "/api/v1/segments/{segment_id}/remove_customers", v1(segments::remove))
            .add("POST", "/api/v1/forms/{form_id}/submit", v1(forms::submit))
            .add("POST", "/api/v1/metrics", v1(reports::metric))
            .add("POST", "/api/v1/push/events", v1(reports::push))
            .add("POST", "/push/events", v1(reports::push))
            .add("POST", "/api/v1/cio_deliveries/events", v1(reports::inApp))
            .add("POST", "/unsubscribe/{delivery_id}", v1(reports::unsubscribe)),
        new RouteTable(new EntityErrors(), "/api/v2")
            .openToBrowsers()
            .add("POST", "/api/v2/entity", v2(entities::entity))
            .add("POST", "/api/v2/batch", v2(entities::batch)));
  }

  private static Handler v1(Handler handler) {
    return Admission.answering(handler);
  }

  /** As v1, but a refusal keeps its reason and field. */
  private static Handler v2(Handler handler) {
    return Admission.answering(request -> {
      try {
        return handler.handle(request);
      } catch (Refused refused) {
        return EntityErrors.reply(400, List.of(EntityErrors.error(refused)));
      }
    });
  }

  private Reply region(Request request) {
    var access = admission.authorise(request);
    var body = new LinkedHashMap<String, Object>();
    body.put("url", settings.publicUrl().get());
    body.put("region", settings.region());
    body.put("environment_id", access.workspace().value());
    return Reply.json(200, body).with("cache-control", TrackErrors.NO_CACHE);
  }

  /** For integrations that try their keys before they save them. */
  private Reply auth(Request request) {
    admission.authorise(request);
    return KEYS_ARE_GOOD;
  }
}
