package dev.carillon.processing;

/** Bytes from the log that are no operation this version of the program knows. */
public final class UnreadableOperation extends RuntimeException {

  /** Says in one sentence what was found. */
  public UnreadableOperation(String message) {
    super(message);
  }

  /** As the other constructor, with the failure behind it. */
  public UnreadableOperation(String message, Throwable cause) {
    super(message, cause);
  }
}
