package dev.carillon.api.hooks;

import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.delivery.MailLinks;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Person;
import java.util.Map;
import java.util.Optional;

/**
 * The page on which somebody leaves (M-90 … M-94, U-20). Looking at it changes nothing, since
 * programs look at every link; a button does, and so does the form a mail client posts (RFC 8058).
 */
final class UnsubscribePage {
  private static final String LANGUAGE = "en";
  private static final String ACTION = "action";
  private static final String RETURN = "subscribe";

  private final MailLinks links;
  private final Readers readers;
  private final Choices choices;

  UnsubscribePage(MailLinks links, Readers readers, Choices choices) {
    this.links = links;
    this.readers = readers;
    this.choices = choices;
  }

  Reply ask(Request request) {
    var mail = mail(request);
    return Html.page(
        200,
        LANGUAGE,
        "Unsubscribe",
        """
        <p>Do you want no more messages%s?</p>
        <form method="post">
        <button type="submit">Unsubscribe</button>
        </form>
        <p><a href="%s">Choose what you get instead</a></p>
        """
            .formatted(
                readers.of(mail).flatMap(UnsubscribePage::masked).map(" at "::concat).orElse(""),
                Html.text(preferences(mail))));
  }

  /** Without any field of ours it is the one-click form. */
  Reply act(Request request) {
    var mail = mail(request);
    var form = PostedForm.of(request);
    var reader = readers.of(mail);
    if (form.has(ACTION, RETURN)) {
      reader.ifPresent(person -> choices.comeBack(mail, person, Map.of()));
      return Html.page(
          200, LANGUAGE, "You are subscribed again", "<p>You will get our messages as before.</p>");
    }
    choices.leave(mail, reader, Map.of());
    return Html.page(
        200,
        LANGUAGE,
        "You are unsubscribed",
        """
        <p>You will get no more messages.</p>
        <form method="post">
        <input type="hidden" name="%s" value="%s">
        <button type="submit">That was a mistake: subscribe me again</button>
        </form>
        """
            .formatted(ACTION, RETURN));
  }

  private InMail mail(Request request) {
    return Signed.link(links.tokens(), Use.UNSUBSCRIBE, request).mail();
  }

  /** A path relative to this page: the server may stand behind another one. */
  private String preferences(InMail mail) {
    return "../"
        + MailLinks.letter(Use.PREFERENCES)
        + "/"
        + links.tokens().text(new Link(Use.PREFERENCES, mail));
  }

  /** The address as somebody to whom the mail was forwarded may see it (U-24). */
  static Optional<String> masked(Person person) {
    var email = person.names().email();
    if (email == null || email.lastIndexOf('@') < 1) {
      return Optional.empty();
    }
    var first = email.substring(0, email.offsetByCodePoints(0, 1));
    return Optional.of(Html.text(first + "…" + email.substring(email.lastIndexOf('@'))));
  }
}
