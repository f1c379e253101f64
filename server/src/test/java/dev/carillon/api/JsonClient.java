package dev.carillon.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls a server of this machine with a bearer key.
 *
 * @param key empty sends no key
 */
public record JsonClient(int port, String key) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** An answer with JSON in it. */
  public record Answer(RawHttp.Answer http, String call) {
    /** The status. */
    public int status() {
      return http.status();
    }

    /** The body. */
    public JsonNode json() {
      return JSON.readTree(http.body());
    }

    /** Expects this status and a body that is exactly this JSON, whatever its order of keys. */
    public Answer expect(int status, String json) {
      assertThat(http.status()).as(call + " → " + http.body()).isEqualTo(status);
      assertThat(json()).as(call).isEqualTo(JSON.readTree(json));
      return this;
    }

    /** Expects this status. */
    public Answer expect(int status) {
      assertThat(http.status()).as(call + " → " + http.body()).isEqualTo(status);
      return this;
    }

    /** Expects a problem in the envelope of these surfaces (app-data §1.2). */
    public Answer expectProblem(int status, String message) {
      return expect(
          status,
          """
          {"meta":{"error":%s,"status":%d},"errors":[{"detail":%s,"status":"%d"}]}
          """
              .formatted(quoted(message), status, quoted(message), status));
    }

    private static String quoted(String text) {
      return JSON.writeValueAsString(text);
    }
  }

  /** Calls without a body. */
  public Answer get(String path) {
    return send("GET", path, "");
  }

  /** Calls with a body; an empty one sends none. */
  public Answer send(String method, String path, String body) {
    var headers = key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n";
    try {
      return new Answer(
          RawHttp.once(port, method, path, headers, body.getBytes(UTF_8)), method + " " + path);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
