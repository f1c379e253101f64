package dev.carillon.events;

/** What kind of behaviour an event reports (track §4.1). Names of different kinds never meet. */
public enum EventKind {
  EVENT(1, "event"),
  PAGE(2, "page"),
  SCREEN(3, "screen"),
  /** A form was submitted; the event's name is the id of the form (track §5). */
  FORM(4, "form");

  private final short code;
  private final String wire;

  EventKind(int code, String wire) {
    this.code = (short) code;
    this.wire = wire;
  }

  /** The number stored in {@code event_name.kind} and in the log. */
  public short code() {
    return code;
  }

  /** The word in requests, answers and conditions. */
  public String wire() {
    return wire;
  }

  /**
   * The kind a caller named; anything unknown is {@link #EVENT} (track §4.1). A caller cannot name
   * {@link #FORM}: it submits the form.
   */
  public static EventKind ofWire(String wire) {
    return switch (wire) {
      case "page" -> PAGE;
      case "screen" -> SCREEN;
      default -> EVENT;
    };
  }

  /**
   * The kind with this stored number.
   *
   * @throws IllegalArgumentException for a number no kind has
   */
  public static EventKind of(int code) {
    return switch (code) {
      case 1 -> EVENT;
      case 2 -> PAGE;
      case 3 -> SCREEN;
      case 4 -> FORM;
      default -> throw new IllegalArgumentException("no event kind has the number " + code);
    };
  }
}
