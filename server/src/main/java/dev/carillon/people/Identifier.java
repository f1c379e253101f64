package dev.carillon.people;

import java.util.Locale;

/**
 * One identifier as a caller wrote it.
 *
 * @param value as written; see {@link #key()} for the form that is compared
 */
public record Identifier(IdentifierKind kind, String value) {

  /** A person's own id. */
  public static Identifier id(String value) {
    return new Identifier(IdentifierKind.ID, value);
  }

  /** An e-mail address. */
  public static Identifier email(String value) {
    return new Identifier(IdentifierKind.EMAIL, value);
  }

  /** A {@code cio_id}, without its {@code cio_} prefix. */
  public static Identifier cioId(String value) {
    return new Identifier(IdentifierKind.CIO_ID, value);
  }

  /**
   * The form in which identifiers are stored and compared: e-mail in lower case (P-3), everything
   * else as written.
   */
  public String key() {
    return kind == IdentifierKind.EMAIL ? value.toLowerCase(Locale.ROOT) : value;
  }
}
