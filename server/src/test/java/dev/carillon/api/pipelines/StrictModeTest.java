package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.HttpSettings;
import dev.carillon.http.RateLimits;
import dev.carillon.http.RawHttp;
import dev.carillon.processing.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Permissive and strict mode, limits, rates, and storage that is away: pipelines §7, §8. */
class StrictModeTest {
  private static final PipelinesServer server = new PipelinesServer();
  private static final String GOOD = "{\"userId\":\"ada\",\"event\":\"seen\"}";

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forget() {
    server.intake.refuse(0);
    server.intake.taken();
  }

  private static RawHttp.Answer with(String headers, String target, String body)
      throws IOException {
    return server.send("POST", target, headers, body.getBytes(UTF_8));
  }

  /** Wrong calls: 400 with the message when asked to be strict, else 200; nothing is stored. */
  private static void assertWrong(String target, String body, String code, String message)
      throws IOException {
    PipelinesServer.assertRefused(server.strictly(target, body), 400, code, message);
    PipelinesServer.assertDone(server.post(target, body));
    server.assertNothingTaken();
  }

  @ParameterizedTest
  @DisplayName("pipelines §7: what strict mode checks, and its words")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/track | {\"userId\":\"ada\"} | event is required",
        "/v1/track | {\"userId\":\"ada\",\"event\":\" \"} | event is required",
        "/v1/track | {\"userId\":\"ada\",\"event\":7} | event must be a string",
        "/v1/track | {\"event\":\"seen\"} | userId or anonymousId is required",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"\",\"anonymousId\":\"\"} | userId or anonymousId is required",
        "/v1/track | {\"event\":\"seen\",\"userId\":[]} | userId must be a string",
        "/v1/track | {\"event\":\"seen\",\"anonymousId\":{}} | anonymousId must be a string",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"ada\",\"messageId\":[]} | messageId must be a string",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"ada\",\"properties\":[]} | properties must be an object",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"ada\",\"properties\":\"x\"} | properties must be an object",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"ada\",\"context\":1} | context must be an object",
        "/v1/track | {\"event\":\"seen\",\"userId\":\"ada\",\"integrations\":true} | integrations must be an object",
        "/v1/identify | {} | userId or anonymousId is required",
        "/v1/identify | {\"traits\":{\"email\":\"nobody\"}} | traits.email must be an e-mail address",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":[]} | traits must be an object",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"email\":5}} | email attribute must be a string value",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"id\":[]}} | traits.id must be a string",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"_relationship\":1}} | _relationship is a reserved attribute name",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"\":1}} | attribute name cannot be empty",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"cio_relationships\":{}}} | cio_relationships is not taken from traits; use group or objectId",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"objectId\":\"a\",\"relationshipAttributes\":1}} | traits.relationshipAttributes must be an object",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"objectId\":\"a\",\"objectTypeId\":0}} | objectTypeId must be a whole number from 1",
        "/v1/identify | {\"userId\":\"ada\",\"traits\":{\"objectId\":\"a\",\"objectTypeId\":2}} | objectTypeId names no object type",
        "/v1/group | {\"userId\":\"ada\"} | groupId is required",
        "/v1/group | {\"userId\":\"ada\",\"groupId\":\"\"} | groupId is required",
        "/v1/group | {\"userId\":\"ada\",\"groupId\":true} | groupId must be a string",
        "/v1/group | {\"groupId\":\"acme\"} | userId or anonymousId is required",
        "/v1/group | {\"userId\":\"ada\",\"groupId\":\"acme\",\"traits\":{\"relationship\":1}} | relationship is a reserved attribute name",
        "/v1/alias | {\"previousId\":\"old\"} | userId is required",
        "/v1/alias | {\"userId\":\"ada\"} | previousId is required",
        "/v1/alias | {\"userId\":\"ada\",\"previousId\":{}} | previousId must be a string",
        "/v1/alias | {\"userId\":\"ada\",\"previousId\":\"ada\"} | previousId must differ from userId",
        "/v1/page | {\"userId\":\"ada\"} | properties.url or name is required",
        "/v1/page | {\"name\":\"Home\"} | userId or anonymousId is required",
        "/v1/screen | {\"userId\":\"ada\"} | name is required",
        "/v1/screen | {\"name\":\"Cart\"} | userId or anonymousId is required",
        "/v1/batch | {} | batch must be a non-empty array",
        "/v1/batch | {\"batch\":[]} | batch must be a non-empty array",
        "/v1/batch | {\"batch\":{}} | batch must be a non-empty array",
        "/v1/batch | {\"batch\":[7]} | batch[0]: call must be an object",
        "/v1/batch | {\"batch\":[null]} | batch[0]: call must be an object",
        "/v1/batch | {\"batch\":[{\"userId\":\"ada\"}]} | batch[0]: type must be identify, track, page, screen, group or alias",
        "/v1/batch | {\"batch\":[{\"type\":\"Track\"}]} | batch[0]: type must be identify, track, page, screen, group or alias",
        "/v1/batch | {\"batch\":[{\"type\":\"track\",\"userId\":\"ada\",\"event\":\"e\"}],\"context\":[]} | context must be an object",
        "/v1/track | [] | request body must be a JSON object",
        "/v1/track | null | request body must be a JSON object",
        "/v1/track | {\"event\": | request body is not valid JSON near byte 9",
        "/v1/track | `` | request body is empty"
      })
  void shouldTellWhatIsWrongOnlyWhenAsked(String target, String body, String message)
      throws IOException {
    assertWrong(target, body, "invalid", message);
  }

  @ParameterizedTest
  @DisplayName("pipelines §7: the calls of the official live suite pass strict mode")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/identify | {\"anonymousId\":\"anon-1\"}",
        "/v1/page | {\"userId\":\"ada\",\"name\":\"Home\",\"properties\":{\"path\":\"/\"}}",
        "/v1/screen | {\"userId\":\"ada\",\"name\":\"Cart\"}",
        "/v1/batch | {\"batch\":[{\"type\":\"identify\",\"userId\":\"ada\"},{\"type\":\"track\",\"userId\":\"ada\",\"event\":\"e\"}]}",
        "/v1/track | {\"userId\":\"ada\",\"event\":\"e\",\"properties\":null,\"context\":null,\"integrations\":null}"
      })
  void shouldPassTheOfficialSuite(String target, String body) throws IOException {
    PipelinesServer.assertDone(server.strictly(target, body));
  }

  @Test
  @DisplayName("pipelines §7: a bad item: strict applies nothing, permissive all others")
  void shouldIsolateBadItemsUnlessStrict() throws IOException {
    var batch =
        """
        {"batch":[{"type":"track","userId":"ada","event":"a"},{"type":"track","userId":"ada"},{"type":"x"},
         {"type":"track","userId":"ada","event":"d"}]}
        """;

    var answer = server.strictly("/v1/batch", batch);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo(
            "{\"meta\":{\"errors\":[\"batch[1]: event is required\","
                + "\"batch[2]: type must be identify, track, page, screen, group or alias\"]},"
                + "\"code\":\"invalid\",\"message\":\"batch[1]: event is required\"}\n");
    server.assertNothingTaken();

    PipelinesServer.assertDone(server.post("/v1/batch", batch));
    assertThat(names(server.intake.taken())).containsExactly(List.of("a", "d"));
  }

  private static List<List<String>> names(List<List<Operation>> calls) {
    return calls.stream()
        .map(call -> call.stream().map(each -> ((Operation.Event) each).name()).toList())
        .toList();
  }

  @Test
  @DisplayName("pipelines §7: an item that cannot be stored does not spoil its batch")
  void shouldIsolateItemsThatCannotBeRead() throws IOException {
    var batch =
        """
        {"writeKey":"wk_demo","batch":[ {"type":"track","userId":"ada","event":"a"} ,
         {"type":"track","userId":"ada","event":"half \\ud83d"},
         {"type":"track","userId":"ada","event":"nul \\u0000"},
         {"type":"track","userId":"ada","event":"twice","event":"twice"}, 7, "x", null,
         {"type":"track","userId":"ada","event":"d","properties":{"ok":"\\ud83d\\ude00"}}]}
        """;

    PipelinesServer.assertDone(with("", "/v1/b", batch));
    assertThat(names(server.intake.taken())).containsExactly(List.of("a", "d"));

    assertThat(server.strictly("/v1/b", batch).status()).isEqualTo(400);
    server.assertNothingTaken();
  }

  @ParameterizedTest
  @DisplayName("pipelines §2, §7: a bad write key is 200 and dropped, 401 in strict mode")
  @ValueSource(
      strings = {
        "",
        "Authorization: Basic d3Jvbmc6\r\n",
        "Authorization: Basic\r\n",
        "Authorization: Basic !!!\r\n",
        "Authorization: Basic c2l0ZTp3cm9uZw==\r\n",
        "Authorization: Bearer wk_demo\r\n",
        "Authorization: Bearer app\r\n"
      })
  void shouldTellABadKeyOnlyWhenAsked(String header) throws IOException {
    for (var type : CallType.values()) {
      for (var target : List.of("/v1/" + type.wire(), "/v1/" + type.letter())) {
        PipelinesServer.assertDone(with(header, target, GOOD));
        PipelinesServer.assertRefused(
            with(header + PipelinesServer.STRICT, target, GOOD),
            401,
            "unauthorized",
            "write key is missing or unknown");
      }
    }
    for (var target : List.of("/v1/batch", "/v1/b")) {
      PipelinesServer.assertDone(with(header, target, "{\"batch\":[" + GOOD + "]}"));
      assertThat(
              with(header + PipelinesServer.STRICT, target, "{\"batch\":[" + GOOD + "]}").status())
          .isEqualTo(401);
    }
    server.assertNothingTaken();
  }

  @Test
  @DisplayName("pipelines §2: the header goes before the body")
  void shouldNotTakeTheKeyOfTheBodyWhenThereIsAHeader() throws IOException {
    with(
        PipelinesServer.basic("wrong:"),
        "/v1/t",
        "{\"writeKey\":\"wk_demo\",\"userId\":\"ada\",\"event\":\"seen\"}");

    server.assertNothingTaken();
  }

  @Test
  @DisplayName("pipelines §8: 32 KB a call, 32 KB an item, 500 KB a batch")
  void shouldBoundCallsAndBatches() throws IOException {
    PipelinesServer.assertDone(server.strictly("/v1/track", padded(32 * 1024)));
    assertThat(server.intake.taken()).hasSize(1);
    assertWrong(
        "/v1/track", padded(32 * 1024 + 1), "too_large", "call cannot be longer than 32768 bytes");

    var item = padded(32 * 1024);
    PipelinesServer.assertDone(
        server.strictly("/v1/batch", "{\"batch\":[" + item + "," + item + "]}"));
    assertThat(server.intake.taken()).hasSize(1);
    var longer = padded(32 * 1024 + 1);
    assertWrong(
        "/v1/batch",
        "{\"batch\":[" + longer + "]}",
        "too_large",
        "batch[0]: call cannot be longer than 32768 bytes");
    assertWrong(
        "/v1/batch",
        "{\"batch\":[" + GOOD + "]," + " ".repeat(500 * 1024) + "\"sentAt\":null}",
        "too_large",
        "batch cannot be longer than 512000 bytes");
  }

  /** A call of so many bytes. */
  private static String padded(int bytes) {
    var frame = "{\"type\":\"track\",\"userId\":\"ada\",\"event\":\"seen\",\"sentAt\":\"\"}";
    return frame.replace("\"\"}", "\"" + "x".repeat(bytes - frame.length()) + "\"}");
  }

  @Test
  @DisplayName(
      "pipelines §7: over all bounds of the server the answer is 400, which apps give up at")
  void shouldAnswer400ToWhatIsNotEvenRead() throws IOException {
    RawHttp.Answer answer;
    try (var connection = new RawHttp(server.port())) {
      // The length alone tells; whoever went on writing would find the connection closed.
      connection.send(
          "POST /v1/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
              + (HttpSettings.at("127.0.0.1", 0).maxBodyBytes() + 1)
              + "\r\n\r\n");
      answer = connection.answer();
    }

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  @Test
  @DisplayName("pipelines §4, §8: the context of a batch is bounded by how often it is repeated")
  void shouldBoundTheContextOfABatch() throws IOException {
    var items =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "{\"type\":\"track\",\"userId\":\"a\",\"event\":\"e\"}")
            .collect(Collectors.joining(","));

    assertWrong(
        "/v1/batch",
        "{\"context\":{\"x\":\"" + "y".repeat(1_000) + "\"},\"batch\":[" + items + "]}",
        "too_large",
        "context of a batch, once for each of its calls, cannot be longer than 1048576 bytes");
    PipelinesServer.assertDone(
        server.strictly("/v1/batch", "{\"context\":{\"x\":1},\"batch\":[" + items + "]}"));
    assertThat(server.intake.taken().getFirst()).hasSize(5_000);
  }

  @Test
  @DisplayName("pipelines §8: the limits of track §8 hold after mapping and drop that call")
  void shouldBoundAttributesAndEvents() throws IOException {
    var long101 = "é".repeat(50) + "x";
    assertWrong(
        "/v1/track",
        "{\"userId\":\"ada\",\"event\":\"" + long101 + "\"}",
        "too_large",
        "event name cannot be longer than 100 bytes");
    assertWrong(
        "/v1/page",
        "{\"userId\":\"ada\",\"name\":\"" + "x".repeat(500) + "\"}",
        "too_large",
        "event name must be less than 500 characters");
    assertWrong(
        "/v1/identify",
        "{\"userId\":\"ada\",\"traits\":{\"a\":\"" + "x".repeat(1001) + "\"}}",
        "too_large",
        "value for attribute 'a' cannot be longer than 1000 bytes");
    assertWrong(
        "/v1/group",
        "{\"userId\":\"ada\",\"groupId\":\"g\",\"traits\":{\"" + "n".repeat(151) + "\":1}}",
        "too_large",
        "attribute name cannot be longer than 150 bytes");
    assertWrong(
        "/v1/identify",
        IntStream.range(0, 301)
            .mapToObj(i -> "\"a" + i + "\":1")
            .collect(Collectors.joining(",", "{\"userId\":\"ada\",\"traits\":{", "}}")),
        "invalid",
        "cannot identify more than 300 attributes in one request");
    var long151 = "x".repeat(151);
    assertWrong(
        "/v1/track",
        "{\"userId\":\"" + long151 + "\",\"event\":\"e\"}",
        "too_large",
        "userId cannot be longer than 150 bytes");
    assertWrong(
        "/v1/track",
        "{\"anonymousId\":\"" + long151 + "\",\"event\":\"e\"}",
        "too_large",
        "anonymousId cannot be longer than 150 bytes");
    assertWrong(
        "/v1/group",
        "{\"userId\":\"ada\",\"groupId\":\"" + long151 + "\"}",
        "too_large",
        "groupId cannot be longer than 150 bytes");
    assertWrong(
        "/v1/track",
        "{\"userId\":\"ada\",\"event\":\"e\",\"messageId\":\"" + "x".repeat(256) + "\"}",
        "too_large",
        "messageId cannot be longer than 255 bytes");
  }

  @Test
  @DisplayName("pipelines §7: an operator may make strict mode the default; apps still get 400")
  void shouldBeStrictByDefaultWhenTheOperatorWants() throws IOException {
    try (var strict = new PipelinesServer(RateLimits.off(), true)) {
      assertThat(strict.post("/v1/track", "{}").status()).isEqualTo(400);
      assertThat(strict.send("POST", "/v1/track", "", GOOD.getBytes(UTF_8)).status())
          .isEqualTo(401);
      PipelinesServer.assertRefused(
          strict.send("POST", "/v1/b", "", "{\"batch\":[{}]}".getBytes(UTF_8)),
          400,
          "unauthorized",
          "write key is missing or unknown");
      PipelinesServer.assertDone(strict.post("/v1/track", GOOD));
    }
  }

  @Test
  @DisplayName("pipelines §7, §8: 429 with Retry-After in both modes")
  void shouldAnswer429OverTheRate() throws IOException {
    try (var limited = new PipelinesServer(RateLimits.of(1, Duration.ofSeconds(60)), false)) {
      PipelinesServer.assertDone(limited.post("/v1/track", GOOD));
      for (var headers :
          List.of(PipelinesServer.KEY, PipelinesServer.KEY + PipelinesServer.STRICT)) {
        var answer = limited.send("POST", "/v1/track", headers, GOOD.getBytes(UTF_8));

        PipelinesServer.assertRefused(answer, 429, "rate_limited", "rate limit exceeded");
        assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 60);
      }
      PipelinesServer.assertDone(limited.post("/v1/m", "{}"));
    }
  }

  @Test
  @DisplayName("pipelines §7: what is not stored is 503 with Retry-After in both modes, never 200")
  void shouldAnswer503WhenNothingCanBeStored() throws IOException {
    for (var headers : List.of(PipelinesServer.KEY, PipelinesServer.KEY + PipelinesServer.STRICT)) {
      for (var target : List.of("/v1/track", "/v1/t")) {
        server.intake.refuse(Integer.MAX_VALUE);
        var answer = with(headers, target, GOOD);

        PipelinesServer.assertRefused(answer, 503, "unavailable", "service unavailable");
        assertThat(answer.header("retry-after")).isEqualTo("5");
      }
    }
  }

  @Test
  @DisplayName("pipelines §8: browsers lose what is answered 503, so their routes wait a while")
  void shouldWaitForStorageOnTheRoutesOfBrowsers() throws IOException {
    server.intake.refuse(3);
    PipelinesServer.assertDone(with(PipelinesServer.KEY, "/v1/t", GOOD));
    assertThat(server.intake.taken()).hasSize(1);

    server.intake.refuse(1);
    assertThat(with(PipelinesServer.KEY, "/v1/track", GOOD).status()).isEqualTo(503);
  }

  @Test
  @DisplayName("pipelines §7: dropped calls are counted by reason")
  void shouldCountDroppedCalls() throws IOException {
    var before = server.dropped();
    server.post("/v1/track", "{}");
    server.post("/v1/track", "not json");
    server.post("/v1/track", " ".repeat(40_000));
    with("", "/v1/track", GOOD);
    server.strictly("/v1/track", "{}");

    assertThat(server.dropped())
        .allSatisfy((reason, count) ->
            assertThat(count - before.getOrDefault(reason, 0L)).as(reason).isEqualTo(1));
  }
}
