package dev.carillon.http;

/** What became of a call to somebody outside. */
public sealed interface CallResult {

  /** It was answered with this status, 200 to 999. */
  record Answered(int status) implements CallResult {}

  /**
   * There was no answer.
   *
   * @param message for people, in a few words
   */
  record Failed(Cause cause, String message) implements CallResult {}

  /** Why there was no answer. */
  enum Cause {
    /** It took too long. */
    TIMEOUT,
    /** The address leads where calls may not go. */
    FORBIDDEN,
    /** The name is unknown. */
    UNKNOWN_HOST,
    /** It could not be reached, or went away before it answered. */
    CONNECTION,
    /** Its certificate does not prove that it is what was called. */
    CERTIFICATE,
    /** Something else, for instance an answer that is no HTTP. */
    OTHER
  }
}
