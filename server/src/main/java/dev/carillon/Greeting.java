package dev.carillon;

/** What a person at the terminal reads once the server answers. */
final class Greeting {
  private Greeting() {}

  /** The lines for a server at this address. */
  static String of(String url, Settings settings) {
    var mail =
        settings.smtpUrl().isPresent()
            ? "Mail leaves through the SMTP server of CARILLON_SMTP_URL."
            : "Mail stays here, in the mail trap: set CARILLON_SMTP_URL to send it.";
    return """
    Carillon answers at %s
      Track API, App API and management API on that address; /v1/openapi.json describes the last.
      Credentials: %s
      %s
      Sample data: ./carillon demo   Stop: Ctrl-C\
    """
        .formatted(url, CredentialsFile.in(settings.data()), mail);
  }
}
