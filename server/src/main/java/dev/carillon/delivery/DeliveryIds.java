package dev.carillon.delivery;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes and reads the public form of delivery ids: 36 characters of base64url that nobody can
 * guess or alter.
 *
 * <p>27 bytes: the delivery's key (8), the number of the UTC day it was created on (3), and the
 * first 16 of an HMAC-SHA256 over both. So a lookup needs no index of its own and reads one day's
 * partition. Safe for any number of threads.
 */
public final class DeliveryIds {
  /** Length of every public id in characters. */
  public static final int LENGTH = 36;

  private static final int SIGNED = 11;
  private static final int SIGNATURE = 16;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /**
   * Uses the server's secret; changing it makes all ids given out before unknown.
   *
   * @throws IllegalArgumentException for fewer than 16 bytes
   */
  public DeliveryIds(byte[] secret) {
    if (secret.length < 16) {
      throw new IllegalArgumentException(
          "The key of delivery ids needs 16 bytes or more, not " + secret.length);
    }
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** The public form of a delivery's key; the same whenever it is asked. */
  public String text(long deliveryId, Instant createdAt) {
    var day = createdAt.atOffset(ZoneOffset.UTC).toLocalDate().toEpochDay();
    var bytes = ByteBuffer.allocate(SIGNED + SIGNATURE).putLong(deliveryId);
    bytes.put((byte) (day >> 16)).put((byte) (day >> 8)).put((byte) day);
    bytes.put(signature(bytes.array()));
    return Base64.getUrlEncoder().encodeToString(bytes.array());
  }

  /** Reads a public id; empty for anything {@link #text} has not written. */
  public Optional<DeliveryId> parse(String text) {
    if (text.length() != LENGTH) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    var given = Arrays.copyOfRange(bytes, SIGNED, bytes.length);
    // Takes the same time wherever the two differ, so the signature cannot be found byte by byte.
    if (!MessageDigest.isEqual(signature(bytes), given)) {
      return Optional.empty();
    }
    var buffer = ByteBuffer.wrap(bytes);
    var value = buffer.getLong();
    var day = (buffer.get() & 0xff) << 16 | (buffer.get() & 0xff) << 8 | buffer.get() & 0xff;
    return Optional.of(new DeliveryId(value, LocalDate.ofEpochDay(day)));
  }

  private byte[] signature(byte[] bytes) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(bytes, 0, SIGNED);
      return Arrays.copyOf(mac.doFinal(), SIGNATURE);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("This Java runtime has no " + ALGORITHM, missing);
    }
  }
}
