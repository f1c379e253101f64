package dev.carillon.people;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed hashes that stand for identifiers of people who are not to be known any more: without the
 * secret of this installation nobody can tell whose a hash is, or try addresses against it. Safe
 * for any number of threads.
 */
public final class IdentifierHashes {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HEAD_BYTES = 5;

  private final SecretKeySpec key;

  /**
   * Uses a key of its own made from the server's secret; with another secret nothing is recognised
   * any more.
   *
   * @param purpose makes the hashes differ from those of any other purpose
   * @throws IllegalArgumentException for a secret of fewer than 16 bytes
   */
  public IdentifierHashes(byte[] secret, String purpose) {
    if (secret.length < 16) {
      throw new IllegalArgumentException(
          "Hashes of identifiers need a secret of 16 bytes or more, not " + secret.length);
    }
    var bytes = purpose.getBytes(StandardCharsets.UTF_8);
    key = new SecretKeySpec(mac(new SecretKeySpec(secret, ALGORITHM)).doFinal(bytes), ALGORITHM);
  }

  /** The identifiers by their hashes, in one order, in which every transaction locks them. */
  public TreeMap<UUID, IdentifierKey> of(Collection<IdentifierKey> identifiers) {
    var hashes = new TreeMap<UUID, IdentifierKey>();
    var mac = mac(key);
    for (var each : identifiers) {
      mac.update(
          ByteBuffer.allocate(HEAD_BYTES)
              .putInt(each.workspace().value())
              .put((byte) each.kind().code())
              .array());
      var hash = ByteBuffer.wrap(mac.doFinal(each.value().getBytes(StandardCharsets.UTF_8)));
      hashes.put(new UUID(hash.getLong(), hash.getLong()), each);
    }
    return hashes;
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("This Java runtime has no " + ALGORITHM, missing);
    }
  }
}
