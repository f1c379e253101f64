package dev.carillon.api.track;

import java.util.Locale;

/**
 * Why a call, or one item of a batch, is not accepted: the first rule it breaks (track §7).
 * Expected and frequent, so without a stack trace; never leaves this edge.
 */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String field;

  /** The words of v2 answers. */
  enum Reason {
    /** Something that has to be there is not. */
    REQUIRED,
    /** It has another type or form than it must have. */
    INVALID,
    /** It has more bytes than it may have. */
    TOO_LARGE,
    /** There are more of them than there may be. */
    LIMIT,
    /** It names something that does not exist. */
    UNKNOWN;

    private final String wire = name().toLowerCase(Locale.ROOT);

    String wire() {
      return wire;
    }
  }

  private Refused(Reason reason, String field, String sentence) {
    super(sentence, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  static Refused required(String field) {
    return required(field, field + " is required");
  }

  static Refused required(String field, String sentence) {
    return new Refused(Reason.REQUIRED, field, sentence);
  }

  static Refused invalid(String field, String sentence) {
    return new Refused(Reason.INVALID, field, sentence);
  }

  static Refused tooLarge(String field, String sentence) {
    return new Refused(Reason.TOO_LARGE, field, sentence);
  }

  static Refused limit(String field, String sentence) {
    return new Refused(Reason.LIMIT, field, sentence);
  }

  static Refused unknown(String field, String sentence) {
    return new Refused(Reason.UNKNOWN, field, sentence);
  }

  /** The same, for a field that lies inside this place. */
  Refused within(String place) {
    return new Refused(reason, field.isEmpty() ? place : place + "." + field, sentence());
  }

  Reason reason() {
    return reason;
  }

  /** Where in the call, such as {@code identifiers.object_type_id}; empty for the whole of it. */
  String field() {
    return field;
  }

  /** For the client. */
  String sentence() {
    var message = getMessage();
    return message == null ? "" : message;
  }
}
