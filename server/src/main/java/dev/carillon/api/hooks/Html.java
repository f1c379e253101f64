package dev.carillon.api.hooks;

import dev.carillon.http.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Our pages for readers: plain HTML that works without scripts, and runs none. Whatever comes from
 * somewhere else goes through {@link #text}.
 */
final class Html {
  private static final String STYLE =
      """
      body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1c2430}
      main{max-width:34rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:.5rem}
      h1{font-size:1.4rem;margin-top:0}
      fieldset{border:1px solid #c5cad3;border-radius:.25rem;margin:0 0 1rem;padding:.5rem 1rem}
      label{display:block;padding:.4rem 0}
      small{display:block;color:#4a5462;margin-left:1.6rem}
      button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.25rem;background:#1f4fd8;color:#fff;cursor:pointer}
      button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #f2a900;outline-offset:2px}
      """;

  private static final String POLICY =
      "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
          .formatted(hash());

  private Html() {}

  /**
   * A page.
   *
   * @param language tag of the language its text is in
   * @param title text; shown as the heading as well
   * @param content HTML below the heading
   */
  static Reply page(int status, String language, String title, String content) {
    var html =
        """
        <!doctype html>
        <html lang="%s">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>%s</title>
        <style>%s</style>
        </head>
        <body>
        <main>
        <h1>%s</h1>
        %s
        </main>
        </body>
        </html>
        """
            .formatted(text(language), text(title), STYLE, text(title), content);
    return secured(
        Reply.bytes(status, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8)),
        POLICY);
  }

  /** What every answer with HTML tells the browser. */
  static Reply secured(Reply reply, String policy) {
    return reply
        .with("content-security-policy", policy)
        .with("cache-control", "no-store")
        .with("referrer-policy", "no-referrer")
        .with("x-content-type-options", "nosniff")
        .with("x-robots-tag", "noindex");
  }

  /** A text as it stands in HTML and in quoted attributes. */
  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String hash() {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return Base64.getEncoder()
          .encodeToString(digest.digest(STYLE.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("This Java runtime has no SHA-256", missing);
    }
  }
}
