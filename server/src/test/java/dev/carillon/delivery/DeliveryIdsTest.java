package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class DeliveryIdsTest {
  private final DeliveryIds ids =
      new DeliveryIds("0123456789abcdef".getBytes(StandardCharsets.UTF_8));

  @Test
  void shouldReadWhatItWrote() {
    for (var id : new long[] {1, 4_711, Long.MAX_VALUE}) {
      // when
      var text = ids.text(id, Instant.parse("2026-03-01T23:59:59.999Z"));

      // then
      assertThat(text).hasSize(36).matches("[A-Za-z0-9_-]+");
      assertThat(ids.parse(text)).contains(new DeliveryId(id, LocalDate.of(2026, 3, 1)));
    }
  }

  @Test
  void shouldRefuseEveryAlteration() {
    // given
    var text = ids.text(4_711, Instant.parse("2026-03-01T00:00:00Z"));

    for (var position = 0; position < text.length(); position++) {
      // when
      var altered = new StringBuilder(text);
      altered.setCharAt(position, text.charAt(position) == 'A' ? 'B' : 'A');

      // then
      assertThat(ids.parse(altered.toString())).as("character %d", position).isEmpty();
    }
  }

  @Test
  void shouldRefuseForeignTexts() {
    var other = new DeliveryIds("fedcba9876543210".getBytes(StandardCharsets.UTF_8));
    assertThat(ids.parse("")).isEmpty();
    assertThat(ids.parse("ä".repeat(36))).isEmpty();
    assertThat(ids.parse("=".repeat(36))).isEmpty();
    assertThat(ids.parse(other.text(1, Instant.EPOCH))).isEmpty();
  }
}
