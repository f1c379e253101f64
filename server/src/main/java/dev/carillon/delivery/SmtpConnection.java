package dev.carillon.delivery;

import dev.carillon.delivery.Mailer.Handover;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a mail server, used by one mail at a time. Ages are real time, whatever clock
 * the program runs on: they are about a server's patience.
 */
final class SmtpConnection implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SmtpConnection.class);

  /** Idle longer, a connection is asked whether it still lives before a mail is trusted to it. */
  private static final long UNSURE_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long STALE_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long OLD_NANOS = Duration.ofMinutes(10).toNanos();
  private static final int MOST_MAILS = 1_000;

  /** Replies that refuse our login rather than this mail. */
  private static final Set<Integer> LOGIN_REFUSED = Set.of(530, 534, 535, 538);

  private final SmtpSettings settings;
  private final SMTPTransport transport;
  private final long openedAt = System.nanoTime();
  private volatile long usedAt = openedAt;
  private volatile @Nullable Socket socket;
  private volatile boolean open;
  private volatile boolean aborted;
  private int mails;

  SmtpConnection(Session template, SmtpSettings settings) {
    this.settings = settings;
    var properties = new java.util.Properties();
    properties.putAll(template.getProperties());
    properties.put("mail.smtp.socketFactory", new PromptSockets(this::opened));
    this.transport = new SMTPTransport(Session.getInstance(properties), null);
  }

  private void opened(Socket raw) {
    socket = raw;
    if (aborted) {
      abort();
    }
  }

  boolean isOpen() {
    return open;
  }

  /** Whether it has served long enough; servers limit the mails and the age of a connection. */
  boolean isWorn() {
    return mails >= MOST_MAILS || System.nanoTime() - openedAt > OLD_NANOS;
  }

  /** Whether the server was heard so recently that it need not be asked. */
  boolean isFresh() {
    return System.nanoTime() - usedAt < UNSURE_NANOS;
  }

  /** Asks the server whether it is still there; a dead one takes up to ten seconds. */
  boolean answers() {
    return transport.isConnected();
  }

  /** Whether nobody has needed it for a while. */
  boolean isStale() {
    return System.nanoTime() - usedAt > STALE_NANOS;
  }

  /** Hands the mail over, connecting first if need be. */
  Handover send(MimeMail mail) {
    if (!open) {
      try {
        connect();
      } catch (MessagingException failure) {
        abort();
        return new Handover.Temporary(unreachable(failure));
      }
    }
    try {
      transport.sendMessage(mail, mail.recipients());
      mails++;
      usedAt = System.nanoTime();
      return new Handover.Accepted();
    } catch (MessagingException failure) {
      return refused(failure);
    }
  }

  private void connect() throws MessagingException {
    transport.connect(settings.host(), settings.port(), settings.user(), settings.password());
    open = true;
  }

  private String unreachable(MessagingException failure) {
    var place = settings.host() + ":" + settings.port();
    return failure instanceof AuthenticationFailedException
        ? "the mail server " + place + " refused the login: " + sentence(failure)
        : "the mail server " + place + " could not be reached: " + sentence(failure);
  }

  private Handover refused(MessagingException failure) {
    var reply = reply(failure);
    if (reply == null || reply.code() == 421) {
      abort();
      return new Handover.Temporary("the mail server broke off: " + sentence(failure));
    }
    usedAt = System.nanoTime();
    return reply.code() >= 500 && !LOGIN_REFUSED.contains(reply.code())
        ? new Handover.Permanent(reply.text())
        : new Handover.Temporary(reply.text());
  }

  private record Reply(int code, String text) {}

  /** The server's own words about this mail, or null when the conversation broke. */
  private static @Nullable Reply reply(MessagingException failure) {
    for (Exception each = failure;
        each instanceof MessagingException next;
        each = next.getNextException()) {
      var code =
          switch (next) {
            case SMTPAddressFailedException refused -> refused.getReturnCode();
            case SMTPSenderFailedException refused -> refused.getReturnCode();
            case SMTPSendFailedException refused -> refused.getReturnCode();
            default -> -1;
          };
      if (code >= 400) {
        return new Reply(code, sentence(next));
      }
    }
    return null;
  }

  private static String sentence(MessagingException failure) {
    var cause = failure.getNextException();
    var text =
        cause instanceof IOException && cause.getMessage() != null
            ? cause.getMessage()
            : String.valueOf(failure.getMessage());
    return text.replaceAll("\\s+", " ").strip();
  }

  /** Breaks the connection at once, from any thread. */
  void abort() {
    aborted = true;
    open = false;
    var raw = socket;
    if (raw != null) {
      try {
        raw.close();
      } catch (IOException failure) {
        log.debug("a connection could not be closed", failure);
      }
    }
  }

  /** Says good-bye to the server. */
  @Override
  public void close() {
    open = false;
    try {
      transport.close();
    } catch (MessagingException failure) {
      log.debug("a connection was already gone", failure);
    }
    abort();
  }
}
