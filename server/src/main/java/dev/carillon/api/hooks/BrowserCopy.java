package dev.carillon.api.hooks;

import dev.carillon.delivery.ArchivedMessage;
import dev.carillon.delivery.DeliveryRepository;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.delivery.MailLinks;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A mail in the browser (M-61): its HTML as it was sent, with links that count as in the mail. It
 * is somebody else's HTML under our name, so scripts, forms and frames in it are off.
 */
final class BrowserCopy {
  private static final String POLICY =
      "default-src 'none'; img-src * data:; media-src *; font-src * data:; style-src * 'unsafe-inline'; "
          + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
          + "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

  private final MailLinks links;
  private final DeliveryRepository deliveries;

  BrowserCopy(MailLinks links, DeliveryRepository deliveries) {
    this.links = links;
    this.deliveries = deliveries;
  }

  Reply show(Request request) {
    var mail = Signed.link(links.tokens(), Use.VIEW, request).mail();
    var email =
        deliveries
            .archivedMessage(mail.workspace(), mail.delivery())
            .map(ArchivedMessage::email)
            .orElseThrow(() -> new Problem.NotFound("The message is no longer kept.").thrown());
    var ready = links.in(mail).ready(email, Map.of(), Map.of(), false);
    var html =
        ready.html().isEmpty()
            ? "<!doctype html><meta charset=\"utf-8\"><title>%s</title><pre>%s</pre>"
                .formatted(Html.text(ready.subject()), Html.text(ready.plain()))
            : ready.html();
    return Html.secured(
        Reply.bytes(200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8)),
        POLICY);
  }
}
