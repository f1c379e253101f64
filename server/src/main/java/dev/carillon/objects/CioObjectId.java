package dev.carillon.objects;

import java.util.OptionalLong;

/**
 * The immutable {@code cio_object_id} of an object: lower-case hexadecimal of its key behind fixed
 * letters, such as {@code ob0000000000c8}. It can be computed both ways, so no table maps it; a
 * number is never given twice, so neither is a {@code cio_object_id}.
 */
public final class CioObjectId {
  private static final String LEAD = "ob";
  private static final String PREFIX = "cio_";
  private static final int SHORTEST = 14;
  private static final int LONGEST = 17;

  private CioObjectId() {}

  /** The {@code cio_object_id} of the object with this key. */
  public static String of(long objectKey) {
    var hex = Long.toHexString(objectKey);
    return LEAD + "0".repeat(Math.max(0, SHORTEST - LEAD.length() - hex.length())) + hex;
  }

  /**
   * The object's key, or empty when the text cannot be a {@code cio_object_id}. Accepts the text
   * with and without {@code cio_}.
   */
  public static OptionalLong objectKey(String text) {
    var bare = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    if (!bare.startsWith(LEAD) || bare.length() < SHORTEST || bare.length() > LONGEST) {
      return OptionalLong.empty();
    }
    try {
      var objectKey = Long.parseLong(bare, LEAD.length(), bare.length(), 16);
      return of(objectKey).equals(bare) ? OptionalLong.of(objectKey) : OptionalLong.empty();
    } catch (NumberFormatException notHexadecimal) {
      return OptionalLong.empty();
    }
  }
}
