package dev.carillon.delivery;

import java.util.Arrays;
import java.util.Optional;

/** Why mail is not sent to an address (app-data §6). */
public enum SuppressionKind {
  /** The receiving server refuses mail of ours. */
  BLOCKS(1, "blocks", "blocks"),
  /** Mail came back for good. */
  BOUNCES(2, "bounces", "bounces"),
  /** The recipient complained. */
  SPAM_REPORTS(3, "spam_reports", "spam"),
  /** There can be no such address. */
  INVALID_EMAILS(4, "invalid_emails", "invalid_emails");

  private final int code;
  private final String word;
  private final String category;

  SuppressionKind(int code, String word, String category) {
    this.code = code;
    this.word = word;
    this.category = category;
  }

  /** The number in {@code esp_suppression.kind}. */
  int code() {
    return code;
  }

  /** The word in paths: {@code blocks}, {@code bounces}, {@code spam_reports} … */
  public String word() {
    return word;
  }

  /** The word in answers, which differs for complaints. */
  public String category() {
    return category;
  }

  /** The kind of a word in a path; empty for none of them. */
  public static Optional<SuppressionKind> ofWord(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }

  static SuppressionKind ofCode(int code) {
    return Arrays.stream(values())
        .filter(kind -> kind.code == code)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no kind of suppression has the number " + code));
  }
}
