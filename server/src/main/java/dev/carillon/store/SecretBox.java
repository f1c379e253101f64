package dev.carillon.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals secrets that must be stored and read back: AES-256 in GCM under the installation's key. A
 * sealed secret opens only for what it was sealed for, so a row copied to another place is worth
 * nothing. Thread-safe.
 */
public final class SecretBox {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final SecureRandom random;

  /**
   * Seals with this key.
   *
   * @param key 256 bits of AES
   */
  public SecretBox(SecretKey key, SecureRandom random) {
    this.key = key;
    this.random = random;
  }

  /**
   * Seals a secret.
   *
   * @param purpose what it is for and whose it is; to be told again to open it
   */
  public byte[] seal(byte[] secret, String purpose) {
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(secret);
      return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
          .put(VERSION)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a secret could not be sealed", impossible);
    }
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @throws StoreException when the installation's key is another one, or the bytes were changed
   */
  public byte[] open(byte[] sealed, String purpose) {
    try {
      var in = ByteBuffer.wrap(sealed);
      if (in.remaining() < 1 + NONCE_BYTES || in.get() != VERSION) {
        throw new StoreException("A stored secret has a form this version does not know.");
      }
      var nonce = new byte[NONCE_BYTES];
      in.get(nonce);
      var rest = new byte[in.remaining()];
      in.get(rest);
      return cipher(Cipher.DECRYPT_MODE, nonce, purpose).doFinal(rest);
    } catch (GeneralSecurityException failure) {
      throw new StoreException(
          "A stored secret ("
              + purpose
              + ") cannot be opened with this installation's secret key;"
              + " start with the key it was stored with (CARILLON_SECRET_KEY or secret.key).",
          failure);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
    var cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
