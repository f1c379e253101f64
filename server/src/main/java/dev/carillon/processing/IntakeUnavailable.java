package dev.carillon.processing;

/** The log cannot take an operation now: storage is down, full or too slow. */
public final class IntakeUnavailable extends Exception {
  private final int retryAfterSeconds;

  /**
   * @param reason one sentence for the server's log, never shown to a client
   * @param retryAfterSeconds when to try again; at least 1
   */
  public IntakeUnavailable(String reason, int retryAfterSeconds) {
    super(reason);
    this.retryAfterSeconds = Math.max(1, retryAfterSeconds);
  }

  /** As the other constructor, with the failure behind it. */
  public IntakeUnavailable(String reason, int retryAfterSeconds, Throwable cause) {
    super(reason, cause);
    this.retryAfterSeconds = Math.max(1, retryAfterSeconds);
  }

  /** Seconds to tell the client in {@code Retry-After}. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
