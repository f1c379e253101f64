package dev.carillon.api.wire;

import java.util.Locale;

/**
 * Why a call, or one item of a batch, is not accepted: the first rule it breaks (track §7).
 * Expected and frequent, so without a stack trace; never leaves the edge.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String field;

  /** The words of v2 answers. */
  public enum Reason {
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

    /** The word in answers. */
    public String wire() {
      return wire;
    }
  }

  private Refused(Reason reason, String field, String sentence) {
    super(sentence, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  /** Something that has to stand in this field is not there. */
  public static Refused required(String field) {
    return required(field, field + " is required");
  }

  /** As {@link #required(String)}, in these words. */
  public static Refused required(String field, String sentence) {
    return new Refused(Reason.REQUIRED, field, sentence);
  }

  /** What stands in this field has another type or form than it must have. */
  public static Refused invalid(String field, String sentence) {
    return new Refused(Reason.INVALID, field, sentence);
  }

  /** What stands in this field has more bytes than it may have. */
  public static Refused tooLarge(String field, String sentence) {
    return new Refused(Reason.TOO_LARGE, field, sentence);
  }

  /** There are more things in this field than there may be. */
  public static Refused limit(String field, String sentence) {
    return new Refused(Reason.LIMIT, field, sentence);
  }

  /** This field names something that does not exist. */
  public static Refused unknown(String field, String sentence) {
    return new Refused(Reason.UNKNOWN, field, sentence);
  }

  /** The same, for a field that lies inside this place. */
  public Refused within(String place) {
    return new Refused(reason, field.isEmpty() ? place : place + "." + field, sentence());
  }

  /** What kind of rule was broken. */
  public Reason reason() {
    return reason;
  }

  /** Where in the call, such as {@code identifiers.object_type_id}; empty for the whole of it. */
  public String field() {
    return field;
  }

  /** For the client. */
  public String sentence() {
    var message = getMessage();
    return message == null ? "" : message;
  }
}
