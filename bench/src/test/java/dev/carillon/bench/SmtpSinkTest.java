package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class SmtpSinkTest {
  @AutoClose private final SmtpSink sink = SmtpSink.start();

  @Test
  void shouldRememberEachMailOfOneConnection() throws Exception {
    // given
    var mail =
        """
        MAIL FROM:<shop@example.test>
        RCPT TO:<%1$s@example.test>
        DATA
        Subject: Hello %1$s
        Message-ID: <%1$s@carillon>

        Subject: not a header
        ..leading dot
        .
        """;

    // when: all commands leave at once
    var replies = talk("EHLO here\n" + mail.formatted("ada") + mail.formatted("kim") + "QUIT\n");

    // then
    assertThat(replies).last().isEqualTo("221 bye");
    var first = sink.mails().poll(60, TimeUnit.SECONDS);
    var second = sink.mails().poll(60, TimeUnit.SECONDS);
    assertThat(List.of(first, second))
        .extracting(SmtpSink.Mail::recipient, SmtpSink.Mail::messageId, SmtpSink.Mail::subject)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("ada@example.test", "ada@carillon", "Hello ada"),
            org.assertj.core.groups.Tuple.tuple("kim@example.test", "kim@carillon", "Hello kim"));
    assertThat(sink.mails()).isEmpty();
  }

  @Test
  void shouldForgetAMailThatBreaksOffBeforeItsEnd() throws Exception {
    // when
    talk("EHLO here\nMAIL FROM:<a@example.test>\nRSET\nQUIT\n");

    // then
    assertThat(sink.mails()).isEmpty();
  }

  private List<String> talk(String lines) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), sink.port())) {
      socket
          .getOutputStream()
          .write(lines.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      var replies = new ArrayList<String>();
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        replies.add(line);
      }
      return replies;
    }
  }
}
