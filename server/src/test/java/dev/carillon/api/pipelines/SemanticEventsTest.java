package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.WorkspaceId;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that do more than being stored: pipelines §6. */
class SemanticEventsTest {
  private static final PipelinesServer server = new PipelinesServer();
  private static final WorkspaceId WORKSPACE = PipelinesServer.WORKSPACE;
  private static final Identifier ADA = Identifier.id("ada");
  private static final long FEBRUARY = 1_770_091_506_000L;
  private static final ObjectName ACME = new ObjectName.OfType(1, "acme");
  private static final String PHONE =
      "\"context\":{\"device\":{\"token\":\"tok\",\"type\":\"ios\"}}";

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    server.intake.taken();
  }

  private static String call(String event, String fields) {
    return "{\"event\":\"%s\",\"timestamp\":\"2026-02-03T04:05:06Z\",%s}".formatted(event, fields);
  }

  private static List<Operation> does(String event, String fields) throws IOException {
    return server.operations("/v1/track", call(event, fields));
  }

  private static Operation.DeviceUpdate phone(Map<String, @Nullable Object> attributes) {
    return new Operation.DeviceUpdate(WORKSPACE, ADA, "tok", "ios", FEBRUARY, attributes);
  }

  @Test
  @DisplayName("pipelines §6: Device Created or Updated; properties are its attributes; no event")
  void shouldUpdateADevice() throws IOException {
    assertThat(
            does(
                "Device Created or Updated",
                "\"userId\":\"ada\",\"anonymousId\":\"anon-1\","
                    + PHONE
                    + ",\"properties\":{\"push_enabled\":\"true\",\"screen_width\":390,\"_last_status\":\"sent\"}"))
        .containsExactly(phone(Map.of("push_enabled", "true", "screen_width", 390L)));
  }

  @Test
  @DisplayName("pipelines §6: the device may stand in properties, and is no attribute then")
  void shouldFindTheDeviceInProperties() throws IOException {
    assertThat(
            does(
                "Device Created or Updated",
                "\"userId\":\"ada\",\"properties\":{\"device\":{\"token\":\"tok\",\"type\":\"iOS\"},\"a\":1}"))
        .containsExactly(phone(Map.of("a", 1L)));
  }

  @Test
  void shouldLeaveThePlatformOpenWhenItIsNotSaid() throws IOException {
    assertThat(
            does(
                "Device Created or Updated",
                "\"userId\":\"ada\",\"context\":{\"device\":{\"token\":\"tok\"}}"))
        .containsExactly(
            new Operation.DeviceUpdate(WORKSPACE, ADA, "tok", null, FEBRUARY, Map.of()));
  }

  @Test
  @DisplayName("pipelines §6: Device Deleted")
  void shouldRemoveADevice() throws IOException {
    assertThat(does("Device Deleted", "\"userId\":\"ada\"," + PHONE))
        .containsExactly(new Operation.DeviceRemoval(WORKSPACE, ADA, "tok"));
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: a device of nobody known changes nothing")
  @ValueSource(strings = {"Device Created or Updated", "Device Deleted"})
  void shouldIgnoreDevicesOfNobody(String event) throws IOException {
    assertThat(does(event, "\"anonymousId\":\"anon-1\"," + PHONE)).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Application Installed, Opened: device and event")
  @ValueSource(strings = {"Application Installed", "Application Opened"})
  void shouldUpdateTheDeviceOfAnOpenedApplication(String event) throws IOException {
    var operations =
        does(event, "\"userId\":\"ada\"," + PHONE + ",\"properties\":{\"version\":\"2\"}");

    assertThat(operations.getFirst()).isEqualTo(phone(Map.of("version", "2")));
    assertThat(((Operation.Event) operations.get(1)).name()).isEqualTo(event);
    assertThat(does(event, "\"anonymousId\":\"anon-1\"," + PHONE)).hasSize(1);
    assertThat(does(event, "\"userId\":\"ada\"")).hasSize(1);
    assertThat(
            does(
                event,
                "\"userId\":\"ada\",\"context\":{\"device\":{\"token\":\"t\",\"type\":\"tv\"}}"))
        .hasSize(1);
  }

  @Test
  @DisplayName("pipelines §6: Application Uninstalled: device gone, event kept")
  void shouldRemoveTheDeviceOfAnUninstalledApplication() throws IOException {
    var operations = does("Application Uninstalled", "\"userId\":\"ada\"," + PHONE);

    assertThat(operations.getFirst()).isEqualTo(new Operation.DeviceRemoval(WORKSPACE, ADA, "tok"));
    assertThat(operations.get(1)).isInstanceOf(Operation.Event.class);
    assertThat(does("Application Uninstalled", "\"anonymousId\":\"anon-1\"," + PHONE)).hasSize(1);
  }

  @Test
  @DisplayName("pipelines §6: User Deleted, Suppressed, Unsuppressed; no events")
  void shouldDeleteAndSuppress() throws IOException {
    assertThat(does("User Deleted", "\"userId\":\"ada\""))
        .containsExactly(new Operation.Delete(WORKSPACE, ADA));
    assertThat(does("User Suppressed", "\"userId\":\"ada\""))
        .containsExactly(new Operation.Suppress(WORKSPACE, ADA));
    assertThat(does("User Unsuppressed", "\"userId\":\"ada\""))
        .containsExactly(new Operation.Unsuppress(WORKSPACE, ADA));
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: names are compared exactly")
  @ValueSource(strings = {"user deleted", "User Deleted ", "Delete Person", "Order Completed"})
  void shouldTakeOtherNamesAsEvents(String event) throws IOException {
    assertThat(does(event, "\"userId\":\"ada\"").getFirst()).isInstanceOf(Operation.Event.class);
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Relationship Deleted, with the alternates of its fields")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":1}",
        "\"properties\":{\"objectId\":\"acme\",\"object_type_id\":\"1\"}",
        "\"properties\":{\"objectId\":\"acme\"}",
        "\"context\":{\"groupId\":\"acme\"}"
      })
  void shouldEndARelationship(String fields) throws IOException {
    assertThat(does("Relationship Deleted", "\"userId\":\"ada\"," + fields))
        .containsExactly(
            new Operation.Relate(WORKSPACE, ADA, null, ACME, false, false, Map.of(), FEBRUARY));
    assertThat(does("Relationship Deleted", "\"anonymousId\":\"anon-1\"," + fields))
        .containsExactly(
            new Operation.Relate(
                WORKSPACE, null, "anon-1", ACME, false, false, Map.of(), FEBRUARY));
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Object Deleted and its older name")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Object Deleted | \"properties\":{\"objectId\":\"acme\",\"objectTypeId\":1}",
        "Object Deleted | \"groupId\":\"acme\"",
        "Group Deleted | \"properties\":{\"objectId\":\"acme\",\"object_type_id\":1}"
      })
  void shouldDeleteAnObject(String event, String fields) throws IOException {
    assertThat(does(event, "\"anonymousId\":\"anon-1\"," + fields))
        .containsExactly(new Operation.ObjectDelete(WORKSPACE, ACME));
  }

  @Test
  @DisplayName("pipelines §6: Report Delivery Event; the delivery id stands in anonymousId too")
  void shouldReportADelivery() throws IOException {
    var id = PipelinesServer.DELIVERIES.text(77, Instant.parse("2026-02-01T00:00:00Z"));
    var details = new LinkedHashMap<String, @Nullable Object>();
    details.put("recipient", "tok");
    details.put("reason", "because");
    details.put("href", "https://a.test/");
    details.put("action_name", "cta");
    details.put("action_value", "app://x");

    assertThat(
            does(
                "Report Delivery Event",
                """
                "anonymousId":"%1$s","properties":{"deliveryId":"%1$s","metric":"clicked","recipient":"tok","reason":"because",
                 "href":"https://a.test/","actionName":"cta","actionValue":"app://x"}
                """
                    .formatted(id)))
        .containsExactly(new Operation.DeliveryReport(WORKSPACE, 77, "clicked", FEBRUARY, details));
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: all metrics; nobody has to be named; an unknown delivery is ignored")
  @ValueSource(
      strings = {
        "delivered",
        "opened",
        "clicked",
        "converted",
        "bounced",
        "dropped",
        "deferred",
        "spammed"
      })
  void shouldTakeEveryMetric(String metric) throws IOException {
    var id = PipelinesServer.DELIVERIES.text(77, Instant.EPOCH);
    var properties = "\"properties\":{\"deliveryId\":\"%s\",\"metric\":\"" + metric + "\"}";

    assertThat(does("Report Delivery Event", properties.formatted(id)))
        .containsExactly(new Operation.DeliveryReport(WORKSPACE, 77, metric, FEBRUARY, Map.of()));
    assertThat(does("Report Delivery Event", properties.formatted("dgTG4AUBAAGX_unknown")))
        .isEmpty();
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: Report Content Event; actionType wins over activityType")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"actionType\":\"clicked_content\" | true",
        "\"actionType\":\"viewed_content\",\"activityType\":\"clicked_content\" | false",
        "\"activityType\":\"viewed_content\" | false"
      })
  void shouldReportContent(String action, boolean clicked) throws IOException {
    assertThat(
            does(
                "Report Content Event",
                "\"anonymousId\":\"anon-1\",\"properties\":{\"contentId\":5,\"templateId\":6,"
                    + "\"contentType\":\"in_app_content\",\"actionName\":\"a\",\"actionValue\":\"b\","
                    + action
                    + "}"))
        .containsExactly(
            new Operation.ContentReport(
                WORKSPACE,
                null,
                "anon-1",
                clicked,
                FEBRUARY,
                Map.of(
                    "content_id",
                    "5",
                    "template_id",
                    "6",
                    "content_type",
                    "in_app_content",
                    "action_name",
                    "a",
                    "action_value",
                    "b")));
  }

  @Test
  @DisplayName("pipelines §6: CIO Location Update: latest location on the person, and the event")
  void shouldKeepTheLatestLocation() throws IOException {
    var operations =
        does(
            "CIO Location Update",
            "\"userId\":\"ada\",\"properties\":{\"latitude\":27.7,\"longitude\":85}");

    assertThat(operations.getFirst())
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE,
                ADA,
                Map.of("cio_latitude", 27.7, "cio_longitude", 85.0),
                FEBRUARY,
                false));
    assertThat(operations.get(1)).isInstanceOf(Operation.Event.class);
    assertThat(
            does(
                "CIO Location Update",
                "\"userId\":\"ada\",\"properties\":{\"latitude\":91,\"longitude\":85}"))
        .hasSize(1);
  }

  @ParameterizedTest
  @DisplayName("pipelines §6: live activities are events until that channel exists")
  @ValueSource(strings = {"Live Notification Event", "Live Notification Token"})
  void shouldStoreLiveNotifications(String event) throws IOException {
    var operations = does(event, "\"userId\":\"ada\",\"properties\":{\"cioInstanceId\":\"i\"}");

    assertThat(operations).hasSize(1);
    assertThat(((Operation.Event) operations.getFirst()).data())
        .asString(UTF_8)
        .isEqualTo("{\"cioInstanceId\":\"i\"}");
  }

  @ParameterizedTest
  @DisplayName("pipelines §6, §7: what a semantic event needs")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "User Deleted | \"anonymousId\":\"a\" | userId is required",
        "User Suppressed | \"properties\":{} | userId is required",
        "Device Deleted | \"userId\":\"ada\" | context.device.token is required",
        "Device Created or Updated | \"userId\":\"ada\" | context.device.token is required",
        "Device Created or Updated | \"userId\":\"ada\",\"context\":{\"device\":{\"token\":{}}} | context.device.token must be a string",
        "Device Created or Updated | \"userId\":\"ada\",\"context\":{\"device\":{\"token\":\"t\",\"type\":\"tv\"}} | context.device.type must be ios or android",
        "Device Created or Updated | \"context\":{\"device\":{\"token\":\"t\"}} | userId or anonymousId is required",
        "Relationship Deleted | \"userId\":\"ada\" | properties.objectId is required",
        "Relationship Deleted | \"properties\":{\"objectId\":\"acme\"} | userId or anonymousId is required",
        "Object Deleted | \"userId\":\"ada\",\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":9} | objectTypeId names no object type",
        "Object Deleted | \"userId\":\"ada\",\"properties\":{\"objectId\":\"acme\",\"objectTypeId\":\"x\"} | objectTypeId must be a whole number from 1",
        "Report Delivery Event | \"properties\":{\"metric\":\"opened\"} | properties.deliveryId is required",
        "Report Delivery Event | \"properties\":{\"deliveryId\":\"x\",\"metric\":\"seen\"} | properties.metric must be one of the delivery metrics",
        "Report Content Event | \"anonymousId\":\"a\",\"properties\":{\"contentId\":1} | properties.actionType must be viewed_content or clicked_content",
        "Report Content Event | \"anonymousId\":\"a\",\"properties\":{\"actionType\":\"viewed_content\"} | properties.contentId is required",
        "CIO Location Update | \"properties\":{} | userId or anonymousId is required"
      })
  void shouldRefuseWhatIsIncomplete(String event, String fields, String message)
      throws IOException {
    PipelinesServer.assertRefused(
        server.strictly("/v1/track", call(event, fields)), 400, "invalid", message);
    PipelinesServer.assertDone(server.post("/v1/track", call(event, fields)));
    server.assertNothingTaken();
  }
}
