package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code ./carillon demo} as a newcomer runs it, beside a server. */
@Timeout(300)
class DemoTest {
  private final CarillonProcess server = new CarillonProcess(DataFolder.empty("demo"));

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private record Outcome(int code, String output) {}

  private Outcome demo(String... flags) throws Exception {
    var command = new String[flags.length + 1];
    command[0] = "demo";
    System.arraycopy(flags, 0, command, 1, flags.length);
    var process = server.launch(command);
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  @Test
  @DisplayName("people, events, a segment, two campaigns and their mails; and once more")
  void shouldTellTheStoryTwice() throws Exception {
    // given
    server.start();
    // when
    var begin = System.nanoTime();
    var first = demo();
    System.out.printf("demo: %,d ms%n", (System.nanoTime() - begin) / 1_000_000);
    // then
    assertThat(first.code()).as(first.output()).isZero();
    assertThat(first.output())
        .contains("people 300 of 300   events 3,000 of 3,000")
        .containsPattern("[1-9][0-9]* people are in the segment Active shoppers")
        .containsPattern("Welcome: [1-9][0-9]* mails")
        .containsPattern("Abandoned cart: [1-9][0-9]* mails")
        .containsPattern("To: .*@shop.example")
        .contains("Subject: Welcome, ", "curl -H")
        .doesNotContain(CarillonProcess.APP_KEY);
    try (var database = server.data().connect()) {
      assertThat(Books.number(database, "SELECT count(*) FROM person")).isEqualTo(300);
      assertThat(Books.number(database, "SELECT count(*) FROM event")).isEqualTo(3_000);
    }
    // when
    var second = demo();
    // then: nothing is made twice, and everybody was welcomed already
    assertThat(second.code()).as(second.output()).isZero();
    assertThat(second.output())
        .containsPattern("Welcome: 0 mails, after [1-9]")
        .containsPattern("Abandoned cart: [1-9][0-9]* mails, after [1-9]");
    try (var database = server.data().connect()) {
      assertThat(Books.number(database, "SELECT count(*) FROM person")).isEqualTo(300);
      assertThat(Books.number(database, "SELECT count(*) FROM segment WHERE name <> 'Signed up'"))
          .isEqualTo(1);
      assertThat(Books.number(database, "SELECT count(*) FROM campaign")).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("one sentence when there is no server, or no keys, or wrong ones")
  void shouldSayWhatIsMissing() throws Exception {
    // given: nothing runs
    assertThat(demo().code()).isEqualTo(1);
    assertThat(demo().output()).contains("No server runs on " + server.data().path());
    assertThat(demo("--public-url=http://127.0.0.1:1").output())
        .contains("The server at http://127.0.0.1:1 does not answer");
    // when
    server.start();
    // then
    assertThat(demo("--track-key=wrong").output()).contains("does not know these keys");
    // given: keys neither in a file nor in the settings
    Files.delete(server.data().path().resolve("credentials.json"));
    server.without("CARILLON_APP_KEY");
    assertThat(demo().output()).contains("The demo needs the server's keys", "--app-key");
  }
}
