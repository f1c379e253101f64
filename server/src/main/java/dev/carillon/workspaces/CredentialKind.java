package dev.carillon.workspaces;

import java.util.Locale;

/** What a credential is for. */
public enum CredentialKind {
  /** Site id and API key, sent as Basic authorization to the Track API. */
  TRACK,
  /** Bearer key of the App API and of management. */
  APP,
  /** Write key of the Pipelines API. */
  CDP;

  /** The word stored in {@code credential.kind}. */
  public String stored() {
    return name().toLowerCase(Locale.ROOT);
  }
}
