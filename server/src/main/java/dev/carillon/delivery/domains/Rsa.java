package dev.carillon.delivery.domains;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RSA of 2,048 bits with SHA-256, by a native library where there is one for the machine: the
 * runtime's own takes about 9 ms a signature, because only its second compiler makes it fast.
 */
public final class Rsa {
  private static final Logger LOG = LoggerFactory.getLogger(Rsa.class);
  private static final String ALGORITHM = "RSA";
  private static final int BITS = 2_048;

  private Rsa() {}

  /** Chosen when first needed. */
  private static final class Chosen {
    private static final Provider PROVIDER = choose();

    private static Provider choose() {
      var fast = AmazonCorrettoCryptoProvider.INSTANCE;
      var error = fast.getLoadingError();
      if (error == null) {
        return fast;
      }
      LOG.info("mails are signed by the Java runtime, which is slow: {}", error.getMessage());
      return Security.getProviders("Signature.SHA256withRSA")[0];
    }
  }

  /** A new key. */
  public static KeyPair newKey() {
    try {
      var generator = KeyPairGenerator.getInstance(ALGORITHM, Chosen.PROVIDER);
      generator.initialize(BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("every Java runtime has RSA", missing);
    }
  }

  /** Reads a private key. */
  static PrivateKey privateKey(byte[] pkcs8) {
    try {
      return KeyFactory.getInstance(ALGORITHM, Chosen.PROVIDER)
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("a stored key cannot be read", broken);
    }
  }

  /**
   * Begins a signature.
   *
   * @throws GeneralSecurityException when the key is not one for RSA
   */
  public static Signature signature(PrivateKey key) throws GeneralSecurityException {
    var signature = Signature.getInstance("SHA256withRSA", Chosen.PROVIDER);
    signature.initSign(key);
    return signature;
  }
}
