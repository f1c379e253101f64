package dev.carillon.people;

/** The kinds of identifiers a person can be named by (track §3.1). */
public enum IdentifierKind {
  /** The caller's own id; case-sensitive, at most 150 bytes. */
  ID(1),
  /** An e-mail address; compared without regard to case. */
  EMAIL(2),
  /** A phone number in E.164 form. */
  PHONE(3),
  /** The server's own immutable id; computed from the person's key, so never stored as a row. */
  CIO_ID(4);

  private final short code;

  IdentifierKind(int code) {
    this.code = (short) code;
  }

  /** The number stored in {@code person_identifier.kind} and in the log. */
  public short code() {
    return code;
  }

  /**
   * The kind with this stored number.
   *
   * @throws IllegalArgumentException for a number no kind has
   */
  public static IdentifierKind of(int code) {
    return switch (code) {
      case 1 -> ID;
      case 2 -> EMAIL;
      case 3 -> PHONE;
      case 4 -> CIO_ID;
      default -> throw new IllegalArgumentException("no identifier kind has the number " + code);
    };
  }
}
