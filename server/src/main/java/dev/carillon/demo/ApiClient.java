package dev.carillon.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls the public APIs over kept-alive connections; waits and repeats when told to. Thread-safe.
 */
final class ApiClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int ATTEMPTS = 8;
  private static final int LONGEST_WAIT_SECONDS = 10;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final DemoTarget target;
  private final String basic;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  ApiClient(DemoTarget target) {
    this.target = target;
    var pair = (target.siteId() + ":" + target.trackKey()).getBytes(StandardCharsets.UTF_8);
    this.basic = "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /**
   * A Track API call.
   *
   * @param body null for none
   * @throws DemoFailure when the server does not answer or refuses
   */
  JsonNode track(String method, String path, @Nullable Map<String, ?> body)
      throws InterruptedException {
    return call(method, path, basic, body);
  }

  /**
   * A call with the key of the App API.
   *
   * @param body null for none
   * @throws DemoFailure when the server does not answer or refuses
   */
  JsonNode app(String method, String path, @Nullable Map<String, ?> body)
      throws InterruptedException {
    return call(method, path, "Bearer " + target.appKey(), body);
  }

  private JsonNode call(
      String method, String path, String authorization, @Nullable Map<String, ?> body)
      throws InterruptedException {
    var publisher =
        body == null
            ? BodyPublishers.noBody()
            : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    var request =
        HttpRequest.newBuilder(URI.create(target.url() + path))
            .timeout(PATIENCE)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .method(method, publisher)
            .build();
    for (var attempt = 1; ; attempt++) {
      var response = send(request);
      var status = response.statusCode();
      if (status >= 200 && status < 300) {
        return read(response.body());
      }
      if ((status == 429 || status == 503) && attempt < ATTEMPTS) {
        TimeUnit.SECONDS.sleep(retryAfter(response));
        continue;
      }
      throw refusal(method + " " + path, status, response.body());
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new DemoFailure(
          "The server at %s does not answer (%s); start one with ./carillon start."
              .formatted(target.url(), failure),
          failure);
    }
  }

  private static int retryAfter(HttpResponse<String> response) {
    var seconds = response.headers().firstValue("Retry-After").orElse("1");
    return seconds.matches("[0-9]{1,4}")
        ? Math.clamp(Integer.parseInt(seconds), 1, LONGEST_WAIT_SECONDS)
        : 1;
  }

  private JsonNode read(String body) {
    try {
      return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
    } catch (JacksonException notJson) {
      throw new DemoFailure("What answers at " + target.url() + " is not a Carillon.", notJson);
    }
  }

  private DemoFailure refusal(String call, int status, String body) {
    return status == 401
        ? new DemoFailure(
            "The server at %s does not know these keys; give those of its credentials.json with --site-id, --track-key and --app-key."
                .formatted(target.url()))
        : new DemoFailure("The server answers %d to %s: %s".formatted(status, call, body.strip()));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
