package dev.carillon.api.pipelines;

import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events with reserved names that do more than being stored (pipelines §6). */
final class SemanticEvents {
  /** Latest location of a person, as the mobile SDKs report it. */
  static final String LATITUDE = "cio_latitude";

  /** See {@link #LATITUDE}. */
  static final String LONGITUDE = "cio_longitude";

  private static final int LONGEST_TOKEN_BYTES = 1000;
  private static final Set<String> PLATFORMS = Set.of("ios", "android");

  private final ObjectReader objects;
  private final DeliveryReports reports;

  /** Names objects with the one and deliveries with the other. */
  SemanticEvents(ObjectReader objects, DeliveryReports reports) {
    this.objects = objects;
    this.reports = reports;
  }

  /**
   * What an event does.
   *
   * @param operations beside being stored
   * @param keptAsEvent whether it is stored as an event as well
   */
  record Meaning(List<Operation> operations, boolean keptAsEvent) {
    static Meaning only(Operation operation) {
      return new Meaning(List.of(operation), false);
    }

    static Meaning nothing() {
      return new Meaning(List.of(), false);
    }

    static Meaning event() {
      return new Meaning(List.of(), true);
    }
  }

  /**
   * The meaning of an event; names are compared exactly.
   *
   * @throws Refused with the first rule broken
   */
  Meaning of(Call call, String name, Map<String, @Nullable Object> properties) {
    var workspace = call.source().workspace();
    return switch (name) {
      case "Device Created or Updated" -> deviceUpdated(call, properties);
      case "Device Deleted" -> deviceDeleted(call, properties);
      case "Application Installed", "Application Opened" -> appOpened(call, properties);
      case "Application Uninstalled" -> appUninstalled(call, properties);
      case "User Deleted" -> Meaning.only(new Operation.Delete(workspace, call.requiredPerson()));
      case "User Suppressed" ->
          Meaning.only(new Operation.Suppress(workspace, call.requiredPerson()));
      case "User Unsuppressed" ->
          Meaning.only(new Operation.Unsuppress(workspace, call.requiredPerson()));
      case "Relationship Deleted" -> relationshipDeleted(call, properties);
      case "Object Deleted", "Group Deleted" -> objectDeleted(call, properties);
      case "Report Delivery Event" -> delivery(call, properties);
      case "Report Content Event" -> content(call, properties);
      case "CIO Location Update" -> location(call, properties);
      default -> Meaning.event();
    };
  }

  private static Meaning deviceUpdated(Call call, Map<String, @Nullable Object> properties) {
    call.requireSomebody();
    var token = token(call, properties);
    if (token == null) {
      throw Refused.required("context.device.token");
    }
    var platform = platform(call, properties);
    if (platform != null && !PLATFORMS.contains(platform)) {
      throw Refused.invalid("context.device.type", "context.device.type must be ios or android");
    }
    // A device needs somebody to belong to; apps register it again once they know who it is.
    return call.person() == null
        ? Meaning.nothing()
        : Meaning.only(device(call, call.person(), token, platform, properties));
  }

  private static Meaning deviceDeleted(Call call, Map<String, @Nullable Object> properties) {
    call.requireSomebody();
    var token = token(call, properties);
    if (token == null) {
      throw Refused.required("context.device.token");
    }
    return call.person() == null
        ? Meaning.nothing()
        : Meaning.only(
            new Operation.DeviceRemoval(call.source().workspace(), call.person(), token));
  }

  private static Meaning appOpened(Call call, Map<String, @Nullable Object> properties) {
    var token = token(call, properties);
    var platform = platform(call, properties);
    if (token == null
        || call.person() == null
        || platform != null && !PLATFORMS.contains(platform)) {
      return Meaning.event();
    }
    return new Meaning(List.of(device(call, call.person(), token, platform, properties)), true);
  }

  private static Meaning appUninstalled(Call call, Map<String, @Nullable Object> properties) {
    var token = token(call, properties);
    return token == null || call.person() == null
        ? Meaning.event()
        : new Meaning(
            List.of(new Operation.DeviceRemoval(call.source().workspace(), call.person(), token)),
            true);
  }

  private static Operation device(
      Call call,
      Identifier person,
      String token,
      @Nullable String platform,
      Map<String, @Nullable Object> properties) {
    var attributes = new LinkedHashMap<String, @Nullable Object>(properties);
    attributes.remove("device");
    // Written by the server alone.
    attributes.remove("_last_status");
    return new Operation.DeviceUpdate(
        call.source().workspace(),
        person,
        token,
        platform,
        call.writtenAtMillis(),
        Traits.plain(attributes, call.source().convertsTimes()));
  }

  /** In the context, or among the properties as examples for JavaScript have it. */
  private static @Nullable String token(Call call, Map<String, @Nullable Object> properties) {
    return Members.text(
        "context.device.token", ofDevice("token", call, properties), LONGEST_TOKEN_BYTES);
  }

  private static @Nullable String platform(Call call, Map<String, @Nullable Object> properties) {
    var type = ofDevice("type", call, properties);
    return type == null ? null : type.toString().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Object ofDevice(
      String name, Call call, Map<String, @Nullable Object> properties) {
    var inContext = call.inContext("device").get(name);
    if (inContext != null) {
      return inContext;
    }
    return properties.get("device") instanceof Map<?, ?> device ? device.get(name) : null;
  }

  private Meaning relationshipDeleted(Call call, Map<String, @Nullable Object> properties) {
    call.requireSomebody();
    var said = properties.get("objectId");
    var object =
        objects.read(
            call.source().workspace(),
            "properties.objectId",
            said == null ? call.context().get("groupId") : said,
            properties.get("objectTypeId"),
            properties.get("object_type_id"));
    return Meaning.only(
        new Operation.Relate(
            call.source().workspace(),
            call.person(),
            call.person() == null ? call.anonymousId() : null,
            object,
            false,
            false,
            Map.of(),
            call.writtenAtMillis()));
  }

  private Meaning objectDeleted(Call call, Map<String, @Nullable Object> properties) {
    call.requireSomebody();
    var said = properties.get("objectId");
    var object =
        objects.read(
            call.source().workspace(),
            "properties.objectId",
            said == null ? call.members().get("groupId") : said,
            properties.get("objectTypeId"),
            properties.get("object_type_id"));
    return Meaning.only(new Operation.ObjectDelete(call.source().workspace(), object));
  }

  /** The delivery is named by its own id, so nobody else has to be (pipelines §6). */
  private Meaning delivery(Call call, Map<String, @Nullable Object> properties) {
    if (!(properties.get("deliveryId") instanceof String id) || id.isEmpty()) {
      throw Refused.required("properties.deliveryId");
    }
    if (!(properties.get("metric") instanceof String metric) || !DeliveryReports.isMetric(metric)) {
      throw Refused.invalid(
          "properties.metric", "properties.metric must be one of the delivery metrics");
    }
    var details = new LinkedHashMap<String, @Nullable Object>();
    DeliveryReports.put(details, "recipient", properties.get("recipient"));
    DeliveryReports.put(details, "reason", properties.get("reason"));
    DeliveryReports.put(details, "href", properties.get("href"));
    DeliveryReports.put(details, "action_name", properties.get("actionName"));
    DeliveryReports.put(details, "action_value", properties.get("actionValue"));
    return reports
        .find(id)
        .<Operation>map(delivery ->
            new Operation.DeliveryReport(
                call.source().workspace(), delivery.value(), metric, call.atMillis(), details))
        .map(Meaning::only)
        .orElseGet(Meaning::nothing);
  }

  private static Meaning content(Call call, Map<String, @Nullable Object> properties) {
    call.requireSomebody();
    // The published schema says activityType and defines actionType; clients send the latter.
    var said = properties.get("actionType");
    var action = said == null ? properties.get("activityType") : said;
    boolean clicked = "clicked_content".equals(action);
    if (!clicked && !"viewed_content".equals(action)) {
      throw Refused.invalid(
          "properties.actionType",
          "properties.actionType must be viewed_content or clicked_content");
    }
    var details = new LinkedHashMap<String, @Nullable Object>();
    DeliveryReports.put(details, "content_id", properties.get("contentId"));
    DeliveryReports.put(details, "template_id", properties.get("templateId"));
    DeliveryReports.put(details, "content_type", properties.get("contentType"));
    DeliveryReports.put(details, "action_name", properties.get("actionName"));
    DeliveryReports.put(details, "action_value", properties.get("actionValue"));
    if (!details.containsKey("content_id")) {
      throw Refused.required("properties.contentId");
    }
    return Meaning.only(
        new Operation.ContentReport(
            call.source().workspace(),
            call.person(),
            call.person() == null ? call.anonymousId() : null,
            clicked,
            call.atMillis(),
            details));
  }

  private static Meaning location(Call call, Map<String, @Nullable Object> properties) {
    var latitude = degrees(properties.get("latitude"), 90);
    var longitude = degrees(properties.get("longitude"), 180);
    if (call.person() == null || latitude == null || longitude == null) {
      return Meaning.event();
    }
    return new Meaning(
        List.of(
            new Operation.Identify(
                call.source().workspace(),
                call.person(),
                Map.of(LATITUDE, latitude, LONGITUDE, longitude),
                call.writtenAtMillis(),
                false)),
        true);
  }

  private static @Nullable Double degrees(@Nullable Object value, double largest) {
    return value instanceof Number number && Math.abs(number.doubleValue()) <= largest
        ? (Double) number.doubleValue()
        : null;
  }
}
