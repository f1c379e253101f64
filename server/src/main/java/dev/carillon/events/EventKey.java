package dev.carillon.events;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * What an event id is remembered by (P-42): 16 bytes, and the day its memory lies in.
 *
 * <p>A ULID of these days names its own day, so a repeat looks in the same place whenever it comes.
 * Any other text, and a ULID of another time, is remembered by the day of receipt; a repeat is then
 * looked for on all remembered days. So a ULID that has grown old meanwhile is found too, where it
 * was put when it was young. One of the nearer future lies on its own day, where it is looked for
 * once that day has come; one of a farther future is still one of the future 30 days later.
 *
 * @param key the ULID's 128 bits, or the first 128 bits of the text's SHA-256
 * @param day where it is remembered
 * @param own whether it can lie nowhere else, so that this day alone has to be looked at
 */
public record EventKey(UUID key, LocalDate day, boolean own) {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int ULID_LENGTH = 26;

  /** Days a key is remembered for; partitions of a week are dropped when wholly older. */
  public static final int REMEMBERED_DAYS = 35;

  /** A ULID no older than this has its own day: it is then still remembered for 30 days. */
  private static final int YOUNG_DAYS = 5;

  /** Nor one further in the future than this. */
  private static final int NEAR_DAYS = 14;

  /**
   * Up to here a ULID of the future lies on its own day, for which partitions are made ahead: at
   * least {@link #NEAR_DAYS} and the 30 days of remembering.
   */
  public static final int AHEAD_DAYS = 45;

  /** The key of an id received at the given time. */
  public static EventKey of(String eventId, Instant receivedAt) {
    var today = receivedAt.atOffset(ZoneOffset.UTC).toLocalDate();
    if (eventId.length() == ULID_LENGTH) {
      var high = 0L;
      var low = 0L;
      var valid = DIGITS.indexOf(Character.toUpperCase(eventId.charAt(0))) <= 7;
      for (var i = 0; i < ULID_LENGTH && valid; i++) {
        var digit = DIGITS.indexOf(Character.toUpperCase(eventId.charAt(i)));
        valid = digit >= 0;
        high = high << 5 | low >>> 59;
        low = low << 5 | digit;
      }
      if (valid) {
        var day = Instant.ofEpochMilli(high >>> 16).atOffset(ZoneOffset.UTC).toLocalDate();
        var young = !day.isBefore(today.minusDays(YOUNG_DAYS));
        var onItsDay = young && !day.isAfter(today.plusDays(AHEAD_DAYS));
        var own = young && !day.isAfter(today.plusDays(NEAR_DAYS));
        return new EventKey(new UUID(high, low), onItsDay ? day : today, own);
      }
    }
    try {
      var hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256")
                  .digest(eventId.getBytes(StandardCharsets.UTF_8)));
      return new EventKey(new UUID(hash.getLong(), hash.getLong()), today, false);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java runtime has SHA-256", missing);
    }
  }
}
