package dev.carillon.delivery;

import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.delivery.LinkTokens.Use;
import dev.carillon.liquid.Links;
import dev.carillon.messages.Email;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The addresses of one mail while it is rendered and made ready. Belongs to one thread. */
public final class LinksOfMail implements Links {
  private static final String LIST_UNSUBSCRIBE = "List-Unsubscribe";

  private final MailLinks all;
  private final InMail mail;
  private final String prefix;
  private final Set<String> left = new HashSet<>();
  private final Set<String> uncounted = new HashSet<>();

  LinksOfMail(MailLinks all, InMail mail) {
    this.all = all;
    this.mail = mail;
    this.prefix = all.prefix();
  }

  @Override
  public String unsubscribe() {
    return page(Use.UNSUBSCRIBE);
  }

  @Override
  public String preferences() {
    return page(Use.PREFERENCES);
  }

  @Override
  public String viewInBrowser() {
    return page(Use.VIEW);
  }

  /** The picture that tells that the mail was opened; null where nobody wants to know. */
  @Nullable String pixel() {
    return mail.tracked() ? page(Use.OPEN) : null;
  }

  private String page(Use use) {
    return all.address(new Link(use, mail));
  }

  @Override
  public String link(String url, boolean track, boolean parameters) {
    if (!track || !mail.tracked()) {
      (parameters ? uncounted : left).add(url);
    } else if (!parameters) {
      var target = LinkTarget.of(url);
      return target == null ? url : click(target, url);
    }
    return url; // it is replaced as all links are once the mail is rendered
  }

  @Override
  public String linkId(int number) {
    var name = "cio_link_id " + number;
    return all.tokens().text(new Link(Use.CLICK, mail, "", name));
  }

  /**
   * Whether an address as the mail has it stays as it is: ours, or one that is not to be counted.
   */
  boolean leaves(String href) {
    return href.startsWith(prefix) || left.contains(href);
  }

  /** Keeps an address as it is, wherever else it stands in the mail. */
  void leave(String href) {
    left.add(href);
  }

  /**
   * What takes the place of an address.
   *
   * @param target as {@link LinkTarget} has it
   * @param name how reports call the link
   * @param parameters what it gets
   */
  String instead(String href, String target, String name, Map<String, String> parameters) {
    var added = LinkParameters.added(target, parameters);
    var whole = added.length() > LinkTokens.LONGEST_TEXT ? target : added;
    return mail.tracked() && !uncounted.contains(href) ? click(whole, name) : whole;
  }

  /**
   * The address that counts a click and leads on.
   *
   * @param name how reports call the link; the target where it is too long
   */
  String click(String target, String name) {
    var fits = name.getBytes(StandardCharsets.UTF_8).length <= LinkTokens.LONGEST_TEXT;
    return all.address(new Link(Use.CLICK, mail, target, fits ? name : target));
  }

  /**
   * The mail as it leaves: links and the picture in it where it is tracked, and what mail clients
   * need to unsubscribe with one click (M-90).
   *
   * @param names address in the mail → name of the link, where they differ (M-73)
   * @param parameters what its links get (M-77)
   * @param leavable whether it gets the headers of RFC 8058; what the mail says itself stays
   */
  public Email ready(
      Email email, Map<String, String> names, Map<String, String> parameters, boolean leavable) {
    var tracked =
        mail.tracked() || !parameters.isEmpty()
            ? email.withBodies(
                TrackedHtml.of(email.html(), this, names, parameters),
                TrackedText.of(email.plain(), this, names, parameters))
            : email;
    return leavable ? withHeaders(tracked) : tracked;
  }

  private Email withHeaders(Email email) {
    for (var name : email.headers().keySet()) {
      if (name.toLowerCase(Locale.ROOT).startsWith("list-unsubscribe")) {
        return email;
      }
    }
    var headers = new LinkedHashMap<>(email.headers());
    headers.put(LIST_UNSUBSCRIBE, "<" + unsubscribe() + ">");
    headers.put(LIST_UNSUBSCRIBE + "-Post", "List-Unsubscribe=One-Click");
    return email.withHeaders(headers);
  }
}
