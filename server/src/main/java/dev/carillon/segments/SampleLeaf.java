package dev.carillon.segments;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The person belongs to a random part of everybody: by a hash of key and salt, so for good. */
record SampleLeaf(Condition.Sample condition) implements Leaf {
  private static final int WHOLE = 10_000;

  @Override
  public boolean holds(Facts facts) {
    return place(facts.personId()) < condition.hundredths();
  }

  /** Where somebody stands among 10,000 places of equal size. */
  int place(long personId) {
    var salt = condition.salt().getBytes(StandardCharsets.UTF_8);
    var hash =
        sha256().digest(ByteBuffer.allocate(8 + salt.length).putLong(personId).put(salt).array());
    return (int) Math.floorMod(ByteBuffer.wrap(hash).getLong(), (long) WHOLE);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }
}
