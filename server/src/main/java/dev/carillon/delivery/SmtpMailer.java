package dev.carillon.delivery;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.util.Deque;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands mails to one SMTP server over connections that are kept open between mails.
 *
 * <p>A refusal of this mail (5xx to its sender, recipient or content) is permanent. Everything else
 * is temporary: no connection, no login, a 4xx reply, an answer that does not come. When a kept
 * connection turns out to be dead before any content was sent, the mail goes over a new one at
 * once.
 */
public final class SmtpMailer implements Mailer {
  private static final String TIMEOUT_MILLIS = "10000";
  private static final int MOST_KEPT = 32;
  private static final long PRUNE_SECONDS = 15;

  private final SmtpSettings settings;
  private final Signing signing;
  private final Session session;
  private final Deque<SmtpConnection> kept = new ConcurrentLinkedDeque<>();
  private final ScheduledThreadPoolExecutor timer;
  private volatile boolean closed;

  /**
   * Prepares for this server; connects with the first mail.
   *
   * @param signing with what mails are signed
   */
  public SmtpMailer(SmtpSettings settings, Signing signing) {
    this.settings = settings;
    this.signing = signing;
    this.session = Session.getInstance(properties(settings));
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("smtp-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.scheduleWithFixedDelay(this::prune, PRUNE_SECONDS, PRUNE_SECONDS, TimeUnit.SECONDS);
  }

  private static Properties properties(SmtpSettings settings) {
    var properties = new Properties();
    properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.timeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.localhost", settings.hello());
    properties.setProperty("mail.smtp.auth", String.valueOf(settings.user() != null));
    properties.setProperty("mail.smtp.socketFactory.fallback", "false");
    properties.setProperty("mail.smtp.quitwait", "false");
    switch (settings.tls()) {
      case IMMEDIATE -> properties.setProperty("mail.smtp.ssl.enable", "true");
      case REQUIRED -> {
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", "true");
      }
      case OFFERED -> properties.setProperty("mail.smtp.starttls.enable", "true");
      case OFF -> properties.setProperty("mail.smtp.starttls.enable", "false");
    }
    properties.setProperty(
        "mail.smtp.ssl.checkserveridentity", String.valueOf(settings.verifiesCertificate()));
    if (!settings.verifiesCertificate()) {
      properties.setProperty("mail.smtp.ssl.trust", "*");
    }
    return properties;
  }

  @Override
  public Handover send(Message message) {
    MimeMail mail;
    try {
      mail = MimeMail.of(session, message);
      var key = signing.key(message.workspace(), mail.domain());
      if (key.isPresent()) {
        DkimSignature.add(mail, key.get());
      }
    } catch (MessagingException malformed) {
      return new Handover.Permanent("the mail cannot be written: " + malformed.getMessage());
    }
    var end = System.nanoTime() + MOST.toNanos();
    for (var connection = borrow(); connection != null; connection = borrow()) {
      var handover = send(connection, mail, end);
      if (connection.isOpen() || mail.started()) {
        return handover;
      }
    }
    var connection = new SmtpConnection(session, settings);
    return send(connection, mail, end);
  }

  private Handover send(SmtpConnection connection, MimeMail mail, long end) {
    // A server that answers each command just in time would otherwise outlive our lease.
    var guard =
        timer.schedule(
            connection::abort, Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    try {
      return connection.send(mail);
    } finally {
      guard.cancel(false);
      giveBack(connection);
    }
  }

  /** The connection used last, or null when none that is kept can be trusted. */
  private @Nullable SmtpConnection borrow() {
    for (var connection = kept.pollFirst(); connection != null; connection = kept.pollFirst()) {
      if (connection.isWorn()) {
        connection.close();
      } else if (connection.isFresh() || connection.answers()) {
        return connection;
      } else {
        // The others have been idle even longer; asking each could take longer than a mail may.
        connection.close();
        closeKept();
      }
    }
    return null;
  }

  private void giveBack(SmtpConnection connection) {
    if (!connection.isOpen()) {
      return;
    }
    if (closed || kept.size() >= MOST_KEPT) {
      connection.close();
    } else {
      kept.addFirst(connection);
    }
  }

  /** Ends connections nobody has needed for a while; the longest unused lie at the end. */
  private void prune() {
    for (var last = kept.peekLast(); last != null && last.isStale(); last = kept.peekLast()) {
      if (kept.removeLastOccurrence(last)) {
        last.close();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    closeKept();
  }

  private void closeKept() {
    for (var connection = kept.pollFirst(); connection != null; connection = kept.pollFirst()) {
      connection.close();
    }
  }
}
