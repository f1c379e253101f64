package dev.carillon.store;

/**
 * The database cannot be used. The message is one sentence an operator can act on, without any
 * password.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(String sentence) {
    super(sentence);
  }

  StoreException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
