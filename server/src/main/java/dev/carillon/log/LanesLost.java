package dev.carillon.log;

import java.io.Serial;

/**
 * A batch's lanes were taken over while it ran: its transaction must be rolled back; their new
 * owner applies the operations.
 */
public final class LanesLost extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  LanesLost(String message) {
    super(message);
  }
}
