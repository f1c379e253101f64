package dev.carillon.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What receivers check that a call comes from us by (events-out A.4). */
public final class Signature {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String VERSION = "v0";

  private Signature() {}

  /**
   * The signature of a call in lower-case hexadecimal: over version, timestamp and body.
   *
   * @param timestamp of the call, in Unix seconds
   */
  public static String of(String key, long timestamp, byte[] body) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update((VERSION + ":" + timestamp + ":").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("This Java runtime has no " + ALGORITHM, missing);
    }
  }
}
