package dev.carillon.processing;

import java.io.Serial;

/**
 * Something the batch relied on changed under it, as when another batch took an identifier: roll
 * back and do it again.
 */
final class RetryBatch extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  RetryBatch(String message) {
    super(message);
  }
}
