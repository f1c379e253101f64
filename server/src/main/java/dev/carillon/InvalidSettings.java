package dev.carillon;

import java.util.List;

/**
 * The settings cannot be used. Carries every mistake that was found, so that an operator mends them
 * in one go.
 */
public final class InvalidSettings extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<String> mistakes;

  /** One sentence per mistake, without secrets; never empty. */
  public InvalidSettings(List<String> mistakes) {
    super(String.join("\n", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  /** One sentence per mistake, without secrets; never empty. */
  public List<String> mistakes() {
    return mistakes;
  }
}
