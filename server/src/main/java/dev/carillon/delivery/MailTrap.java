package dev.carillon.delivery;

/**
 * Accepts every mail and lets none leave the machine; they can be read in the archive. Used when no
 * mail server is configured.
 */
public final class MailTrap implements Mailer {
  @Override
  public Handover send(Message message) {
    return new Handover.Accepted();
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
