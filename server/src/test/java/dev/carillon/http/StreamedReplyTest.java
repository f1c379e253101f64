package dev.carillon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that are written while they are sent. */
class StreamedReplyTest {
  private static final AtomicReference<String> ENDED = new AtomicReference<>("");

  @AutoClose
  private static final HttpServer SERVER =
      HttpServer.start(
          HttpSettings.at("127.0.0.1", 0)
              .withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(1_500), Duration.ofSeconds(1)),
          problem -> Reply.text(problem.status(), problem.message()),
          List.of(table()));

  @AutoClose private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static RouteTable table() {
    return new RouteTable(problem -> Reply.text(problem.status(), problem.message()), "/s")
        .add(
            "GET",
            "/s/long",
            _ ->
                Reply.stream(
                        200,
                        "text/plain",
                        out -> {
                          for (var i = 0; i < 100_000; i++) {
                            out.write((i + "\n").getBytes(UTF_8));
                          }
                        })
                    .with("x-kind", "long"))
        .add("GET", "/s/empty", _ -> Reply.stream(200, "text/plain", _ -> {}))
        .add(
            "GET",
            "/s/problem",
            _ ->
                Reply.stream(
                    200,
                    "text/plain",
                    _ -> {
                      throw new Problem.NotFound("nobody").thrown();
                    }))
        .add(
            "GET",
            "/s/fault",
            _ ->
                Reply.stream(
                    200,
                    "text/plain",
                    _ -> {
                      throw new IllegalStateException("secret detail");
                    }))
        .add(
            "GET",
            "/s/broken",
            _ ->
                Reply.stream(
                    200,
                    "text/plain",
                    out -> {
                      out.write("a part".repeat(1_000).getBytes(UTF_8));
                      throw new IllegalStateException("secret detail");
                    }))
        .add(
            "GET",
            "/s/endless",
            _ ->
                Reply.stream(
                    200,
                    "text/plain",
                    out -> {
                      try {
                        while (true) {
                          out.write(new byte[65_536]);
                        }
                      } catch (IOException | RuntimeException closed) {
                        ENDED.set(closed.getClass().getSimpleName());
                        throw closed;
                      }
                    }));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SERVER.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldSendAllThatIsWrittenAndGoOnWithTheConnection() throws Exception {
    for (var round = 0; round < 3; round++) {
      var answer = get("/s/long");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-kind")).contains("long");
      assertThat(answer.body()).hasLineCount(100_000).endsWith("99999\n");
    }
    assertThat(get("/s/empty").body()).isEmpty();
    var head = RawHttp.once(SERVER.port(), "HEAD", "/s/long", "", new byte[0]);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("x-kind")).isEqualTo("long");
  }

  @Test
  void shouldAnswerWithAProblemAsLongAsNothingIsWritten() throws Exception {
    assertThat(get("/s/problem").statusCode()).isEqualTo(404);
    assertThat(get("/s/problem").body()).isEqualTo("nobody");
    assertThat(get("/s/fault").statusCode()).isEqualTo(500);
    assertThat(get("/s/fault").body()).startsWith("internal error, reference ");
  }

  @Test
  void shouldNotLetAPartLookLikeTheWhole() {
    assertThatThrownBy(() -> get("/s/broken")).isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("a client that takes nothing any more does not hold the writer for ever")
  void shouldEndWhenTheClientTakesNothing() throws Exception {
    try (var idle = new Socket("127.0.0.1", SERVER.port())) {
      idle.getOutputStream().write("GET /s/endless HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
      await().atMost(Duration.ofSeconds(20)).until(() -> !requireNonNull(ENDED.get()).isEmpty());
    }
  }
}
