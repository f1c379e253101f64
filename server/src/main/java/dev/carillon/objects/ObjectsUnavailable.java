package dev.carillon.objects;

/**
 * Whether an object or an object type exists cannot be told now, because the database does not
 * answer.
 */
public final class ObjectsUnavailable extends RuntimeException {

  /** Carries the failure of the database, for the log. */
  public ObjectsUnavailable(Throwable cause) {
    super("objects and their types cannot be looked up: " + cause.getMessage(), cause);
  }
}
