package dev.carillon.delivery;

import dev.carillon.messages.Email;
import java.time.Instant;

/** Hands mails over. Any number of threads may send at once. */
public interface Mailer extends AutoCloseable {

  /** Hands one mail over and waits for the answer, at most about half a minute. */
  Handover send(Message message);

  /** Lets go of all connections. */
  @Override
  void close();

  /**
   * One mail on its way.
   *
   * @param messageId the {@code Message-ID} without angle brackets, the same in every attempt
   * @param date the {@code Date} header
   */
  record Message(String messageId, Instant date, Email email) {}

  /** What the provider answered. */
  sealed interface Handover {

    /** The mail is the provider's now. */
    record Accepted() implements Handover {}

    /** Not this time: no connection, or the provider asks to come back. */
    record Temporary(String reason) implements Handover {}

    /** Never: the provider refuses this mail. */
    record Permanent(String reason) implements Handover {}
  }
}
