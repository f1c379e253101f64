package dev.carillon.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.CallResult.Answered;
import dev.carillon.http.CallResult.Cause;
import dev.carillon.http.CallResult.Failed;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls to a server that answers byte by byte what a test wants. */
class CallerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final byte[] BODY = "{\"a\":1}".getBytes(ISO_8859_1);

  @AutoClose static final Caller CALLER = new Caller(new TargetGuard(true));

  /** Answers every request on a connection with the same bytes; an empty text hangs up. */
  private static final class Script implements AutoCloseable {
    final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final AtomicInteger connections = new AtomicInteger();
    final List<String> requests = new CopyOnWriteArrayList<>();
    private final String answer;
    private final boolean once;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    Script(String answer, boolean once) throws IOException {
      this.answer = answer;
      this.once = once;
      Thread.startVirtualThread(() -> {
        try {
          while (true) {
            var socket = server.accept();
            open.add(socket);
            connections.incrementAndGet();
            Thread.startVirtualThread(() -> serve(socket));
          }
        } catch (IOException closed) {
          requests.add("closed");
        }
      });
    }

    private void serve(Socket socket) {
      try {
        var in = socket.getInputStream();
        while (true) {
          var request = request(in);
          if (request.isEmpty()) {
            return;
          }
          requests.add(request);
          if (answer.equals("hang")) {
            continue;
          }
          socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
          socket.getOutputStream().flush();
          if (answer.isEmpty() || once) {
            socket.close();
            return;
          }
        }
      } catch (IOException gone) {
        requests.add("gone");
      }
    }

    private static String request(InputStream in) throws IOException {
      var text = new StringBuilder();
      while (!text.toString().endsWith("\r\n\r\n")) {
        var next = in.read();
        if (next < 0) {
          return "";
        }
        text.append((char) next);
      }
      return text + new String(in.readNBytes(BODY.length), ISO_8859_1);
    }

    URI url(String user) {
      return URI.create("http://" + user + "127.0.0.1:" + server.getLocalPort() + "/a/b?c=d%20e");
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (var each : open) {
        each.close();
      }
    }
  }

  private static CallResult call(String answer) throws IOException {
    try (var script = new Script(answer, false);
        var line = CALLER.line(script.url(""))) {
      return line.post(Map.of(), BODY, LONG);
    }
  }

  @Test
  @DisplayName(
      "a call is plain HTTP/1.1, with the headers it was given and the user of the address")
  void shouldSpeakHttp() throws IOException {
    try (var script = new Script("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false);
        var line = CALLER.line(script.url("ada:s%20ecret@"))) {
      assertThat(line.post(Map.of("X-CIO-Timestamp", "7"), BODY, LONG))
          .isEqualTo(new Answered(200));
      assertThat(script.requests.getFirst())
          .isEqualTo(
              "POST /a/b?c=d%%20e HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: Carillon\r\nContent-Length: 7\r\nAuthorization: Basic YWRhOnMgZWNyZXQ=\r\nX-CIO-Timestamp: 7\r\n\r\n{\"a\":1}"
                  .formatted(script.server.getLocalPort()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 1",
    "'HTTP/1.1 204 No Content\r\n\r\n', 1",
    "'HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', 1",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\nabc\r\n0\r\nT: r\r\n\r\n', 1",
    "'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', 3",
    "'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 3",
    "'HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nok', 3",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n', 3"
  })
  @DisplayName("a connection is used again exactly when the answer lets it")
  void shouldUseConnectionsAgain(String answer, int connections) throws IOException {
    try (var script = new Script(answer, false);
        var line = CALLER.line(script.url(""))) {
      for (var i = 0; i < 3; i++) {
        assertThat(line.post(Map.of(), BODY, LONG)).isInstanceOf(Answered.class);
      }
      assertThat(script.connections.get()).isEqualTo(connections);
      assertThat(script.requests).filteredOn(each -> each.startsWith("POST")).hasSize(3);
    }
  }

  @Test
  @DisplayName("who hangs up between two calls is called again")
  void shouldCallAgainAfterAHangUp() throws IOException {
    try (var script = new Script("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true);
        var line = CALLER.line(script.url(""))) {
      for (var i = 0; i < 3; i++) {
        assertThat(line.post(Map.of(), BODY, LONG)).isEqualTo(new Answered(200));
      }
      assertThat(script.connections.get()).isEqualTo(3);
    }
  }

  @Test
  @DisplayName("what goes wrong is told by its kind")
  void shouldTellWhatWentWrong() throws IOException {
    assertThat(cause(call(""))).isEqualTo(Cause.CONNECTION);
    assertThat(cause(call("SSH-2.0-nonsense\r\n\r\n"))).isEqualTo(Cause.OTHER);
    assertThat(call("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))
        .isEqualTo(new Answered(302));
    int free;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = taken.getLocalPort();
    }
    assertThat(cause(post("http://127.0.0.1:" + free + "/", CALLER))).isEqualTo(Cause.CONNECTION);
    try (var strict = new Caller(new TargetGuard(false))) {
      assertThat(cause(post("http://localhost:" + free + "/", strict))).isEqualTo(Cause.FORBIDDEN);
    }
  }

  @Test
  @DisplayName("a call ends in time, whether the other side says nothing or only takes its time")
  void shouldEndInTime() throws IOException {
    var most = Duration.ofMillis(300);
    try (var script = new Script("hang", false)) {
      for (var scheme : List.of("http", "https")) {
        var url = scheme + script.url("").toString().substring(4);
        try (var line = CALLER.line(URI.create(url))) {
          var began = System.nanoTime();
          assertThat(cause(line.post(Map.of(), BODY, most))).isEqualTo(Cause.TIMEOUT);
          assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG);
        }
      }
    }
    var endless = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok"; // the rest never comes
    try (var script = new Script(endless, false);
        var line = CALLER.line(script.url(""))) {
      assertThat(line.post(Map.of(), BODY, most)).isEqualTo(new Answered(200));
    }
  }

  private static CallResult post(String url, Caller caller) {
    try (var line = caller.line(URI.create(url))) {
      return line.post(Map.of(), BODY, LONG);
    }
  }

  private static Cause cause(CallResult result) {
    assertThat(result).isInstanceOf(Failed.class);
    return ((Failed) result).cause();
  }
}
