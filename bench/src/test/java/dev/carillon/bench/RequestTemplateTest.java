package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class RequestTemplateTest {

  @Test
  void shouldStateTheLengthOfTheBodyItWrites() {
    // given
    var buffer = ByteBuffer.allocate(4096);

    // when
    Calls.profile("tier", "gold").write(buffer, 1234567, 42);

    // then
    var request = text(buffer);
    var body = request.substring(request.indexOf("\r\n\r\n") + 4);
    assertThat(request)
        .startsWith("PUT /api/v1/customers/bench-1234567 HTTP/1.1\r\n")
        .contains("\r\nContent-Length: " + body.length() + "\r\n");
    var json = JsonMapper.shared().readTree(body);
    assertThat(json.propertyNames()).hasSize(15);
    assertThat(json.path("email").asString()).isEqualTo(Calls.address(1234567));
    assertThat(json.path("score").asString()).isEqualTo("s00000042");
    assertThat(json.path("tier").asString()).isEqualTo("gold");
  }

  @Test
  void shouldWriteRequestsBehindEachOtherWithUlidsOfTheirOwn() {
    // given
    var template = Calls.event("bought");
    var ulids = new HashSet<String>();

    // when
    for (int number = 0; number < 100; number++) {
      var buffer = ByteBuffer.allocate(8192);
      template.write(buffer, 7, number);
      int single = buffer.position();
      template.write(buffer, 8, number + 100);
      var both = text(buffer);

      // then
      assertThat(both.substring(single)).startsWith("POST /api/v1/customers/bench-0000008/events");
      ulids.add(ulid(both.substring(0, single)));
      ulids.add(ulid(both.substring(single)));
    }
    assertThat(ulids).hasSize(200).allMatch(ulid -> ulid.matches("[0-7][0-9A-HJKMNP-TV-Z]{25}"));
  }

  private static String ulid(String request) {
    int at = request.indexOf("\"id\":\"") + 6;
    return request.substring(at, at + 26);
  }

  private static String text(ByteBuffer buffer) {
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }
}
