package dev.carillon.api.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carillon.http.JsonReader;
import dev.carillon.http.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers and apps fetch: pipelines §3, §9, §10. */
class BrowserFilesTest {
  private static final PipelinesServer server = new PipelinesServer();
  private static final String ENTRY = "/v1/analytics-js/snippet/wk_demo/analytics.min.js";

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RawHttp.Answer get(String target) throws IOException {
    return server.send("GET", target, "", new byte[0]);
  }

  private static boolean hasClient() {
    return BrowserFilesTest.class.getResource("/analytics-js/standalone.js") != null;
  }

  @Test
  @DisplayName("pipelines §9: the settings of a source, field by field")
  void shouldServeSettings() throws IOException {
    var answer = get("/v1/projects/wk_demo/settings");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("cache-control")).isEqualTo("public, max-age=60");
    assertThat(answer.header("content-type")).isEqualTo("application/json; charset=utf-8");
    assertThat(new JsonReader().value(answer.body().getBytes(UTF_8)))
        .isEqualTo(
            new JsonReader()
                .value(
                    """
                    {"integrations":{
                       "Customer.io Data Pipelines":{"apiKey":"wk_demo","apiHost":"cio.example.test/v1","protocol":"https",
                         "unbundledIntegrations":[],"addBundledMetadata":true,"maybeBundledConfigIds":{},
                         "versionSettings":{"version":"4.4.7","componentTypes":["browser"]},"retryQueue":true}},
                     "plan":{"track":{"__default":{"enabled":true,"integrations":{}}},"identify":{"__default":{"enabled":true}},"group":{"__default":{"enabled":true}}},
                     "edgeFunction":{},"analyticsNextEnabled":true,"middlewareSettings":{},"enabledMiddleware":{},
                     "metrics":{"sampleRate":0,"host":"cio.example.test/v1"},"legacyVideoPluginsEnabled":false,"remotePlugins":[]}
                    """
                        .getBytes(UTF_8)));
  }

  @Test
  @DisplayName("pipelines §9: protocol and port follow the public URL")
  void shouldDeriveTheHostFromThePublicUrl() {
    assertThat(SourceSettings.of("k", "http://127.0.0.1:8080").toString())
        .contains("apiHost=127.0.0.1:8080/v1", "protocol=http,", "host=127.0.0.1:8080/v1");
  }

  @ParameterizedTest
  @DisplayName("pipelines §7, §9, §10: an unknown key is 404 with a text, also for pages")
  @ValueSource(
      strings = {
        "/v1/projects/other/settings",
        "/v1/projects/app/settings",
        "/v1/projects/trackkey/settings",
        "/v1/projects/%27/settings",
        "/v1/analytics-js/snippet/other/analytics.min.js"
      })
  void shouldAnswer404ToUnknownKeys(String target) throws IOException {
    var answer = get(target);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.body()).isEqualTo("The write key in this address is unknown.\n");
  }

  @ParameterizedTest
  @DisplayName("pipelines §10: files that are not part of the client")
  @ValueSource(
      strings = {
        "/v1/analytics-js/unknown.js",
        "/v1/analytics-js/LICENSE.txt",
        "/v1/analytics-js/..%2fdb%2fmigration",
        "/v1/analytics-js/..%2f..%2flogback.js"
      })
  void shouldServeNothingElse(String target) throws IOException {
    var answer = get(target);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.body()).startsWith("This server has no such part of the browser client.");
  }

  @Test
  @DisplayName("pipelines §10: the script with the key in it and our host instead of the vendor's")
  void shouldServeTheScriptOfAPage() throws IOException {
    assumeTrue(hasClient(), "this build has no browser client");

    var answer = get(ENTRY);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(answer.header("cache-control")).isEqualTo("public, max-age=60");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.body())
        .contains("window.analyticsWriteKey=\"wk_demo\"")
        .contains("\"https://cio.example.test/v1/analytics-js/\"")
        .contains("\"cio.example.test/v1\"")
        .doesNotContain("__WRITE_KEY__")
        .doesNotContain("cdp.customer.io");
  }

  @Test
  @DisplayName("pipelines §10: otherwise the script is the one of the package")
  void shouldChangeNothingElse() throws IOException {
    assumeTrue(hasClient(), "this build has no browser client");

    var undone =
        get(ENTRY)
            .body()
            .replace(
                "window.analyticsWriteKey=\"wk_demo\"",
                "window.analyticsWriteKey=\"__WRITE_KEY__\"")
            .replace("cio.example.test", "cdp.customer.io");

    assertThat(undone).isEqualTo(resource("standalone.js"));
    assertThat(get("/v1/analytics-js/ajs-destination.js").body())
        .isEqualTo(resource("ajs-destination.js"));
  }

  private static String resource(String name) {
    try (var in = BrowserFilesTest.class.getResourceAsStream("/analytics-js/" + name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  @DisplayName("pipelines §10: every part of the client, for ever in the browser's cache")
  void shouldServeChunks() throws IOException {
    assumeTrue(hasClient(), "this build has no browser client");
    for (var chunk :
        List.of("ajs-destination.js", "auto-track.js", "schemaFilter.js", "tsub-middleware.js")) {
      var answer = get("/v1/analytics-js/" + chunk);

      assertThat(answer.status()).as(chunk).isEqualTo(200);
      assertThat(answer.header("cache-control")).isEqualTo("public, max-age=31536000, immutable");
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    }
    assertThat(resource("LICENSE.txt")).contains("MIT License");
  }

  @Test
  void shouldSendScriptsPacked() throws Exception {
    assumeTrue(hasClient(), "this build has no browser client");
    try (var client = HttpClient.newHttpClient()) {
      var answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + ENTRY))
                  .header("accept-encoding", "br, gzip")
                  .build(),
              BodyHandlers.ofInputStream());

      assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
      assertThat(answer.headers().firstValue("vary")).contains("accept-encoding");
      try (var in = new GZIPInputStream(answer.body())) {
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(get(ENTRY).body());
      }
    }
  }

  @Test
  @DisplayName("pipelines §10: a key cannot end the text it stands in")
  void shouldEscapeKeysInScripts() {
    assumeTrue(hasClient(), "this build has no browser client");
    var script = new BrowserClient().entry("a\"</script>'\\", "https://b.test").orElseThrow();

    assertThat(new String(script.plain(), UTF_8))
        .contains("window.analyticsWriteKey=\"a\\u0022\\u003c/script\\u003e\\u0027\\u005c\"");
  }

  @ParameterizedTest
  @DisplayName("pipelines §3: OPTIONS on every route")
  @ValueSource(
      strings = {
        "/v1/identify",
        "/v1/track",
        "/v1/page",
        "/v1/screen",
        "/v1/group",
        "/v1/alias",
        "/v1/batch",
        "/v1/i",
        "/v1/t",
        "/v1/p",
        "/v1/s",
        "/v1/g",
        "/v1/a",
        "/v1/b",
        "/v1/m",
        "/v1/geofences/nearest",
        "/v1/projects/wk_demo/settings",
        "/v1/analytics-js/573.js",
        "/v1/analytics-js/snippet/wk_demo/analytics.min.js"
      })
  void shouldAnswerPreflight(String target) throws IOException {
    var answer = server.send("OPTIONS", target, "Origin: https://shop.test\r\n", new byte[0]);

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET, POST, OPTIONS");
    assertThat(answer.header("access-control-allow-headers"))
        .isEqualTo("Authorization, Content-Type, X-Strict-Mode, X-Retry-Count");
    assertThat(answer.header("access-control-max-age")).isEqualTo("7200");
  }

  @Test
  @DisplayName("pipelines §1: telemetry is taken and forgotten")
  void shouldDiscardTelemetry() throws IOException {
    PipelinesServer.assertDone(
        server.send(
            "POST",
            "/v1/m",
            "Content-Type: text/plain\r\n",
            "{\"series\":[{\"type\":\"Counter\",\"metric\":\"m\",\"value\":1,\"tags\":{}}]}"
                .getBytes(UTF_8)));
    PipelinesServer.assertDone(server.send("POST", "/v1/m", "", "not json".getBytes(UTF_8)));
    server.assertNothingTaken();
  }

  @Test
  @DisplayName("pipelines §1: no geofences; a bad key is 401")
  void shouldKnowNoGeofences() throws IOException {
    var answer = server.post("/v1/geofences/nearest", "{\"latitude\":1.5,\"longitude\":2.5}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"geofences\":[]}");
    PipelinesServer.assertRefused(
        server.send("POST", "/v1/geofences/nearest", "", "{}".getBytes(UTF_8)),
        401,
        "unauthorized",
        "write key is missing or unknown");
  }

  @Test
  @DisplayName("pipelines §1, §3: wrong methods and unknown routes")
  void shouldTellRoutesApart() throws IOException {
    var method = get("/v1/track");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.header("allow")).isEqualTo("POST");
    assertThat(method.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(method.body()).contains("\"code\":\"method_not_allowed\"");

    var unknown = get("/v1/projects/wk_demo/other");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.header("access-control-allow-origin")).isEqualTo("*");

    assertThat(server.post("/v1/unknown", "{}").body()).isEqualTo("app: not found");
  }
}
