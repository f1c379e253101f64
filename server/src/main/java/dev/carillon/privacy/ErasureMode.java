package dev.carillon.privacy;

import java.util.Optional;

/** How thoroughly somebody who is gone is erased. Of two the later one wins. */
public enum ErasureMode {
  /** A deletion through the Track API (P-15). Nobody can ask for it here, nor for its proof. */
  DELETION(1, "deletion"),
  /** The person goes, what is counted stays: rows that say nothing of the person any more. */
  ANONYMISE(2, "anonymise"),
  /** Every row goes. */
  ERASE(3, "erase");

  private final short code;
  private final String wire;

  ErasureMode(int code, String wire) {
    this.code = (short) code;
    this.wire = wire;
  }

  /** The number stored in {@code erasure.mode}, in {@code erasure_request.mode} and in the log. */
  public short code() {
    return code;
  }

  /** The word in requests and answers. */
  public String wire() {
    return wire;
  }

  /** The mode a caller asked for; empty for a word none has. */
  public static Optional<ErasureMode> ofWire(String wire) {
    return switch (wire) {
      case "anonymise" -> Optional.of(ANONYMISE);
      case "erase" -> Optional.of(ERASE);
      default -> Optional.empty();
    };
  }

  /**
   * The mode with this stored number.
   *
   * @throws IllegalArgumentException for a number no mode has
   */
  public static ErasureMode of(int code) {
    return switch (code) {
      case 1 -> DELETION;
      case 2 -> ANONYMISE;
      case 3 -> ERASE;
      default -> throw new IllegalArgumentException("no mode of erasure has the number " + code);
    };
  }
}
