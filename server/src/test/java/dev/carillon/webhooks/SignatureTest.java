package dev.carillon.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SignatureTest {

  @Test
  @DisplayName("events-out A.4: the printed example has the printed signature")
  void shouldSignThePrintedExample() {
    var body =
        "{\"event_id\":\"01JZZZZZZZZZZZZZZZZZZZZZZZ\",\"object_type\":\"email\",\"metric\":\"sent\",\"timestamp\":1767225599,\"data\":{}}";
    assertThat(Signature.of("whsec_example_0001", 1767225600L, body.getBytes(UTF_8)))
        .isEqualTo("f77c06d212a85d8ec5dfd9d97102d0b96344d563c7eb3bef7dcee2016c24524d");
  }

  @Test
  @DisplayName("events-out A.1: event ids are ULIDs, which sort by time")
  void shouldMakeUlids() {
    var ulids = new Ulids();
    var early = ulids.next(Instant.parse("2026-03-02T12:00:00Z"));
    var late = ulids.next(Instant.parse("2026-03-02T12:00:00.001Z"));
    assertThat(early).matches("01[0-9A-HJKMNP-TV-Z]{24}").isLessThan(late);
    assertThat(early).startsWith("01KJQ");
    assertThat(ulids.next(Instant.EPOCH)).startsWith("0000000000").hasSize(26);
    assertThat(Ulids.ofNumber(33)).isEqualTo("00000000000000000000000011");
    assertThat(Ulids.ofNumber(-1)).isEqualTo("0000000000000FZZZZZZZZZZZZ");
  }
}
