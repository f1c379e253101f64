package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ResponseReaderTest {
  private static final String ANSWER =
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nCONTENT-length: 5\r\nX: y\r\n\r\nhello";

  private final ResponseReader reader = new ResponseReader();

  @Test
  void shouldWaitForTheLastByte() {
    for (int length = 0; length < ANSWER.length(); length++) {
      assertThat(reader.isComplete(buffer(ANSWER.substring(0, length)))).isFalse();
    }
    assertThat(reader.isComplete(buffer(ANSWER))).isTrue();
    assertThat(reader.status()).isEqualTo(429);
    assertThat(ANSWER.substring(reader.bodyStart(), reader.end())).isEqualTo("hello");
  }

  @Test
  void shouldRefuseAnAnswerWithoutLength() {
    var chunked = buffer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThatThrownBy(() -> reader.isComplete(chunked)).isInstanceOf(BenchFailure.class);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.allocate(1024).put(text.getBytes(StandardCharsets.US_ASCII));
  }
}
