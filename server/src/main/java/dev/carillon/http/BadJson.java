package dev.carillon.http;

/** A body that is not acceptable JSON. The message is one sentence for the client. */
public final class BadJson extends RuntimeException {

  /** Ends reading with this sentence. */
  public BadJson(String sentence) {
    super(sentence, null, false, false);
  }

  /** The sentence to show. */
  public String sentence() {
    var message = getMessage();
    return message == null ? "" : message;
  }
}
