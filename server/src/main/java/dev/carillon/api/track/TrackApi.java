package dev.carillon.api.track;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.CredentialsUnavailable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Track API, version 1: people and events come in. A call is checked here, handed to the log,
 * and answered 200 once it is stored; what it means is decided later (track §1).
 */
public final class TrackApi {
  static final String NO_CACHE = "no-cache, no-store, must-revalidate, max-age=0";

  private static final Logger LOG = LoggerFactory.getLogger(TrackApi.class);
  private static final int LONGEST_BODY_BYTES = 1024 * 1024;
  private static final Reply STORED =
      Reply.jsonBytes(200, "{}\n".getBytes(StandardCharsets.UTF_8)).with("cache-control", NO_CACHE);

  private final TrackSettings settings;
  private final Credentials credentials;
  private final RateLimits limits;
  private final Intake intake;
  private final JsonReader json = new JsonReader();

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes; a request counts once it is authorised
   * @param intake where accepted calls go
   */
  public TrackApi(
      TrackSettings settings, Credentials credentials, RateLimits limits, Intake intake) {
    this.settings = settings;
    this.credentials = credentials;
    this.limits = limits;
    this.intake = intake;
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    return new RouteTable(new TrackErrors(), "/api/v1")
        .openToBrowsers()
        .add("GET", "/api/v1/accounts/region", this::region)
        .add("PUT", "/api/v1/customers/{identifier}", this::identify)
        .add("DELETE", "/api/v1/customers/{identifier}", this::delete)
        .add("POST", "/api/v1/customers/{identifier}/events", this::event)
        .add("POST", "/api/v1/events", this::anonymousEvent);
  }

  private Reply region(Request request) {
    var access = authorise(request);
    var body = new LinkedHashMap<String, Object>();
    body.put("url", settings.publicUrl().get());
    body.put("region", settings.region());
    body.put("environment_id", access.workspace().value());
    return Reply.json(200, body).with("cache-control", NO_CACHE);
  }

  private Reply identify(Request request) {
    var access = authorise(request);
    var person = person(request, access);
    var body = parse(request, json::object);
    return store(IdentifyBody.operation(access.workspace(), person, body));
  }

  private Reply delete(Request request) {
    var access = authorise(request);
    return store(new Operation.Delete(access.workspace(), person(request, access)));
  }

  private Reply event(Request request) {
    var access = authorise(request);
    var person = person(request, access);
    var body = parse(request, json::event);
    return store(EventReport.ofPerson(access.workspace(), person, body));
  }

  private Reply anonymousEvent(Request request) {
    var access = authorise(request);
    return store(EventReport.anonymous(access.workspace(), parse(request, json::event)));
  }

  private Access authorise(Request request) {
    try {
      var access =
          credentials
              .track(request.header("authorization"))
              .orElseThrow(() -> new Problem.Unauthorised().thrown());
      limits.take(access.workspace().value());
      return access;
    } catch (CredentialsUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw unavailable(1);
    }
  }

  private static Identifier person(Request request, Access access) {
    return PathIdentifier.of(request.segment("identifier"), access);
  }

  private static <T> T parse(Request request, Function<byte[], T> reader) {
    try {
      return reader.apply(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw new Problem.BadRequest(bad.sentence()).thrown();
    }
  }

  private Reply store(Operation operation) {
    try {
      intake.accept(List.of(operation));
      return STORED;
    } catch (IntakeUnavailable failure) {
      // One line without a stack trace: under overload there are many.
      LOG.warn(
          "call refused: workspace={} reason={}",
          operation.workspace().value(),
          failure.getMessage());
      throw unavailable(failure.retryAfterSeconds());
    }
  }

  private static RuntimeException unavailable(int retryAfterSeconds) {
    return new Problem.Unavailable("service unavailable", retryAfterSeconds).thrown();
  }
}
