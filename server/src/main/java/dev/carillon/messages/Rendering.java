package dev.carillon.messages;

/** What became of a template for one person. */
public sealed interface Rendering {

  /** The mail is ready. */
  record Rendered(Email email) implements Rendering {}

  /**
   * The texts could be rendered, but there is nobody to send them to (journeys §5.1, gate 8).
   *
   * @param email what would have been sent, its recipient empty or malformed
   * @param reason a sentence for the marketer, starting with {@code no recipient}
   */
  record NoRecipient(Email email, String reason) implements Rendering {}

  /**
   * A text could not be rendered or gave something that must not be sent; trying again changes
   * nothing (journeys §7.2).
   *
   * @param reason a sentence for the marketer, such as {@code variable customer.first_name is
   *     missing and has no default}
   */
  record Failed(String reason) implements Rendering {}
}
