package dev.carillon.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.carillon.delivery.Mailer.Handover.Accepted;
import dev.carillon.delivery.Mailer.Handover.Permanent;
import dev.carillon.delivery.Mailer.Handover.Temporary;
import dev.carillon.messages.Copies;
import dev.carillon.messages.Email;
import dev.carillon.workspaces.WorkspaceId;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpMailerTest {
  static final Signing UNSIGNED = (workspace, domain) -> Optional.empty();
  private static final WorkspaceId ONE = new WorkspaceId(1);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void shouldWriteAWholeMail() throws Exception {
    var sink = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    sink.start();
    try (var mailer = new SmtpMailer(settings(sink, ""), UNSIGNED)) {
      // given
      var subject = "👋🏽 " + "שלום עולם ".repeat(12) + "🎉";
      var email =
          new Email(
              "Žofie's \"Shop\" <shop@example.test>",
              "help@example.test",
              "ada@bücher.test",
              subject,
              "<p>Grüße 🎈</p>" + "x".repeat(3_000),
              "Grüße 🎈",
              "",
              Map.of("X-Campaign", "Frühling"));

      // when
      var handover = mailer.send(new Mailer.Message(ONE, "id-1@carillon.test", NOON, email));

      // then
      assertThat(handover).isEqualTo(new Accepted());
      var received = sink.getReceivedMessages()[0];
      assertThat(received.getSubject()).isEqualTo(subject.strip());
      assertThat(received.getHeader("Message-ID")).containsExactly("<id-1@carillon.test>");
      assertThat(received.getHeader("Date")).containsExactly("Sun, 1 Mar 2026 12:00:00 +0000");
      assertThat(received.getFrom()[0].toString()).contains("<shop@example.test>");
      assertThat(received.getReplyTo()[0]).hasToString("help@example.test");
      assertThat(received.getAllRecipients()[0]).hasToString("ada@xn--bcher-kva.test");
      assertThat(received.getHeader("X-Campaign")[0]).startsWith("=?UTF-8?");
      assertThat(received.getContentType()).startsWith("multipart/alternative");
      assertThat(part(received, 0)).isEqualTo("Grüße 🎈");
      assertThat(part(received, 1)).isEqualTo(email.html());
      assertThat(received.getAllHeaders().asIterator())
          .toIterable()
          .allSatisfy(header -> assertThat(header.getValue()).isASCII());
    } finally {
      sink.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp", "smtps"})
  void shouldLogInOverEncryptedConnections(String protocol) {
    var sink = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
    sink.setUser("ada@example.test", "ada", "p:q");
    sink.start();
    try (var good = new SmtpMailer(settings(sink, "ada:p%3Aq@"), UNSIGNED);
        var bad = new SmtpMailer(settings(sink, "ada:wrong@"), UNSIGNED)) {
      // when, then
      assertThat(good.send(message("id-1"))).isEqualTo(new Accepted());
      assertThat(bad.send(message("id-2")))
          .isInstanceOfSatisfying(
              Temporary.class,
              temporary ->
                  assertThat(temporary.reason())
                      .contains("refused the login")
                      .doesNotContain("wrong"));
    } finally {
      sink.stop();
    }
  }

  @Test
  @DisplayName("journeys §5.4: an AMP part stands between the plain text and the HTML")
  void shouldWriteAnAmpPart() throws Exception {
    var sink = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    sink.start();
    try (var mailer = new SmtpMailer(settings(sink, ""), UNSIGNED)) {
      var email =
          new Email(
              "a@example.test",
              "",
              "b@example.test",
              "s",
              "<p>html</p>",
              "plain",
              "",
              Map.of(),
              Copies.NONE,
              List.of(),
              "<html amp4email></html>");
      assertThat(mailer.send(new Mailer.Message(ONE, "id-2@carillon.test", NOON, email)))
          .isEqualTo(new Accepted());
      var parts = (MimeMultipart) sink.getReceivedMessages()[0].getContent();
      assertThat(parts.getCount()).isEqualTo(3);
      assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
      assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/x-amp-html");
      assertThat(new String(parts.getBodyPart(1).getInputStream().readAllBytes(), UTF_8))
          .isEqualTo("<html amp4email></html>");
      assertThat(parts.getBodyPart(2).getContentType()).startsWith("text/html");
    } finally {
      sink.stop();
    }
  }

  @Test
  void shouldKeepConnectionsAndSurviveTheirEnd() throws Exception {
    try (var server = new ScriptedSmtpServer();
        var mailer = new SmtpMailer(server.settings(), UNSIGNED)) {
      // when
      for (var mail = 0; mail < 5; mail++) {
        assertThat(mailer.send(message("id-" + mail))).isEqualTo(new Accepted());
      }

      // then
      assertThat(server.connections()).isEqualTo(1);

      // when the server ends the connection while nobody uses it
      server.dropAll();

      // then the next mail goes over a new one at once
      assertThat(mailer.send(message("id-6"))).isEqualTo(new Accepted());
      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.mails()).hasSize(6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL,451 4.3.0 later",
    "MAIL,530 5.7.0 log in first",
    "RCPT,450 4.2.1 greylisted",
    "RCPT,421 4.3.2 closing",
    "DATA,452 4.3.1 full",
    "'.',451 4.3.0 later",
    "connect,554 5.3.2 go away",
    "EHLO,drop",
    "MAIL,drop",
    "RCPT,drop",
    "DATA,drop",
    "'.',drop"
  })
  @DisplayName("journeys §5.1 gate 11: what may pass later is temporary")
  void shouldComeBackLater(String verb, String reply) {
    try (var server = new ScriptedSmtpServer();
        var mailer = new SmtpMailer(server.settings(), UNSIGNED)) {
      // given
      server.answer(verb, reply);
      if (verb.equals("EHLO")) {
        server.answer("HELO", reply);
      }

      // when
      var handover = mailer.send(message("id-1"));

      // then
      assertThat(handover).isInstanceOf(Temporary.class);
      if (!reply.equals("drop") && !verb.equals("connect") && !reply.startsWith("421")) {
        assertThat(((Temporary) handover).reason()).isEqualTo(reply);
      }

      // and it does pass later
      server.answer(verb, null);
      server.answer("HELO", null);
      assertThat(mailer.send(message("id-1"))).isEqualTo(new Accepted());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL,553 5.1.7 not your domain",
    "RCPT,550 5.1.1 no such user",
    "DATA,554 5.7.1 no",
    "'.',554 5.7.1 spam"
  })
  @DisplayName("journeys §5.1 gate 11: what is refused for good is permanent, the connection stays")
  void shouldGiveUp(String verb, String reply) {
    try (var server = new ScriptedSmtpServer();
        var mailer = new SmtpMailer(server.settings(), UNSIGNED)) {
      // given
      server.answer(verb, reply);

      // when
      var handover = mailer.send(message("id-1"));

      // then
      assertThat(handover).isEqualTo(new Permanent(reply));
      server.answer(verb, null);
      assertThat(mailer.send(message("id-2"))).isEqualTo(new Accepted());
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void shouldNotWaitForeverForASilentServer() {
    try (var server = new ScriptedSmtpServer();
        var mailer = new SmtpMailer(server.settings(), UNSIGNED)) {
      // given
      server.answer("RCPT", ScriptedSmtpServer.SILENCE);
      var start = System.nanoTime();

      // when
      var handover = mailer.send(message("id-1"));

      // then
      assertThat(handover).isInstanceOf(Temporary.class);
      assertThat(System.nanoTime() - start).isLessThan(Mailer.MOST.toNanos());
    }
  }

  @Test
  void shouldBeTemporaryWithoutServer() {
    try (var mailer =
        new SmtpMailer(SmtpSettings.parse("smtp://127.0.0.1:1", "carillon.test"), UNSIGNED)) {
      assertThat(mailer.send(message("id-1")))
          .isInstanceOfSatisfying(
              Temporary.class,
              temporary ->
                  assertThat(temporary.reason()).contains("127.0.0.1:1 could not be reached"));
    }
  }

  private static SmtpSettings settings(GreenMail sink, String login) {
    var secure = sink.getSmtps() != null;
    var port = secure ? sink.getSmtps().getPort() : sink.getSmtp().getPort();
    return SmtpSettings.parse(
        "%s://%s127.0.0.1:%d?verify=off".formatted(secure ? "smtps" : "smtp", login, port),
        "carillon.test");
  }

  private static Mailer.Message message(String id) {
    return new Mailer.Message(
        ONE,
        id + "@carillon.test",
        NOON,
        new Email(
            "shop@example.test", "", "ada@example.test", "Hi", "<p>Hi</p>", "Hi", "", Map.of()));
  }

  private static String part(MimeMessage message, int index) throws Exception {
    return (String) ((Multipart) message.getContent()).getBodyPart(index).getContent();
  }
}
