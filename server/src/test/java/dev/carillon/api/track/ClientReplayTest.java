package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.DELIVERY;
import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.http.JsonReader;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.FirstStart;
import dev.carillon.workspaces.GivenKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What official clients put on the wire, byte for byte where it matters, with what each of them
 * takes for success (track §1 "Exactly 200", §10). The key is one whose base64 differs between the
 * two alphabets.
 */
class ClientReplayTest {
  private static final String KEY = "k??>>~~ÿ";
  private static final byte[] PAIR = ("site:" + KEY).getBytes(UTF_8);
  private static final String STANDARD =
      "Authorization: Basic " + Base64.getEncoder().encodeToString(PAIR) + "\r\n";
  private static final String URL_SAFE =
      "Authorization: Basic " + Base64.getUrlEncoder().encodeToString(PAIR) + "\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";

  private static final RecordingIntake intake = new RecordingIntake();

  @AutoClose private static final TestDatabase database = database();

  @AutoClose
  private static final TrackServer server = new TrackServer(database, RateLimits.off(), intake);

  private static TestDatabase database() {
    var database = TestDatabase.create();
    FirstStart.ensure(
        database.database(),
        InstantSource.fixed(Instant.EPOCH),
        new GivenKeys("site", KEY, "app", null));
    return database;
  }

  @BeforeEach
  void forget() {
    intake.taken();
  }

  private static RawHttp.Answer send(String method, String target, String headers, String body)
      throws IOException {
    return server.send(method, target, headers, body.getBytes(UTF_8));
  }

  /** Go takes 200 alone for success. */
  private static Operation go(String method, String target, String body) throws IOException {
    var answer =
        send(
            method,
            target,
            URL_SAFE
                + JSON
                + "User-Agent: Customer.io Go Client/3.10.0\r\nAccept-Encoding: gzip\r\n",
            body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return one();
  }

  /** Ruby takes any 2xx. */
  private static Operation ruby(String method, String target, String headers, String body)
      throws IOException {
    var answer =
        send(
            method,
            target,
            STANDARD + headers + "User-Agent: Customer.io Ruby Client/6.2.0\r\n",
            body);
    assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    return one();
  }

  /** Python takes any 2xx and returns the text. */
  private static List<Operation> python(String method, String target, String body)
      throws IOException {
    var answer =
        send(
            method,
            target,
            STANDARD + JSON + "User-Agent: Customer.io Python Client/2.1.0\r\n",
            body);
    assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    return intake.taken();
  }

  /** Node takes any 2xx whose body is empty or JSON. */
  private static List<Operation> node(String method, String target, String body)
      throws IOException {
    var length = body.isEmpty() ? "Content-Length: 0\r\n" : "";
    var answer =
        send(
            method,
            target,
            STANDARD
                + JSON
                + length
                + "User-Agent: Customer.io Node Client/5.0.0\r\nX-Retry-Count: 1\r\n",
            body);
    assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    if (!answer.body().isEmpty()) {
      assertThat(new JsonReader().value(answer.body().getBytes(UTF_8))).isEqualTo(Map.of());
    }
    return intake.taken();
  }

  private static Operation one() {
    var taken = intake.taken();
    assertThat(taken).hasSize(1);
    return taken.getFirst();
  }

  @Test
  @DisplayName("the two alphabets of this key differ, so the test means something")
  void shouldDifferInTheAlphabets() {
    assertThat(URL_SAFE).isNotEqualTo(STANDARD).containsAnyOf("-", "_");
  }

  @Test
  @DisplayName("track §10: Go: URL-safe base64, body null, data null, + and @ in paths")
  void shouldTakeWhatGoSends() throws IOException {
    assertThat(go("PUT", "/api/v1/customers/ada+tag@example.test", "null"))
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE, Identifier.email("ada+tag@example.test"), Map.of(), 0, false));
    assertThat(go("PUT", "/api/v1/customers/a%2Fb$&=:", "{\"plan\":\"pro\"}").people())
        .containsExactly(Identifier.id("a/b$&=:"));
    assertThat(go("DELETE", "/api/v1/customers/1", ""))
        .isEqualTo(new Operation.Delete(WORKSPACE, Identifier.id("1")));
    var event =
        (Operation.Event)
            go("POST", "/api/v1/customers/1/events", "{\"data\":null,\"name\":\"bought\"}");
    assertThat(event.data()).asString(UTF_8).isEqualTo("{}");
    var anonymous =
        (Operation.Event)
            go(
                "POST",
                "/api/v1/events",
                "{\"anonymous_id\":\"anon\",\"data\":null,\"name\":\"seen\",\"timestamp\":1751000000,\"type\":\"page\",\"id\":\"01JZ\"}");
    assertThat(anonymous.kind()).isEqualTo(EventKind.PAGE);
    assertThat(anonymous.anonymousId()).isEqualTo("anon");
  }

  @Test
  @DisplayName("track §5.1, §10: Go's devices: last_used as text, attributes null")
  void shouldTakeDevicesOfGo() throws IOException {
    assertThat(
            go(
                "PUT",
                "/api/v1/customers/1/devices",
                "{\"device\":{\"attributes\":null,\"id\":\"tok\",\"last_used\":\"1751000000\",\"platform\":\"ios\"}}"))
        .isEqualTo(
            new Operation.DeviceUpdate(
                WORKSPACE, Identifier.id("1"), "tok", "ios", 1751000000000L, Map.of()));
    assertThat(go("DELETE", "/api/v1/customers/1/devices/tok", ""))
        .isEqualTo(new Operation.DeviceRemoval(WORKSPACE, Identifier.id("1"), "tok"));
  }

  @Test
  @DisplayName("track §5, §5.3: Go merges and fills segments, the cio_id with its prefix")
  void shouldTakeMergesAndSegmentsOfGo() throws IOException {
    assertThat(
            go(
                "POST",
                "/api/v1/merge_customers",
                "{\"primary\":{\"id\":\"1\"},\"secondary\":{\"email\":\"b@x.test\"}}"))
        .isInstanceOf(Operation.Merge.class);
    assertThat(
            go(
                "POST",
                "/api/v1/segments/7/add_customers?id_type=cio_id",
                "{\"ids\":[\"cio_a3000001\"]}"))
        .isEqualTo(new Operation.Membership(WORKSPACE, Identifier.cioId("a3000001"), 7, true));
    assertThat(go("POST", "/api/v1/segments/7/remove_customers", "{\"ids\":[\"1\"]}"))
        .isEqualTo(new Operation.Membership(WORKSPACE, Identifier.id("1"), 7, false));
  }

  @Test
  @DisplayName("track §10: Ruby: empty-body POSTs labelled as a form, id and cio_id repeated")
  void shouldTakeWhatRubySends() throws IOException {
    var form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
    assertThat(ruby("POST", "/api/v1/customers/1/suppress", form, ""))
        .isEqualTo(new Operation.Suppress(WORKSPACE, Identifier.id("1")));
    assertThat(ruby("POST", "/api/v1/customers/1/unsuppress", "Content-Length: 0\r\n", ""))
        .isEqualTo(new Operation.Unsuppress(WORKSPACE, Identifier.id("1")));
    assertThat(
            ruby(
                "PUT",
                "/api/v1/customers/cio_a3000001",
                JSON,
                "{\"cio_id\":\"a3000001\",\"id\":\"1\",\"plan\":\"pro\"}"))
        .isEqualTo(
            new Operation.Identify(
                WORKSPACE,
                Identifier.cioId("a3000001"),
                Map.of("id", "1", "plan", "pro"),
                0,
                false));
    assertThat(
            ((Operation.DeviceUpdate)
                    ruby(
                        "PUT",
                        "/api/v1/customers/1/devices",
                        JSON,
                        "{\"device\":{\"id\":\"tok\",\"platform\":\"ios\",\"app_version\":\"2.1\"}}"))
                .attributes())
        .isEqualTo(Map.of("app_version", "2.1"));
    var event =
        (Operation.Event)
            ruby(
                "POST",
                "/api/v1/customers/a%40b.test/events",
                JSON,
                "{\"name\":\"bought\",\"data\":{\"timestamp\":1},\"timestamp\":1751000000}");
    assertThat(event.occurredAtMillis()).isEqualTo(1751000000000L);
    assertThat(event.data()).asString(UTF_8).isEqualTo("{\"timestamp\":1}");
  }

  @Test
  @DisplayName("track §5, §10: Ruby reports pushes at /push/events and metrics at /api/v1/metrics")
  void shouldTakeReportsOfRuby() throws IOException {
    assertThat(
            ruby(
                "POST",
                "/push/events",
                JSON,
                "{\"delivery_id\":\"%s\",\"event\":\"delivered\",\"device_id\":\"tok\",\"timestamp\":1751000000}"
                    .formatted(DELIVERY)))
        .isInstanceOf(Operation.DeliveryReport.class);
    assertThat(
            ruby(
                "POST",
                "/api/v1/metrics",
                JSON,
                "{\"delivery_id\":\"%s\",\"metric\":\"converted\"}".formatted(DELIVERY)))
        .isInstanceOf(Operation.DeliveryReport.class);
  }

  @Test
  @DisplayName("track §10: Python: {} with DELETE, flat device attributes, page views with data")
  void shouldTakeWhatPythonSends() throws IOException {
    assertThat(python("DELETE", "/api/v1/customers/ada%40example.test", "{}"))
        .containsExactly(new Operation.Delete(WORKSPACE, Identifier.email("ada@example.test")));
    assertThat(python("DELETE", "/api/v1/customers/1/devices/tok", "{}")).hasSize(1);
    assertThat(
            python(
                "PUT",
                "/api/v1/customers/1/devices",
                "{\"device\": {\"id\": \"tok\", \"platform\": \"android\", \"last_used\": 1751000000, \"app_version\": \"2.1\"}}"))
        .containsExactly(
            new Operation.DeviceUpdate(
                WORKSPACE,
                Identifier.id("1"),
                "tok",
                "android",
                1751000000000L,
                Map.of("app_version", "2.1")));
    var page =
        (Operation.Event)
            python(
                    "POST",
                    "/api/v1/customers/1/events",
                    "{\"type\": \"page\", \"name\": \"https://x.test/\", \"data\": {}}")
                .getFirst();
    assertThat(page.kind()).isEqualTo(EventKind.PAGE);
    assertThat(python("POST", "/api/v1/customers/1/suppress", "{}")).hasSize(1);
    assertThat(
            python(
                "POST",
                "/api/v2/batch",
                "{\"batch\": [{\"type\": \"person\", \"action\": \"identify\", \"identifiers\": {\"id\": \"1\"}, \"attributes\": {}}]}"))
        .hasSize(1);
  }

  @Test
  @DisplayName("track §10: Node: JSON type on bodyless DELETE, {} with suppress, v2 beside v1")
  void shouldTakeWhatNodeSends() throws IOException {
    assertThat(node("DELETE", "/api/v1/customers/a%2Fb", "")).hasSize(1);
    assertThat(node("POST", "/api/v1/customers/1/suppress", "{}")).hasSize(1);
    assertThat(node("POST", "/api/v1/customers/1/unsuppress", "{}")).hasSize(1);
    assertThat(node("DELETE", "/api/v1/customers/1/devices/a%3Ab", "")).hasSize(1);
    assertThat(
            node(
                "PUT",
                "/api/v1/customers/1/devices",
                "{\"device\":{\"id\":\"tok\",\"platform\":\"ios\",\"last_used\":1751000000,\"attributes\":{\"x\":\"y\"}}}"))
        .hasSize(1);
    assertThat(
            node(
                "POST",
                "/api/v1/merge_customers",
                "{\"primary\":{\"id\":\"1\"},\"secondary\":{\"cio_id\":\"a3000002\"}}"))
        .hasSize(1);
    assertThat(
            node(
                "POST",
                "/api/v1/push/events",
                "{\"delivery_id\":\"%s\",\"event\":\"opened\",\"device_id\":\"t\",\"timestamp\":1751000000}"
                    .formatted(DELIVERY)))
        .hasSize(1);
    assertThat(
            node(
                "POST",
                "/api/v2/batch",
                "{\"batch\":[{\"type\":\"person\",\"identifiers\":{\"id\":\"1\"},\"action\":\"identify\",\"attributes\":{}},{\"type\":\"object\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"},\"action\":\"identify\",\"attributes\":{}}]}"))
        .hasSize(2);
    assertThat(
            node(
                "POST",
                "/api/v1/events",
                "{\"name\":\"invited\",\"anonymous_id\":\"\",\"data\":{\"recipient\":\"a@x.test\"}}"))
        .hasSize(1);
  }

  @Test
  @DisplayName("track §10: mobile before 2024: region, screens, devices, the old report paths")
  void shouldTakeWhatOldMobileClientsSend() throws IOException {
    assertThat(send("GET", "/api/v1/accounts/region", STANDARD, "").body()).contains("\"region\"");
    var screen =
        "{\"name\":\"Home\",\"type\":\"screen\",\"data\":{\"tab\":1},\"timestamp\":1751000000}";
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(screen.getBytes(UTF_8));
    }
    var answer =
        server.send(
            "POST",
            "/api/v1/customers/1/events",
            STANDARD + JSON + "Content-Encoding: gzip\r\n",
            packed.toByteArray());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(((Operation.Event) one()).kind()).isEqualTo(EventKind.SCREEN);
    assertThat(
            send(
                    "PUT",
                    "/api/v1/customers/1/devices",
                    STANDARD + JSON,
                    "{\"device\":{\"id\":\"tok\",\"platform\":\"ios\",\"last_used\":1751000000,\"attributes\":{\"push_enabled\":\"true\",\"_last_status\":\"\"}}}")
                .status())
        .isEqualTo(200);
    assertThat(((Operation.DeviceUpdate) one()).attributes())
        .isEqualTo(Map.of("push_enabled", "true"));
    assertThat(
            send(
                    "POST",
                    "/push/events",
                    STANDARD + JSON,
                    "{\"delivery_id\":\"%s\",\"event\":\"opened\",\"device_id\":\"tok\",\"timestamp\":1751000000}"
                        .formatted(DELIVERY))
                .status())
        .isEqualTo(200);
    assertThat(one()).isInstanceOf(Operation.DeliveryReport.class);
    assertThat(
            send(
                    "POST",
                    "/api/v1/cio_deliveries/events",
                    STANDARD + JSON,
                    "{\"type\":\"in_app\",\"payload\":{\"delivery_id\":\"%s\",\"event\":\"opened\",\"timestamp\":1751000000,\"metadata\":{}}}"
                        .formatted(DELIVERY))
                .status())
        .isEqualTo(200);
    assertThat(one()).isInstanceOf(Operation.DeliveryReport.class);
  }
}
