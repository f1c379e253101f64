package dev.carillon.delivery;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;

/**
 * The place between two deliveries of a list: just behind the delivery it names.
 *
 * @param createdAt of that delivery, to the microsecond
 */
public record Cursor(Instant createdAt, long deliveryId) {

  /** The opaque word for {@code next} and {@code start}. */
  public String text() {
    var micros = ChronoUnit.MICROS.between(Instant.EPOCH, createdAt);
    var bytes = ByteBuffer.allocate(16).putLong(micros).putLong(deliveryId).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Reads {@link #text}; empty for anything else. */
  public static Optional<Cursor> parse(String text) {
    try {
      var bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length != 16) {
        return Optional.empty();
      }
      var buffer = ByteBuffer.wrap(bytes);
      var createdAt = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
      return Optional.of(new Cursor(createdAt, buffer.getLong()));
    } catch (IllegalArgumentException | ArithmeticException | java.time.DateTimeException wrong) {
      return Optional.empty();
    }
  }
}
