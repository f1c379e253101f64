package dev.carillon.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client of one server can call, with the keys of its workspace. Safe for many threads. */
final class HttpCalls implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String MANAGE = "/v1/environments/1";

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(20))
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private final Supplier<URI> url;

  /** Calls wherever the server is at the moment of the call. */
  HttpCalls(CarillonProcess server) {
    this.url = server::url;
  }

  /** An answer: its status and its body as text. */
  record Answer(int status, String body) {
    JsonNode json() {
      return JSON.readTree(body);
    }

    /** The body of a success. */
    JsonNode ok() {
      if (status < 200 || status > 299) {
        throw new AssertionError("answered " + status + ": " + body);
      }
      return body.isBlank() ? JSON.createObjectNode() : json();
    }
  }

  static String basic(String user, String password) {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** An identifier as one segment of a path. */
  static String segment(String identifier) {
    return URLEncoder.encode(identifier, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** {@code PUT /api/v1/customers/{person}}. */
  Answer identify(String person, Map<String, ?> attributes) throws IOException {
    return track("PUT", "/api/v1/customers/" + segment(person), JSON.writeValueAsBytes(attributes));
  }

  /** {@code POST /api/v1/customers/{person}/events}. */
  Answer event(String person, String name, Map<String, ?> data) throws IOException {
    return track(
        "POST",
        "/api/v1/customers/" + segment(person) + "/events",
        JSON.writeValueAsBytes(Map.of("name", name, "data", data)));
  }

  /** Any Track API call. */
  Answer track(String method, String path, byte[] body) throws IOException {
    return send(method, path, basic(CarillonProcess.SITE_ID, CarillonProcess.TRACK_KEY), body);
  }

  /** Any call with the key of the App API. */
  Answer app(String method, String path, String body) {
    try {
      return send(
          method, path, "Bearer " + CarillonProcess.APP_KEY, body.getBytes(StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Reads from the App API. */
  JsonNode get(String path) {
    return app("GET", path, "").ok();
  }

  /** Creates a segment of these conditions; its id. */
  int segment(String name, String conditions) {
    var body =
        """
        {"segment": {"name": "%s", "conditions": %s}}\
        """
            .formatted(name, conditions);
    return app("POST", MANAGE + "/segments", body).ok().get("segment").get("id").intValue();
  }

  /** Creates and starts a campaign; its id. */
  int campaign(String definition) {
    var body = "{\"campaign\": " + definition + "}";
    var id = app("POST", MANAGE + "/campaigns", body).ok().get("campaign").get("id").intValue();
    Awaitility.await("past events are counted before a campaign starts")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> app("POST", MANAGE + "/campaigns/" + id + "/start", "{}").ok());
    return id;
  }

  /** Why a person is or is not in a segment or campaign. */
  JsonNode explain(String kind, int id, String person) {
    return get(MANAGE + "/" + kind + "/" + id + "/explain?person=" + segment(person));
  }

  /** Turns the test clock forward. */
  void advance(Duration by) {
    app("POST", MANAGE + "/clock", "{\"advance_seconds\": " + by.toSeconds() + "}").ok();
  }

  /**
   * Any call.
   *
   * @throws IOException when there was no answer: what became of the call is unknown
   */
  Answer send(String method, String path, String authorization, byte[] body) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(url.get() + path))
            .timeout(PATIENCE)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
