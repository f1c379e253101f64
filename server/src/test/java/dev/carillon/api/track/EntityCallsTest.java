package dev.carillon.api.track;

import static dev.carillon.api.track.TrackKit.DELIVERY;
import static dev.carillon.api.track.TrackKit.WORKSPACE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.processing.Operation;
import dev.carillon.store.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EntityCallsTest {
  private static final String ENTITY = "/api/v2/entity";
  private static final String BATCH = "/api/v2/batch";
  private static final Identifier ADA = Identifier.id("ada");
  private static final ObjectName ACME = new ObjectName.OfType(1, "acme");
  private static final String OBJECT =
      "\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"acme\"}";

  @AutoClose private static final TrackKit kit = new TrackKit();

  private static Map<String, @Nullable Object> map(@Nullable Object... pairs) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }

  private static Operation.Relate relate(
      @Nullable Identifier person,
      @Nullable String anonymousId,
      ObjectName object,
      boolean add,
      Map<String, @Nullable Object> attributes) {
    return new Operation.Relate(
        WORKSPACE, person, anonymousId, object, add, add, attributes, 1751000000000L);
  }

  /** Every row of the matrix, with what it stands for. */
  static Stream<Arguments> matrix() {
    var when = ",\"timestamp\":1751000000";
    var person = "\"identifiers\":{\"id\":\"ada\"}" + when;
    var object = OBJECT + when;
    return Stream.of(
        Arguments.of(
            "person",
            "identify",
            person + ",\"attributes\":{\"plan\":\"pro\",\"email\":\"a@x.test\",\"_update\":true}",
            List.of(
                new Operation.Identify(
                    WORKSPACE,
                    ADA,
                    map("plan", "pro", "email", "a@x.test"),
                    1751000000000L,
                    true))),
        Arguments.of(
            "person",
            "identify",
            person + ",\"attributes\":null,\"cio_relationships\":[{" + OBJECT + "}]",
            List.of(
                new Operation.Identify(WORKSPACE, ADA, map(), 1751000000000L, false),
                relate(ADA, null, ACME, true, map()))),
        Arguments.of("person", "delete", person, List.of(new Operation.Delete(WORKSPACE, ADA))),
        Arguments.of(
            "person",
            "add_relationships",
            person
                + ",\"cio_relationships\":[{"
                + OBJECT
                + ",\"relationship_attributes\":{\"role\":\"x\"}},{\"identifiers\":{\"cio_object_id\":\"ob1\"}}]",
            List.of(
                relate(ADA, null, ACME, true, map("role", "x")),
                relate(ADA, null, new ObjectName.OfCioId("ob1"), true, map()))),
        Arguments.of(
            "person",
            "delete_relationships",
            person + ",\"cio_relationships\":[{" + OBJECT + "}]",
            List.of(relate(ADA, null, ACME, false, map()))),
        Arguments.of(
            "person",
            "add_device",
            person
                + ",\"device\":{\"token\":\"t\",\"platform\":\"ios\",\"last_used\":\"1751000000\",\"attributes\":{\"a\":1}}",
            List.of(
                new Operation.DeviceUpdate(
                    WORKSPACE, ADA, "t", "ios", 1751000000000L, map("a", 1L)))),
        Arguments.of(
            "person",
            "delete_device",
            person + ",\"device\":{\"token\":\"t\"}",
            List.of(new Operation.DeviceRemoval(WORKSPACE, ADA, "t"))),
        Arguments.of(
            "person",
            "merge",
            "\"primary\":{\"id\":\"ada\"},\"secondary\":{\"email\":\"b@x.test\"}",
            List.of(new Operation.Merge(WORKSPACE, ADA, Identifier.email("b@x.test"), false))),
        Arguments.of("person", "suppress", person, List.of(new Operation.Suppress(WORKSPACE, ADA))),
        Arguments.of(
            "person",
            "unsuppress",
            "\"identifiers\":{\"cio_id\":\"cio_a3000001\"}",
            List.of(new Operation.Unsuppress(WORKSPACE, Identifier.cioId("a3000001")))),
        Arguments.of(
            "person",
            "viewed_content",
            "\"identifiers\":{\"anonymous_id\":\"anon\"},\"name\":\"view\",\"attributes\":{\"contentId\":7,\"templateId\":\"t\",\"contentType\":\"modal\"}"
                + when,
            List.of(
                new Operation.ContentReport(
                    WORKSPACE,
                    null,
                    "anon",
                    false,
                    1751000000000L,
                    map("content_id", "7", "template_id", "t", "content_type", "modal")))),
        Arguments.of(
            "person",
            "clicked_content",
            person
                + ",\"name\":\"click\",\"attributes\":{\"contentId\":\"7\",\"actionName\":\"cta\",\"actionValue\":\"v\"}",
            List.of(
                new Operation.ContentReport(
                    WORKSPACE,
                    ADA,
                    null,
                    true,
                    1751000000000L,
                    map("content_id", "7", "action_name", "cta", "action_value", "v")))),
        Arguments.of(
            "object",
            "identify",
            object
                + ",\"attributes\":{\"name\":\"Acme\"},\"created_at\":1750000000,\"cio_relationships\":[{\"identifiers\":{\"email\":\"a@x.test\"},\"relationship_attributes\":{\"role\":null}}]",
            List.of(
                new Operation.ObjectIdentify(
                    WORKSPACE,
                    ACME,
                    map("name", "Acme", "created_at", 1750000000L),
                    1751000000000L),
                relate(Identifier.email("a@x.test"), null, ACME, true, map("role", null)))),
        Arguments.of(
            "object",
            "identify",
            "\"identifiers\":{\"cio_object_id\":\"ob1\"}",
            List.of(
                new Operation.ObjectIdentify(WORKSPACE, new ObjectName.OfCioId("ob1"), map(), 0))),
        Arguments.of(
            "object",
            "identify",
            "\"identifiers\":{\"object_type_id\":2,\"objectId\":9}",
            List.of(
                new Operation.ObjectIdentify(WORKSPACE, new ObjectName.OfType(2, "9"), map(), 0))),
        Arguments.of(
            "object",
            "identify_anonymous",
            object + ",\"cio_relationships\":[{\"identifiers\":{\"anonymous_id\":\"anon\"}}]",
            List.of(
                new Operation.ObjectIdentify(WORKSPACE, ACME, map(), 1751000000000L),
                relate(null, "anon", ACME, true, map()))),
        Arguments.of(
            "object",
            "identify_anonymous",
            object + ",\"anonymous_id\":\"anon\",\"attributes\":{\"a\":true}",
            List.of(
                new Operation.ObjectIdentify(WORKSPACE, ACME, map("a", true), 1751000000000L),
                relate(null, "anon", ACME, true, map()))),
        Arguments.of(
            "object", "delete", object, List.of(new Operation.ObjectDelete(WORKSPACE, ACME))),
        Arguments.of(
            "object",
            "add_relationships",
            object + ",\"cio_relationships\":[{\"identifiers\":{\"id\":\"ada\"}}]",
            List.of(relate(ADA, null, ACME, true, map()))),
        Arguments.of(
            "object",
            "delete_relationships",
            object + ",\"cio_relationships\":[{\"identifiers\":{\"cio_id\":\"a3000001\"}}]",
            List.of(relate(Identifier.cioId("a3000001"), null, ACME, false, map()))),
        Arguments.of(
            "delivery",
            "event",
            "\"identifiers\":{\"id\":\""
                + DELIVERY
                + "\"},\"name\":\"opened\",\"attributes\":{\"device_token\":\"tok\"}"
                + when,
            List.of(
                new Operation.DeliveryReport(
                    WORKSPACE, 42, "opened", 1751000000000L, map("recipient", "tok")))),
        Arguments.of(
            "delivery",
            "event",
            "\"identifiers\":{\"id\":\"" + "x".repeat(36) + "\"},\"name\":\"bounced\"",
            List.of()));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("matrix")
  @DisplayName("track §6: every type and action, as entity and in a batch")
  void shouldTakeTheMatrix(String type, String action, String rest, List<Operation> expected) {
    var item = "{\"type\":\"" + type + "\",\"action\":\"" + action + "\"," + rest + "}";

    assertThat(kit.stored("POST", ENTITY, item)).isEqualTo(expected);
    assertThat(kit.stored("POST", BATCH, "{\"batch\":[" + item + "," + item + "]}"))
        .isEqualTo(Stream.concat(expected.stream(), expected.stream()).toList());
  }

  @ParameterizedTest
  @DisplayName("track §6, §4: event, page and screen; attributes are the data as they were written")
  @CsvSource({"event, EVENT", "page, PAGE", "screen, SCREEN"})
  void shouldTakeEvents(String action, EventKind kind) {
    // attributes before and after the action that says what they are
    for (var body :
        List.of(
            "{\"attributes\":{ \"price\": 23.450, \"e\":\"\\u00e9\" },\"type\":\"person\",\"action\":\"%s\",\"identifiers\":{\"email\":\"a@x.test\"},\"name\":\" bought \",\"id\":\"01JZ\",\"timestamp\":\"1751000000\"}",
            "{\"type\":\"person\",\"action\":\"%s\",\"identifiers\":{\"email\":\"a@x.test\"},\"name\":\" bought \",\"id\":\"01JZ\",\"timestamp\":\"1751000000\",\"attributes\":{ \"price\": 23.450, \"e\":\"\\u00e9\" }}")) {
      var event = (Operation.Event) kit.stored("POST", ENTITY, body.formatted(action)).getFirst();

      assertThat(event.kind()).isEqualTo(kind);
      assertThat(event.name()).isEqualTo("bought");
      assertThat(event.person()).isEqualTo(Identifier.email("a@x.test"));
      assertThat(event.anonymousId()).isNull();
      assertThat(event.eventId()).isEqualTo("01JZ");
      assertThat(event.occurredAtMillis()).isEqualTo(1751000000000L);
      assertThat(event.data()).asString(UTF_8).isEqualTo("{\"price\":23.450,\"e\":\"\\u00e9\"}");
    }
  }

  @Test
  @DisplayName("track §6: an anonymous_id alone makes an anonymous event")
  void shouldTakeAnonymousEvents() {
    var event =
        (Operation.Event)
            kit.stored(
                    "POST",
                    ENTITY,
                    "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"anonymous_id\":\"anon\"},\"name\":\"seen\",\"attributes\":null}")
                .getFirst();
    assertThat(event.person()).isNull();
    assertThat(event.anonymousId()).isEqualTo("anon");
    assertThat(event.data()).asString(UTF_8).isEqualTo("{}");

    var known =
        (Operation.Event)
            kit.stored(
                    "POST",
                    ENTITY,
                    "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"ada\",\"anonymous_id\":\"anon\"},\"name\":\"seen\"}")
                .getFirst();
    assertThat(known.person()).isEqualTo(ADA);
    assertThat(known.anonymousId()).isNull();
  }

  @ParameterizedTest
  @DisplayName("track §6, §7: what is wrong is told by reason, field and message")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required | type | type is required",
        "null | required | type | type is required",
        "`` | required | type | type is required",
        "{\"type\":7} | invalid | type | type must be a string",
        "{\"type\":\"person\"} | required | action | action is required",
        "{\"type\":\"robot\",\"action\":\"identify\"} | invalid | type | type must be person, object or delivery",
        "{\"type\":\"person\",\"action\":\"fly\"} | invalid | action | action is not one of type person",
        "{\"type\":\"object\",\"action\":\"merge\"} | invalid | action | action is not one of type object",
        "{\"type\":\"delivery\",\"action\":\"delete\"} | invalid | action | action is not one of type delivery",
        "{\"type\":\"person\",\"action\":\"identify\"} | required | identifiers | identifiers is required",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":[]} | invalid | identifiers | identifiers must be an object",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{}} | required | identifiers | identifiers must hold exactly one of id, email, phone, cio_id",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"anonymous_id\":\"a\"}} | required | identifiers | identifiers must hold exactly one of id, email, phone, cio_id",
        "{\"type\":\"person\",\"action\":\"delete\",\"identifiers\":{\"id\":\"a\",\"email\":\"a@x.test\"}} | invalid | identifiers | identifiers must hold exactly one of id, email, phone, cio_id",
        "{\"type\":\"person\",\"action\":\"delete\",\"identifiers\":{\"id\":\"\"}} | invalid | identifiers.id | id cannot be an empty string",
        "{\"type\":\"person\",\"action\":\"delete\",\"identifiers\":{\"email\":\"a\"}} | invalid | identifiers.email | email is not an e-mail address",
        "{\"type\":\"person\",\"action\":\"delete\",\"identifiers\":{\"phone\":\"+15551234\"}} | invalid | identifiers.phone | phone does not identify people in this workspace",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"id\":\"a\"},\"attributes\":[]} | invalid | attributes | attributes must be an object",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"id\":\"a\"},\"attributes\":{\"id\":\"\"}} | invalid | attributes.id | id attribute cannot be an empty string",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"id\":\"a\"},\"attributes\":{\"_relationship\":1}} | invalid | attributes._relationship | _relationship is a reserved attribute name",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"id\":\"a\"},\"cio_relationships\":{}} | invalid | cio_relationships | cio_relationships must be an array",
        "{\"type\":\"person\",\"action\":\"identify\",\"identifiers\":{\"id\":\"a\"},\"cio_relationships\":[{}]} | required | cio_relationships[0].identifiers | identifiers is required",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"a\"}} | required | name | name is required",
        "{\"type\":\"person\",\"action\":\"page\",\"identifiers\":{\"id\":\"a\"},\"name\":\" \"} | required | name | name is required",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"a\"},\"name\":7} | invalid | name | event name must be a string",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"a\"},\"name\":\"n\",\"attributes\":\"x\"} | invalid | attributes | attributes must be an object",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"a\"},\"name\":\"n\",\"id\":[]} | invalid | id | event id must be a string",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{},\"name\":\"n\"} | required | identifiers | identifiers must hold exactly one of id, email, phone, cio_id, or anonymous_id",
        "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"anonymous_id\":[]},\"name\":\"n\"} | invalid | identifiers.anonymous_id | anonymous_id must be a string",
        "{\"type\":\"person\",\"action\":\"add_relationships\",\"identifiers\":{\"id\":\"a\"}} | required | cio_relationships | cio_relationships is required",
        "{\"type\":\"person\",\"action\":\"delete_relationships\",\"identifiers\":{\"id\":\"a\"},\"cio_relationships\":[]} | required | cio_relationships | cio_relationships is required",
        "{\"type\":\"person\",\"action\":\"add_device\",\"identifiers\":{\"id\":\"a\"}} | required | device | device is required",
        "{\"type\":\"person\",\"action\":\"add_device\",\"identifiers\":{\"id\":\"a\"},\"device\":{\"id\":\"t\",\"platform\":\"ios\"}} | required | device.token | token is required",
        "{\"type\":\"person\",\"action\":\"add_device\",\"identifiers\":{\"id\":\"a\"},\"device\":{\"token\":\"t\",\"platform\":\"tv\"}} | invalid | device.platform | platform must be ios or android",
        "{\"type\":\"person\",\"action\":\"delete_device\",\"identifiers\":{\"id\":\"a\"},\"device\":{}} | required | device.token | token is required",
        "{\"type\":\"person\",\"action\":\"merge\",\"primary\":{\"id\":\"a\"}} | required | secondary | secondary is required",
        "{\"type\":\"person\",\"action\":\"merge\",\"primary\":{\"id\":\"a\"},\"secondary\":{\"id\":\"a\"}} | invalid | secondary | primary and secondary must be different people",
        "{\"type\":\"person\",\"action\":\"viewed_content\",\"identifiers\":{\"id\":\"a\"},\"attributes\":{}} | required | name | name is required",
        "{\"type\":\"person\",\"action\":\"clicked_content\",\"identifiers\":{\"id\":\"a\"},\"name\":\"x\"} | required | attributes | attributes is required",
        "{\"type\":\"object\",\"action\":\"identify\"} | required | identifiers | identifiers is required",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"1\"}} | required | identifiers.object_id | object_id is required",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_id\":\"a\"}} | required | identifiers.object_type_id | object_type_id is required",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"99\",\"object_id\":\"a\"}} | unknown | identifiers.object_type_id | object_type_id names no object type",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"+1\",\"object_id\":\"a\"}} | invalid | identifiers.object_type_id | object_type_id must be a whole number from 1",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"cio_object_id\":\"ob2\"}} | unknown | identifiers.cio_object_id | cio_object_id names no object",
        "{\"type\":\"person\",\"action\":\"add_relationships\",\"identifiers\":{\"id\":\"a\"},\"cio_relationships\":[{\"identifiers\":{\"cio_object_id\":\"ob2\"}}]} | unknown | cio_relationships[0].identifiers.cio_object_id | cio_object_id names no object",
        "{\"type\":\"object\",\"action\":\"delete\",\"identifiers\":{\"cio_object_id\":\"a\",\"object_id\":\"a\"}} | invalid | identifiers | identifiers must hold object_id or cio_object_id, not both",
        "{\"type\":\"object\",\"action\":\"identify\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"},\"attributes\":{\"relationship\":1}} | invalid | attributes.relationship | relationship is a reserved attribute name",
        "{\"type\":\"object\",\"action\":\"identify_anonymous\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"}} | required | cio_relationships | cio_relationships is required",
        "{\"type\":\"object\",\"action\":\"add_relationships\",\"identifiers\":{\"object_type_id\":\"1\",\"object_id\":\"a\"},\"cio_relationships\":[{\"identifiers\":{\"anonymous_id\":\"x\"}}]} | required | cio_relationships[0].identifiers | identifiers must hold exactly one of id, email, phone, cio_id",
        "{\"type\":\"delivery\",\"action\":\"event\",\"name\":\"opened\"} | required | identifiers | identifiers is required",
        "{\"type\":\"delivery\",\"action\":\"event\",\"identifiers\":{},\"name\":\"opened\"} | required | identifiers.id | identifiers.id is required",
        "{\"type\":\"delivery\",\"action\":\"event\",\"identifiers\":{\"id\":\"x y\"},\"name\":\"opened\"} | invalid | identifiers.id | identifiers.id is not the id of a delivery",
        "{\"type\":\"delivery\",\"action\":\"event\",\"identifiers\":{\"id\":\"aaaaaaaaaaaaaaaaaaaa\"}} | required | name | name is required",
        "{\"type\":\"delivery\",\"action\":\"event\",\"identifiers\":{\"id\":\"aaaaaaaaaaaaaaaaaaaa\"},\"name\":\"sent\"} | invalid | name | name is not a metric of deliveries",
        "[] | invalid | `` | request body must be a JSON object",
        "{ | invalid | `` | request body is not valid JSON near byte 1"
      })
  void shouldRefuseAWrongEntity(String body, String reason, String field, String message) {
    kit.refusedEntity(ENTITY, body, reason, field, message);
  }

  // ── batches ──────────────────────────────────────────────────────────────────────────────────

  private static String event(String name) {
    return "{\"type\":\"person\",\"action\":\"event\",\"identifiers\":{\"id\":\"ada\"},\"name\":\""
        + name
        + "\"}";
  }

  @Test
  @DisplayName("track §6: good items are stored in one go and in the order of the array")
  void shouldStoreABatchTogether() {
    var names = new ArrayList<String>();
    var items = new ArrayList<String>();
    for (int i = 0; i < 50; i++) {
      names.add("e" + i);
      items.add(event("e" + i));
    }
    int calls = kit.intake().calls();
    var operations = kit.stored("POST", BATCH, "{\"batch\":[" + String.join(",", items) + "]}");

    assertThat(operations).extracting(each -> ((Operation.Event) each).name()).isEqualTo(names);
    assertThat(kit.intake().calls() - calls).isEqualTo(1);
  }

  @Test
  @DisplayName("track §7: 207 names bad items by index; all others are applied")
  void shouldTellBadItemsByIndex() {
    kit.intake().taken();
    var answer =
        kit.send(
            "POST",
            BATCH,
            "{\"batch\":[%s,%s,7,%s,null,{}]}".formatted(event("a"), event(""), event("b")));

    assertThat(answer.status()).isEqualTo(207);
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(answer.body())
        .isEqualTo(
            "{\"errors\":["
                + "{\"batch_index\":1,\"reason\":\"required\",\"field\":\"name\",\"message\":\"name is required\"},"
                + "{\"batch_index\":2,\"reason\":\"invalid\",\"field\":\"\",\"message\":\"an operation must be an object\"},"
                + "{\"batch_index\":4,\"reason\":\"invalid\",\"field\":\"\",\"message\":\"an operation must be an object\"},"
                + "{\"batch_index\":5,\"reason\":\"required\",\"field\":\"type\",\"message\":\"type is required\"}]}\n");
    assertThat(kit.intake().taken())
        .extracting(each -> ((Operation.Event) each).name())
        .containsExactly("a", "b");
  }

  @Test
  @DisplayName("track §7: 207 also when every item is bad")
  void shouldAnswer207WhenEveryItemIsBad() {
    var answer = kit.send("POST", BATCH, "{\"batch\":[{},{}]}");

    assertThat(answer.status()).isEqualTo(207);
    assertThat(answer.body()).contains("\"batch_index\":0").contains("\"batch_index\":1");
    assertThat(kit.intake().taken()).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("track §7: a batch that is unusable as a whole is 400 without an index")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | required | batch | batch must be an array of operations",
        "null | required | batch | batch must be an array of operations",
        "`` | required | batch | batch must be an array of operations",
        "{\"batch\":null} | required | batch | batch must be an array of operations",
        "{\"batch\":{}} | required | batch | batch must be an array of operations",
        "{\"batch\":[]} | required | batch | batch must be an array of operations",
        "[] | invalid | `` | request body must be a JSON object",
        "{\"batch\":[ | invalid | `` | request body is not valid JSON near byte 10",
        "{\"batch\":[{\"a\":1,\"a\":2}]} | invalid | `` | request body has the key 'a' twice in one object"
      })
  void shouldRefuseAnUnusableBatch(String body, String reason, String field, String message) {
    kit.refusedEntity(BATCH, body, reason, field, message);
  }

  private static String sized(int bytes) {
    var frame = event("n").replace("}", "").replace("{\"id\":\"ada\"", "{\"id\":\"ada\"}");
    var start = frame + ",\"attributes\":{\"x\":\"";
    return start + "x".repeat(bytes - start.length() - 3) + "\"}}";
  }

  @Test
  @DisplayName("track §6, §8: 32 KB each, white space not counted, and 500 KB in all")
  void shouldBoundItemsAndBatches() {
    var longest = sized(32 * 1024);
    assertThat(longest).hasSize(32 * 1024);
    assertThat(kit.stored("POST", ENTITY, longest)).hasSize(1);
    assertThat(kit.stored("POST", ENTITY, longest.replace(",", " ,\n" + " ".repeat(9000))))
        .hasSize(1);
    kit.refusedEntity(
        ENTITY,
        sized(32 * 1024 + 1),
        "too_large",
        "",
        "an operation cannot be longer than 32768 bytes");

    var answer =
        kit.send("POST", BATCH, "{\"batch\":[" + sized(32 * 1024 + 1) + "," + longest + "]}");
    assertThat(answer.status()).isEqualTo(207);
    assertThat(answer.body()).contains("\"batch_index\":0,\"reason\":\"too_large\"");
    assertThat(kit.intake().taken()).hasSize(1);

    var many = "{\"batch\":[" + String.join(",", Collections.nCopies(15, longest)) + "]}";
    assertThat(kit.stored("POST", BATCH, many + " ".repeat(500 * 1024 - many.length())))
        .hasSize(15);
    kit.refusedEntity(
        BATCH,
        many + " ".repeat(500 * 1024 + 1 - many.length()),
        "too_large",
        "batch",
        "a batch cannot be longer than 512000 bytes");
    kit.refusedEntity(
        BATCH,
        "{\"batch\":[" + "1,".repeat(10_000) + "1]}",
        "limit",
        "batch",
        "a batch cannot have more than 10000 operations");
  }

  @Test
  @DisplayName("track §7, §8: sizes inside an item carry reason and field")
  void shouldBoundWhatAnItemHolds() {
    kit.refusedEntity(
        ENTITY,
        event("x".repeat(101)),
        "too_large",
        "name",
        "event name cannot be longer than 100 bytes");
    kit.refusedEntity(
        ENTITY,
        "{\"type\":\"person\",\"action\":\"delete\",\"identifiers\":{\"id\":\"%s\"}}"
            .formatted("x".repeat(151)),
        "too_large",
        "identifiers.id",
        "id cannot be longer than 150 bytes");
    var attributes = new StringBuilder("\"a\":1");
    for (int i = 0; i < 300; i++) {
      attributes.append(",\"k").append(i).append("\":1");
    }
    var identify = "{\"type\":\"%s\",\"action\":\"identify\",%s,\"attributes\":{%s}}";
    var person = "\"identifiers\":{\"id\":\"a\"}";
    for (var each : List.of(List.of("person", person), List.of("object", OBJECT))) {
      kit.refusedEntity(
          ENTITY,
          identify.formatted(each.getFirst(), each.getLast(), attributes),
          "limit",
          "attributes",
          "cannot identify more than 300 attributes in one request");
      kit.refusedEntity(
          ENTITY,
          identify.formatted(each.getFirst(), each.getLast(), "\"v\":\"" + "x".repeat(1001) + "\""),
          "too_large",
          "attributes.v",
          "value for attribute 'v' cannot be longer than 1000 bytes");
      kit.refusedEntity(
          ENTITY,
          identify.formatted(each.getFirst(), each.getLast(), "\"" + "x".repeat(151) + "\":1"),
          "too_large",
          "attributes",
          "attribute name cannot be longer than 150 bytes");
    }
  }

  // ── the dialect of v2 ────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("track §7: 404 and 413 as in v1")
  void shouldAnswerAsV1() {
    var unknown = kit.send("POST", "/api/v2/other", "{}");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.body()).isEqualTo("{\"meta\":{\"error\":\"not found\",\"status\":404}}\n");

    var long413 = kit.send("POST", BATCH, " ".repeat(1024 * 1024 + 1));
    assertThat(long413.status()).isEqualTo(413);
    assertThat(long413.headers()).doesNotContainKey("retry-after");
    assertThat(long413.body())
        .isEqualTo(
            "{\"meta\":{\"error\":\"request body cannot be longer than 1048576 bytes\",\"status\":413}}\n");
  }

  @Test
  @DisplayName("track §7: 503 with Retry-After when a batch is not stored; nothing of it is")
  void shouldAnswer503() {
    kit.intake().taken();
    kit.intake().full(true);
    try {
      for (var target : List.of(ENTITY, BATCH)) {
        var body = target.equals(ENTITY) ? event("a") : "{\"batch\":[" + event("a") + ",{}]}";
        var answer = kit.send("POST", target, body);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isEqualTo("5");
        assertThat(answer.body())
            .isEqualTo("{\"meta\":{\"error\":\"service unavailable\",\"status\":503}}\n");
      }
    } finally {
      kit.intake().full(false);
    }
    assertThat(kit.intake().taken()).isEmpty();
  }

  @Test
  @DisplayName("track §7, §8: 429 in the form of v2 with Retry-After; a batch is one request")
  void shouldAnswer429() throws IOException {
    try (var own = TestDatabase.create();
        var limited = new TrackServer(own, RateLimits.perSecond(1), kit.intake())) {
      RawHttp.Answer answer;
      do {
        answer = limited.send("POST", BATCH, "{\"batch\":[" + event("a") + "," + event("b") + "]}");
      } while (answer.status() == 200);

      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("retry-after")).isEqualTo("1");
      assertThat(answer.body())
          .isEqualTo(
              "{\"errors\":[{\"reason\":\"rate_limited\",\"field\":\"\",\"message\":\"rate limit exceeded\"}]}\n");
    }
  }
}
