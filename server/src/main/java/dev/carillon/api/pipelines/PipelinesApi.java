package dev.carillon.api.pipelines;

import dev.carillon.api.pipelines.CallBatch.Fault;
import dev.carillon.api.pipelines.CallBatch.Outcome;
import dev.carillon.api.pipelines.DroppedCalls.Reason;
import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.ObjectTypeCheck;
import dev.carillon.delivery.DeliveryIds;
import dev.carillon.http.CrossOrigin;
import dev.carillon.http.Handler;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Problem;
import dev.carillon.http.RateLimits;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.RouteTable;
import dev.carillon.processing.Intake;
import dev.carillon.workspaces.Credentials;
import dev.carillon.workspaces.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Pipelines API: identify, track, page, screen, group, alias, alone or in batches, from servers
 * with a header and from browsers and apps with the key in the body. A call is checked here, handed
 * to the log, and answered 200 once it is stored (pipelines §1–§8).
 *
 * <p>Unless a client asks for strict mode, a call that is wrong is answered 200 as well and
 * dropped: that is the public contract. {@link #dropped} counts those.
 */
public final class PipelinesApi {
  private static final CrossOrigin BROWSERS =
      new CrossOrigin(
          List.of("GET", "POST", "OPTIONS"),
          List.of("Authorization", "Content-Type", "X-Strict-Mode", "X-Retry-Count"),
          Duration.ofHours(2));
  private static final Reply DONE = uncached("{}");
  private static final Reply NO_GEOFENCES = uncached("{\"geofences\":[]}");
  private static final int MOST_SENTENCES = 100;

  private final PipelinesSettings settings;
  private final Credentials credentials;
  private final RateLimits limits;
  private final Intake intake;
  private final CallBatch calls;
  private final DroppedCalls dropped;
  private final Patience patience;
  private final BrowserFiles files;
  private final JsonReader json = new JsonReader();

  /**
   * What calls are checked against.
   *
   * @param objectTypes whether a workspace has an object type
   * @param deliveryIds reads the ids of deliveries in reports
   * @param clock tells what lies in the future
   */
  public record Sources(
      ObjectTypeCheck objectTypes, DeliveryIds deliveryIds, InstantSource clock) {}

  /**
   * Builds the surface.
   *
   * @param limits shared by all routes; a request counts once it is authorised, a batch as one
   * @param intake where accepted calls go
   */
  public PipelinesApi(
      PipelinesSettings settings,
      Credentials credentials,
      RateLimits limits,
      Intake intake,
      Sources sources) {
    var objects = new ObjectReader(sources.objectTypes);
    var reports = new DeliveryReports(sources.deliveryIds);
    this.settings = settings;
    this.credentials = credentials;
    this.limits = limits;
    this.intake = intake;
    this.calls =
        new CallBatch(
            new CallReader(sources.clock),
            new CallOperations(objects, new SemanticEvents(objects, reports)));
    this.dropped = new DroppedCalls(sources.clock);
    this.patience = new Patience(settings.patience(), settings.pause());
    this.files = new BrowserFiles(settings, credentials, patience);
  }

  /** The routes, to be served at the root of the host. */
  public RouteTable routes() {
    var table =
        new RouteTable(new PipelinesErrors(), "/v1/projects", "/v1/analytics-js", "/v1/geofences")
            .openToBrowsers(BROWSERS)
            .add("POST", "/v1/batch", batch(false))
            .add("POST", "/v1/b", batch(true))
            .add("POST", "/v1/m", _ -> DONE)
            .add("POST", "/v1/geofences/nearest", this::geofences)
            .add("GET", "/v1/projects/{writeKey}/settings", files::settings)
            .add("GET", "/v1/analytics-js/snippet/{writeKey}/analytics.min.js", files::entry)
            .add("GET", "/v1/analytics-js/{chunk}", files::chunk);
    for (var type : CallType.values()) {
      table.add("POST", "/v1/" + type.wire(), single(type, false));
      table.add("POST", "/v1/" + type.letter(), single(type, true));
    }
    return table;
  }

  /**
   * Calls answered with 200 and dropped since the start, by reason: {@code unknown_key}, {@code
   * not_json}, {@code too_large}, {@code invalid}.
   */
  public Map<String, Long> dropped() {
    return dropped.counts();
  }

  /** Reads what a body holds; the address is that of a client on its own machine. */
  @FunctionalInterface
  private interface Reading {
    Outcome read(Source source, Body.Readable body, @Nullable String address);
  }

  private Handler single(CallType type, boolean isShort) {
    Reading reading =
        (source, body, address) -> calls.single(source, type, body.members(), address);
    return request ->
        take(
            request,
            Body.read(request, json, "call", CallBatch.LONGEST_CALL_BYTES, false),
            type.wire(),
            isShort,
            reading);
  }

  private Handler batch(boolean isShort) {
    return request ->
        take(
            request,
            Body.read(request, json, "batch", CallBatch.LONGEST_BATCH_BYTES, true),
            "batch",
            isShort,
            calls::batch);
  }

  private Reply take(Request request, Body body, String call, boolean isShort, Reading reading) {
    boolean asked = "1".equals(request.header("x-strict-mode"));
    boolean strict = asked || settings.strict();
    var authorization = request.header("authorization");
    var found = patience.ask(isShort, () -> source(authorization, body));
    if (found.isEmpty()) {
      return authorization == null && body instanceof Body.Unreadable(var reason, var sentence)
          ? unreadable(reason, call, sentence, strict)
          : unknownKey(call, strict, isShort && !asked);
    }
    var source = found.get();
    limits.take(source.workspace().value());
    var outcome =
        switch (body) {
          case Body.Unreadable(var reason, var sentence) ->
              new Outcome(List.of(), List.of(new Fault(reason, call, sentence)));
          case Body.Readable readable -> {
            var address = authorization == null ? address(request) : null;
            yield patience.ask(isShort, () -> reading.read(source, readable, address));
          }
        };
    if (strict && !outcome.faults().isEmpty()) {
      return refused(outcome.faults());
    }
    if (!outcome.operations().isEmpty()) {
      patience.store(isShort, intake, outcome.operations());
    }
    for (var fault : outcome.faults()) {
      dropped.drop(source, fault.reason(), fault.call(), fault.sentence());
    }
    return DONE;
  }

  /**
   * Whose call it is: the header tells, and only without one the key in the body, or in the first
   * item of a batch (pipelines §2).
   */
  private Optional<Source> source(@Nullable String authorization, Body body) {
    if (authorization != null) {
      return credentials.source(authorization);
    }
    if (!(body instanceof Body.Readable(var members, _))) {
      return Optional.empty();
    }
    if (members.get("writeKey") instanceof String key) {
      return credentials.sourceOf(key);
    }
    return members.get("batch") instanceof List<?> items
            && !items.isEmpty()
            && items.getFirst() instanceof Map<?, ?> first
            && first.get("writeKey") instanceof String key
        ? credentials.sourceOf(key)
        : Optional.empty();
  }

  /**
   * @param forApps whether the answer goes to apps that did not ask for strict mode: they would
   *     repeat what is answered 401 for ever, and give up at 400 (pipelines §8)
   */
  private Reply unknownKey(String call, boolean strict, boolean forApps) {
    return strict
        ? PipelinesErrors.unauthorised(forApps ? 400 : 401)
        : drop(Reason.UNKNOWN_KEY, call, "write key is missing or unknown");
  }

  /** The key would stand in the body, and nothing can be told from that. */
  private Reply unreadable(Reason reason, String call, String sentence, boolean strict) {
    return strict
        ? refused(List.of(new Fault(reason, call, sentence)))
        : drop(reason, call, sentence);
  }

  private Reply drop(Reason reason, String call, String sentence) {
    dropped.drop(null, reason, call, sentence);
    return DONE;
  }

  private static Reply refused(List<Fault> faults) {
    var code = faults.getFirst().reason() == Reason.TOO_LARGE ? "too_large" : "invalid";
    return PipelinesErrors.invalid(
        code, faults.stream().limit(MOST_SENTENCES).map(Fault::sentence).toList());
  }

  private static @Nullable String address(Request request) {
    var address = request.remoteAddress();
    return address.isEmpty() ? null : address;
  }

  private Reply geofences(Request request) {
    var authorization = request.header("authorization");
    var source =
        patience
            .ask(false, () -> credentials.source(authorization))
            .orElseThrow(() -> new Problem.Unauthorised().thrown());
    limits.take(source.workspace().value());
    return NO_GEOFENCES;
  }

  private static Reply uncached(String json) {
    return Reply.jsonBytes(200, json.getBytes(StandardCharsets.UTF_8))
        .with("cache-control", "no-store");
  }
}
