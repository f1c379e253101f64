package dev.carillon;

import dev.carillon.workspaces.NewCredentials;
import java.util.Optional;

/** What a person at the terminal reads once the server answers. */
final class Greeting {
  private Greeting() {}

  /**
   * The lines for a server at this address.
   *
   * @param created the credentials of a first start, shown this once; empty later
   */
  static String of(String url, Settings settings, Optional<NewCredentials> created) {
    var mail =
        settings.smtpUrl().isPresent()
            ? "Mail leaves through the SMTP server of CARILLON_SMTP_URL."
            : "Mail stays here, in the mail trap: set CARILLON_SMTP_URL to send it.";
    return """
    Carillon answers at %s
      Track, Pipelines, App and management API on that address; /v1/openapi.json describes the last.
    %s  Credentials: %s
      %s
      Sample data: ./carillon demo   Stop: Ctrl-C\
    """
        .formatted(
            url, created.map(Greeting::keys).orElse(""), CredentialsFile.in(settings.data()), mail);
  }

  private static String keys(NewCredentials keys) {
    return """
      Workspace %d: Track API site id %s and key %s
                   Pipelines API write key %s
                   App API key %s
    """
        .indent(0)
        .formatted(
            keys.workspace().value(), keys.siteId(), keys.trackKey(), keys.cdpKey(), keys.appKey());
  }
}
