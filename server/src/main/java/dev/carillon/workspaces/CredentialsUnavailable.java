package dev.carillon.workspaces;

/** Whether a credential is right cannot be told now, because the database does not answer. */
public final class CredentialsUnavailable extends RuntimeException {

  /** Carries the failure of the database, for the log. */
  public CredentialsUnavailable(Throwable cause) {
    super("credentials cannot be checked: " + cause.getMessage(), cause);
  }
}
