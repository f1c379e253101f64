package dev.carillon.delivery;

import dev.carillon.delivery.LinkTokens.InMail;
import dev.carillon.delivery.LinkTokens.Link;
import dev.carillon.delivery.LinkTokens.Use;
import java.util.function.Supplier;

/**
 * The addresses of this server that mails carry. They begin with the public URL, {@link #PATH} and
 * a letter for their use. Safe for any number of threads.
 */
public final class MailLinks {
  /** What the paths of all of them begin with. */
  public static final String PATH = "/e";

  private final LinkTokens tokens;
  private final Supplier<String> publicUrl;

  /**
   * @param publicUrl where readers reach the server, without a slash at the end; asked for each
   *     mail
   */
  public MailLinks(LinkTokens tokens, Supplier<String> publicUrl) {
    this.tokens = tokens;
    this.publicUrl = publicUrl;
  }

  /** Reads what {@link #in} has written. */
  public LinkTokens tokens() {
    return tokens;
  }

  /** The addresses of one mail. */
  public LinksOfMail in(InMail mail) {
    return new LinksOfMail(this, mail);
  }

  /** What every address of ours begins with. */
  String prefix() {
    return publicUrl.get() + PATH + "/";
  }

  String address(Link link) {
    return prefix() + letter(link.use()) + "/" + tokens.text(link);
  }

  /** The part of the path that names a use. */
  public static char letter(Use use) {
    return switch (use) {
      case OPEN -> 'o';
      case CLICK -> 'c';
      case VIEW -> 'v';
      case UNSUBSCRIBE -> 'u';
      case PREFERENCES -> 'p';
    };
  }
}
