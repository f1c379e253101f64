package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What survives kill -9 under load: I1 (an acknowledged call is never lost), I2 (in order), I3
 * (once), I4 (one intent, one send), C-70 (a crash between steps sends nothing twice).
 */
@Timeout(300)
class CrashTest {
  private static final int CALLERS = 8;
  private static final int PEOPLE_EACH = 5;
  private static final long CALLS_BETWEEN_KILLS = 1_500;

  /** Mails a sender may hold between the mail server's answer and the record of it. */
  private static final int IN_FLIGHT = 128;

  /** Two mails with a wait in between, so that kills meet journeys in every state. */
  static final String CAMPAIGN =
      """
      {"name": "Order received", "trigger": {"event": {"name": "ordered"}}, "frequency": "every_time",
       "steps": [
         {"type": "email", "subject": "first {{event.key}}", "body_plain": "Thank you.", "sending_state": "automatic"},
         {"type": "delay", "for": {"n": 1, "unit": "second"}},
         {"type": "email", "subject": "second {{event.key}}", "body_plain": "It is on its way.", "sending_state": "automatic"}]}\
      """;

  @Test
  @DisplayName("kill -9 of the server under load: nothing acknowledged is lost or applied twice")
  void shouldLoseNothingWhenTheServerIsKilled() throws Exception {
    proveCrashes(
        "crash-server",
        3,
        server -> {
          server.kill();
          return server.start();
        });
  }

  @Test
  @DisplayName("kill -9 of PostgreSQL under load: the server lives, refuses for a moment and heals")
  void shouldHealWhenPostgresIsKilled() throws Exception {
    proveCrashes(
        "crash-postgres",
        3,
        server -> {
          var begin = System.nanoTime();
          server.data().killPostgres();
          awaitDatabase(server);
          assertThat(server.isAlive()).as("the server lives").isTrue();
          return Duration.ofNanos(System.nanoTime() - begin);
        });
  }

  @Test
  @DisplayName("kill -9 of everything at once, as a power cut does")
  void shouldLoseNothingWhenEverythingIsKilled() throws Exception {
    proveCrashes(
        "crash-all",
        1,
        server -> {
          server.data().killPostgres();
          server.kill();
          return server.start();
        });
  }

  private interface Crash {
    /** Kills, and returns how long it took until calls were answered again. */
    Duration happen(CarillonProcess server) throws Exception;
  }

  private static void proveCrashes(String name, int kills, Crash crash) throws Exception {
    try (var sink = new SmtpSink();
        var server =
            new CarillonProcess(DataFolder.empty(name)).with("CARILLON_SMTP_URL", sink.url())) {
      // given: a campaign that answers each order with two mails, and callers who keep books
      server.start();
      try (var calls = new HttpCalls(server);
          var load = new Load(List.of(calls), CALLERS, PEOPLE_EACH, Long.MAX_VALUE)) {
        calls.campaign(CAMPAIGN);
        load.start().awaitMore(CALLS_BETWEEN_KILLS);
        // when
        for (var kill = 0; kill < kills; kill++) {
          var away = crash.happen(server);
          load.awaitMore(CALLS_BETWEEN_KILLS);
          System.out.printf("%s: answers again after %,d ms%n", name, away.toMillis());
        }
        var made = load.stop();
        // then
        try (var database = server.data().connect()) {
          Books.awaitRest(database, Books.NO_RETRY);
          var repeats =
              new Books(database, made)
                  .proveEventsOnce()
                  .proveOrder()
                  .proveCounters()
                  .proveJourneysOnce(2)
                  .proveMailsOnce(sink.mails(), kills, kills * IN_FLIGHT);
          System.out.printf(
              "%s: %,d calls, %,d acknowledged; %,d mails, %d of them once more after a kill%n",
              name, made.size(), load.acknowledged(), sink.mails().size(), repeats);
        }
      } catch (Exception | AssertionError failure) {
        failure.addSuppressed(server.failure("the server at that time"));
        throw failure;
      }
    }
  }

  private static void awaitDatabase(CarillonProcess server) {
    ReadBack.eventually(() -> {
      try (var database = server.data().connect()) {
        assertThat(Books.number(database, "SELECT 1")).isEqualTo(1);
      }
    });
  }
}
