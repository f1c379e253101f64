package dev.carillon.delivery;

import dev.carillon.messages.Email;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;

/** Hands mails over. Any number of threads may send at once. */
public interface Mailer extends AutoCloseable {

  /** Longest time {@link #send} takes. */
  Duration MOST = Duration.ofSeconds(30);

  /** Hands one mail over and waits for the answer, at most {@link #MOST}. */
  Handover send(Message message);

  /** Lets go of all connections. */
  @Override
  void close();

  /**
   * One mail on its way.
   *
   * @param workspace whose mail it is; its domains sign
   * @param messageId the {@code Message-ID} without angle brackets, the same in every attempt
   * @param date the {@code Date} header
   */
  record Message(WorkspaceId workspace, String messageId, Instant date, Email email) {}

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
