package dev.carillon.log;

import java.io.Serial;

/**
 * The log cannot take operations at the moment: its database is away, its queue is full, or the
 * program is stopping.
 */
public final class LogUnavailable extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /** With a sentence for the operator's log. */
  public LogUnavailable(String message) {
    super(message);
  }
}
