package dev.carillon.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
  private static final byte[] NO_BODY = {};
  private static final ErrorShape SHAPE =
      problem -> Reply.text(problem.status(), "a: " + problem.message());
  private static final ErrorShape FALLBACK =
      problem -> Reply.text(problem.status(), "fallback: " + problem.message());
  private static HttpServer server;

  @BeforeAll
  static void start() {
    server = HttpServer.start(HttpSettings.at("127.0.0.1", 0), FALLBACK, List.of(table()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RouteTable table() {
    return new RouteTable(SHAPE, "/a")
        .openToBrowsers()
        .add("PUT", "/a/people/{person}", request -> Reply.text(200, request.segment("person")))
        .add("GET", "/a/people/{person}", request -> Reply.text(200, request.segment("person")))
        .add("GET", "/a/people/search", _ -> Reply.text(200, "literal"))
        .add(
            "POST",
            "/a/people/{person}/events",
            request -> Reply.text(200, "event of " + request.segment("person")))
        .add("GET", "/a/query", request -> Reply.text(200, String.join("|", request.queryAll("q"))))
        .add("POST", "/a/echo", request -> Reply.bytes(200, "text/plain", request.body(1000)))
        .add("POST", "/a/ignore", _ -> Reply.text(200, "ignored"))
        .add("POST", "/a/upload", request -> Reply.text(200, "" + request.body(8_000_000).length))
        .add(
            "GET",
            "/a/fault",
            _ -> {
              throw new IllegalStateException("secret detail");
            })
        .add(
            "GET",
            "/a/limited",
            _ -> {
              throw new Problem.RateLimited(7).thrown();
            });
  }

  private static RawHttp.Answer send(String method, String target) throws IOException {
    return RawHttp.once(server.port(), method, target, "", NO_BODY);
  }

  @ParameterizedTest
  @DisplayName("track §1 path decoding: one segment, decoded exactly once")
  @CsvSource(
      delimiter = ' ',
      value = {
        "a%2Fb a/b",
        "a%2fb a/b",
        "a%3Bb a;b",
        "a;b=c a;b=c",
        "a%5Cb a\\b",
        "a%252Fb a%2Fb",
        "%2e%2e ..",
        ".. ..",
        "%2E .",
        "a+b@x.test a+b@x.test",
        "a%2Bb a+b",
        "a&b=c$d:e a&b=c$d:e",
        "caf%C3%A9 café",
        "%F0%9F%98%80 😀",
        "a%3Fb%23c a?b#c",
        "%7Bperson%7D {person}",
        "{x} {x}",
        "a|b^c a|b^c",
        "search%20 'search '"
      })
  void shouldDecodeASegmentExactlyOnce(String raw, String decoded) throws IOException {
    assertThat(send("PUT", "/a/people/" + raw).body()).isEqualTo(decoded);
    assertThat(send("PUT", "/a/people/" + raw + "/").body()).isEqualTo(decoded);
    assertThat(send("POST", "/a/people/" + raw + "/events?x=1").body())
        .isEqualTo("event of " + decoded);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%2", "a%", "a%zz", "a%00b", "%FF", "%ED%A0%80", "a\u00e9b"})
  void shouldRefuseASegmentThatCannotBeDecoded(String raw) throws IOException {
    var answer = send("PUT", "/a/people/" + raw);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).startsWith("a: ");
  }

  @ParameterizedTest
  @DisplayName("track §1: an empty segment is 404; the longest prefix decides the error shape")
  @CsvSource({
    "/a/people/, a: not found",
    "/a/people//events, a: not found",
    "//a/people/x, a: not found",
    "/a//people/x, a: not found",
    "/a/people/x//, a: not found",
    "/a/nothing, a: not found",
    "/b, fallback: not found",
    "/, fallback: not found",
    "//, fallback: not found",
    "*, fallback: not found",
    "a/people/x, a: not found"
  })
  void shouldAnswer404ForAnUnknownPath(String path, String body) throws IOException {
    var answer = send("GET", path);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo(body);
  }

  @Test
  void shouldAnswer405WithTheMethodsThePathKnows() throws IOException {
    var answer = send("DELETE", "/a/people/search");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).isEqualTo("GET, PUT");
    assertThat(answer.body()).isEqualTo("a: method not allowed");
  }

  @Test
  void shouldPreferLiteralSegmentsAndFallBackToNamedOnes() throws IOException {
    assertThat(send("GET", "/a/people/search").body()).isEqualTo("literal");
    assertThat(send("PUT", "/a/people/search").body()).isEqualTo("search");
    assertThat(send("GET", "http://localhost/a/people/x").body()).isEqualTo("x");
  }

  @Test
  @DisplayName("track §1: in the query string, form decoding applies")
  void shouldFormDecodeTheQuery() throws IOException {
    assertThat(send("GET", "/a/query?q=a+b%2Bc&x=1&q=&q=%C3%A9&q").body()).isEqualTo("a b+c||é|");
    assertThat(send("GET", "/a/query").body()).isEmpty();
    assertThat(send("GET", "/a/query?q=%zz").status()).isEqualTo(400);
  }

  @Test
  void shouldAnswerHeadLikeGetWithoutABody() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      var head = connection.request("HEAD", "/a/people/abc", "", NO_BODY);
      var next = connection.request("GET", "/a/people/abc", "", NO_BODY);

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-length")).isEqualTo("3");
      assertThat(next.body()).isEqualTo("abc");
    }
  }

  @Test
  void shouldLetBrowsersAskFirst() throws IOException {
    var answer = send("OPTIONS", "/a/people/x");

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(answer.header("access-control-allow-methods")).isEqualTo("GET, PUT");
    assertThat(answer.header("access-control-allow-headers")).contains("authorization");
    assertThat(send("OPTIONS", "/b").status()).isEqualTo(404);
  }

  @Test
  void shouldHideWhatWentWrongInside() throws IOException {
    var answer = send("GET", "/a/fault");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).matches("a: internal error, reference [0-9a-f]{16}");
  }

  @Test
  void shouldAddRetryAfterToARateLimit() throws IOException {
    var answer = send("GET", "/a/limited");

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("retry-after")).isEqualTo("7");
  }

  @Test
  void shouldKeepTheConnectionAcrossRequestsAndUnreadBodies() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      for (int i = 0; i < 3; i++) {
        assertThat(connection.request("POST", "/a/echo", "", "hello".getBytes(UTF_8)).body())
            .isEqualTo("hello");
        assertThat(connection.request("POST", "/a/ignore", "", new byte[100_000]).body())
            .isEqualTo("ignored");
        assertThat(connection.request("POST", "/a/nowhere", "", "{}".getBytes(UTF_8)).status())
            .isEqualTo(404);
      }
    }
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrder() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send(
          "GET /a/people/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /a/people/2 HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(connection.answer().body()).isEqualTo("1");
      assertThat(connection.answer().body()).isEqualTo("2");
    }
  }

  @Test
  void shouldReadChunkedBodies() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send(
          "POST /a/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

      assertThat(connection.answer().body()).isEqualTo("abcde");
    }
  }

  @Test
  @DisplayName(
      "track §8: a body over the cap is 413 without Retry-After, and the connection lives on")
  void shouldRefuseABodyOverTheCap() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      var answer = connection.request("POST", "/a/echo", "", new byte[1_001]);

      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.headers()).doesNotContainKey("retry-after");
      assertThat(answer.body()).isEqualTo("a: request body cannot be longer than 1000 bytes");
      assertThat(connection.request("POST", "/a/echo", "", new byte[1_000]).status())
          .isEqualTo(200);
      assertThat(connection.request("POST", "/a/echo", "", new byte[3_000_000]).status())
          .isEqualTo(413);
      assertThat(connection.request("POST", "/a/echo", "", new byte[1_000]).status())
          .isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseABodyOverTheServersCapWithoutReadingIt() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send("POST /a/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
      var answer = connection.answer();

      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("a: request body cannot be longer than 16777216 bytes");
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void shouldRefuseAChunkedBodyOverTheServersCap() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send(
          "POST /a/upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n");

      assertThat(connection.answer().status()).isEqualTo(413);
    }
  }

  @Test
  @DisplayName("track §1: Content-Encoding gzip is accepted")
  void shouldDecompressGzip() throws IOException {
    var headers = "Content-Encoding: gzip\r\n";
    var answer =
        RawHttp.once(server.port(), "POST", "/a/echo", headers, gzip("hello".getBytes(UTF_8)));
    var empty = RawHttp.once(server.port(), "POST", "/a/echo", headers, NO_BODY);

    assertThat(answer.body()).isEqualTo("hello");
    assertThat(empty.status()).isEqualTo(200);
  }

  @Test
  void shouldBoundDecompression() throws IOException {
    var bomb = gzip(new byte[50_000_000]);
    var answer =
        RawHttp.once(server.port(), "POST", "/a/upload", "Content-Encoding: gzip\r\n", bomb);

    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void shouldRefuseWhatIsNoGzipOrAnotherEncoding() throws IOException {
    var broken =
        RawHttp.once(
            server.port(), "POST", "/a/echo", "Content-Encoding: gzip\r\n", "{}".getBytes(UTF_8));
    var brotli =
        RawHttp.once(
            server.port(), "POST", "/a/echo", "Content-Encoding: br\r\n", "{}".getBytes(UTF_8));

    assertThat(broken.status()).isEqualTo(400);
    assertThat(brotli.status()).isEqualTo(415);
  }

  @Test
  void shouldHonourExpectContinue() throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send(
          "POST /a/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertThat(connection.answer().status()).isEqualTo(100);
      connection.send("ok");
      assertThat(connection.answer().body()).isEqualTo("ok");

      connection.send(
          "POST /a/ignore HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      var answer = connection.answer();
      assertThat(answer.body()).isEqualTo("ignored");
      assertThat(answer.header("connection")).isEqualTo("close");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /a HTTP/1.0\r\n\r\n', 505",
    "'GET\r\n\r\n', 400",
    "'POST /a/echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400",
    "'POST /a/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400"
  })
  void shouldRefuseMalformedRequests(String request, int status) throws IOException {
    try (var connection = new RawHttp(server.port())) {
      connection.send(request);

      var answer = connection.answer();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body()).contains(": ");
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void shouldBoundRequestLineAndHeaders() throws IOException {
    assertThat(send("GET", "/a/people/" + "x".repeat(20_000)).status()).isEqualTo(414);
    var headers = "X-Long: " + "x".repeat(40_000) + "\r\n";
    assertThat(RawHttp.once(server.port(), "GET", "/a/people/x", headers, NO_BODY).status())
        .isEqualTo(400);
  }

  @Test
  void shouldAcceptUnusualHeaders() throws IOException {
    var headers = "X-Odd: \u00e9\u0001;,\"\r\nUser-Agent:\r\nHost: second\r\nX-Retry-Count: 1\r\n";

    assertThat(RawHttp.once(server.port(), "GET", "/a/people/x", headers, NO_BODY).status())
        .isEqualTo(200);
  }

  @Test
  void shouldCloseConnectionsWhoseRequestDoesNotArrive() throws IOException {
    var settings =
        HttpSettings.at("127.0.0.1", 0)
            .withTimeouts(Duration.ofMillis(300), Duration.ofSeconds(60), Duration.ofSeconds(1));
    try (var slow = HttpServer.start(settings, FALLBACK, List.of(table()));
        var body = new RawHttp(slow.port());
        var header = new RawHttp(slow.port())) {
      body.send("POST /a/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
      header.send("GET /a/people/x HTTP/1.1\r\nHost: x\r\nX-Slow: a");

      assertThat(body.isClosedByServer()).isTrue();
      assertThat(header.isClosedByServer()).isTrue();
    }
  }

  @Test
  void shouldCloseSilentConnections() throws IOException {
    var settings =
        HttpSettings.at("127.0.0.1", 0)
            .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(1));
    try (var server = HttpServer.start(settings, FALLBACK, List.of(table()));
        var connection = new RawHttp(server.port())) {
      assertThat(connection.request("GET", "/a/people/x", "", NO_BODY).status()).isEqualTo(200);

      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void shouldFinishRequestsInFlightWhenStopped() throws Exception {
    var entered = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var table =
        new RouteTable(SHAPE, "/a")
            .add(
                "GET",
                "/a/slow",
                _ -> {
                  entered.countDown();
                  release.await(60, TimeUnit.SECONDS);
                  return Reply.text(200, "done");
                });
    var stopping = HttpServer.start(HttpSettings.at("127.0.0.1", 0), FALLBACK, List.of(table));
    int port = stopping.port();
    try (var connection = new RawHttp(port);
        var idle = new RawHttp(port);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // given
      connection.send("GET /a/slow HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();

      // when
      var stopped = threads.submit(stopping::close);
      assertThat(idle.isClosedByServer()).isTrue();
      release.countDown();

      // then
      assertThat(connection.answer().body()).isEqualTo("done");
      stopped.get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> new RawHttp(port).close()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldSayWhyItCannotListen() {
    assertThatThrownBy(() ->
            HttpServer.start(
                HttpSettings.at("127.0.0.1", server.port()), FALLBACK, List.of(table())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port())
        .hasMessageContaining("in use");
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }
}
