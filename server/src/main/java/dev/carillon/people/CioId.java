package dev.carillon.people;

import java.util.OptionalLong;

/**
 * The immutable {@code cio_id} of a person (P-2): lower-case hexadecimal of its key behind a fixed
 * letter, such as {@code a30000000000c8}. It can be computed both ways, so no table maps it; a
 * number is never given twice, so neither is a {@code cio_id}.
 */
public final class CioId {
  private static final String LEAD = "a3";
  private static final String PREFIX = "cio_";

  private CioId() {}

  /** The {@code cio_id} of the person with this key, without the {@code cio_} prefix. */
  public static String of(long personId) {
    var hex = Long.toHexString(personId);
    return LEAD + "0".repeat(Math.max(0, 12 - hex.length())) + hex;
  }

  /**
   * The person's key, or empty when the text cannot be a {@code cio_id}. Accepts the text with and
   * without {@code cio_}.
   */
  public static OptionalLong personId(String text) {
    var bare = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    if (!bare.startsWith(LEAD) || bare.length() < 14 || bare.length() > 17) {
      return OptionalLong.empty();
    }
    try {
      var personId = Long.parseLong(bare, 2, bare.length(), 16);
      return of(personId).equals(bare) ? OptionalLong.of(personId) : OptionalLong.empty();
    } catch (NumberFormatException notHexadecimal) {
      return OptionalLong.empty();
    }
  }
}
