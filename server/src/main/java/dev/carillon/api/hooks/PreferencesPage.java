package dev.carillon.api.hooks;

import dev.carillon.api.hooks.OfferedChoices.Offer;
import dev.carillon.api.wire.AcceptLanguage;
import dev.carillon.delivery.LinkTokens;
import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.Subscription;
import dev.carillon.subscriptions.Subscribable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The page on which somebody chooses topics and channels, or leaves (U-21, U-22). */
final class PreferencesPage {
  private static final String PREFERENCES = "cio_subscription_preferences.";
  private static final String LANGUAGE = "language";
  private static final String WANTED = "wanted";
  private static final String SHOWN = "shown";
  private static final String NOTHING = "nothing";

  private final LinkTokens tokens;
  private final Readers readers;
  private final Choices choices;
  private final OfferedChoices offers;

  PreferencesPage(LinkTokens tokens, Readers readers, Choices choices, OfferedChoices offers) {
    this.tokens = tokens;
    this.readers = readers;
    this.choices = choices;
    this.offers = offers;
  }

  Reply show(Request request) {
    var mail = mail(request);
    var reader = readers.of(mail).orElse(null);
    if (reader == null) {
      return nobody();
    }
    var offer = offers.of(mail.workspace());
    var languages = languages(request, reader, offer);
    var header = offer.center().in(languages);
    var form = new StringBuilder();
    if (!header.subtitle().isBlank()) {
      form.append("<p>").append(Html.text(header.subtitle())).append("</p>\n");
    }
    UnsubscribePage.masked(reader)
        .ifPresent(address -> form.append("<p>For ").append(address).append("</p>\n"));
    form.append("<form method=\"post\">\n");
    form.append(group("Topics", offer.topics(), offer, reader, languages));
    form.append(group("Channels", offer.channels(), offer, reader, languages));
    form.append(
        """
        <fieldset><legend>Everything</legend>
        <label><input type="checkbox" name="%s" value="1"%s> Send me nothing at all</label>
        </fieldset>
        <button type="submit">Save</button>
        </form>
        """
            .formatted(NOTHING, checked(Subscription.isUnsubscribed(reader.attributes()))));
    var title = header.title().isBlank() ? "Your subscriptions" : header.title();
    return Html.page(200, languages.getFirst(), title, form.toString());
  }

  private static String group(
      String legend, List<Subscribable> all, Offer offer, Person reader, List<String> languages) {
    if (all.isEmpty()) {
      return "";
    }
    var group = new StringBuilder("<fieldset><legend>" + legend + "</legend>\n");
    for (var each : all) {
      var text = each.in(languages);
      var key = OfferedChoices.key(each);
      group.append(
          """
          <label><input type="checkbox" name="%s" value="%s"%s> %s%s</label>
          <input type="hidden" name="%s" value="%s">
          """
              .formatted(
                  WANTED,
                  Html.text(key),
                  checked(offer.isSubscribed(each, reader.attributes())),
                  Html.text(text.name()),
                  text.description().isBlank()
                      ? ""
                      : "<small>" + Html.text(text.description()) + "</small>",
                  SHOWN,
                  Html.text(key)));
    }
    return group.append("</fieldset>\n").toString();
  }

  private static String checked(boolean yes) {
    return yes ? " checked" : "";
  }

  /** What was not on the page when it was shown stays as it is, as does what was not changed. */
  Reply save(Request request) {
    var mail = mail(request);
    var form = PostedForm.of(request);
    var reader = readers.of(mail).orElse(null);
    if (reader == null) {
      return nobody();
    }
    var offer = offers.of(mail.workspace());
    var changes = new LinkedHashMap<String, Boolean>();
    Stream.concat(offer.topics().stream(), offer.channels().stream())
        .filter(each -> form.has(SHOWN, OfferedChoices.key(each)))
        .forEach(each -> {
          var wanted = form.has(WANTED, OfferedChoices.key(each));
          if (wanted != offer.isSubscribed(each, reader.attributes())) {
            changes.put(PREFERENCES + OfferedChoices.key(each), wanted);
          }
        });
    store(mail, reader, form.has(NOTHING, "1"), changes);
    return Html.page(
        200,
        "en",
        "Your choices are saved",
        "<p>They hold from now on.</p>\n<p><a href=\"\">Look at them again</a></p>");
  }

  private void store(InMail mail, Person reader, boolean nothing, Map<String, Boolean> changes) {
    var unsubscribed = Subscription.isUnsubscribed(reader.attributes());
    if (nothing && !unsubscribed) {
      choices.leave(mail, Optional.of(reader), changes);
    } else if (!nothing && unsubscribed) {
      choices.comeBack(mail, reader, changes);
    } else {
      choices.choose(mail, reader, changes);
    }
  }

  private InMail mail(Request request) {
    return Signed.link(tokens, Use.PREFERENCES, request).mail();
  }

  private static Reply nobody() {
    return Html.page(
        200, "en", "There is nothing to choose", "<p>We send you no messages any more.</p>");
  }

  /** The reader's own language first, then what the browser asks for; never empty. */
  private static List<String> languages(Request request, Person reader, Offer offer) {
    var languages = new ArrayList<String>();
    if (reader.attributes().get(LANGUAGE) instanceof String own && AcceptLanguage.isTag(own)) {
      languages.add(own);
    }
    languages.addAll(AcceptLanguage.of(request));
    languages.add(offer.center().defaultLanguage());
    return languages;
  }
}
