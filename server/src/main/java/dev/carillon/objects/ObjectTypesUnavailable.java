package dev.carillon.objects;

/** Whether an object type exists cannot be told now, because the database does not answer. */
public final class ObjectTypesUnavailable extends RuntimeException {

  /** Carries the failure of the database, for the log. */
  public ObjectTypesUnavailable(Throwable cause) {
    super("object types cannot be looked up: " + cause.getMessage(), cause);
  }
}
