package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Prints how fast mails leave, with the database and the receiving server on this machine; the
 * asserted bounds are far below what a busy build machine reaches.
 */
class DeliverySpeedTest {
  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private final Database database = TEST.database();
  private final Shop shop = new Shop(database);
  private final GreenMail sink =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  @BeforeEach
  void startSink() {
    sink.start();
  }

  @AfterEach
  void stopSink() {
    sink.stop();
  }

  @Test
  void shouldSendHundredsPerSecond() {
    try (var mailer = mailer();
        var worker = worker(mailer)) {
      worker.start();
      for (var run = 0; run < 4; run++) {
        // given
        var intents = intents(2_000);
        var before = worker.stats().sent();

        // when
        var start = System.nanoTime();
        shop.store(intents);
        worker.signal(Lane.CAMPAIGN);
        Awaitility.await()
            .pollInterval(Duration.ofMillis(10))
            .atMost(Duration.ofSeconds(60))
            .until(() -> worker.stats().sent() == before + intents.size());

        // then
        var seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("2,000 mails: %.0f/s%n", 2_000 / seconds);
      }
      assertThat(sink.getReceivedMessages()).hasSize(8_000);
      assertThat(worker.stats().failed() + worker.stats().retries()).isZero();
    }
  }

  @Test
  void shouldSendOneWithinMilliseconds() throws Exception {
    try (var mailer = mailer();
        var worker = worker(mailer)) {
      worker.start();
      var micros = new long[300];
      for (var run = 0; run < micros.length; run++) {
        // given
        var intent = intents(1);
        var expected = run + 1;

        // when
        shop.store(intent);
        var start = System.nanoTime();
        worker.signal(Lane.CAMPAIGN);
        while (sink.getManagers().getImapHostManager().getAllMessages().size() < expected) {
          Thread.onSpinWait();
          assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(10).toNanos());
          Thread.sleep(Duration.ofNanos(200_000));
        }
        micros[run] = (System.nanoTime() - start) / 1_000;
      }

      // then
      var warm = Arrays.copyOfRange(micros, 100, micros.length);
      Arrays.sort(warm);
      System.out.printf(
          "signal to mail: p50 %d µs, p99 %d µs%n",
          warm[warm.length / 2], warm[warm.length * 99 / 100]);
      assertThat(warm[warm.length / 2]).isLessThan(100_000);
    }
  }

  private List<NewDelivery> intents(int number) {
    var people = new long[number];
    var attributes = new String[number];
    var intents = new ArrayList<NewDelivery>();
    for (var index = 0; index < number; index++) {
      var intent = shop.intent(0, InstantSource.system().instant());
      people[index] = intent.deliveryId();
      attributes[index] =
          ("{\"email\":\"p%d@example.test\",\"first_name\":\"P\",\"plan\":\"free\",\"city\":\"Wien\","
                  + "\"visits\":12,\"score\":0.5,\"tags\":[\"a\",\"b\"]}")
              .formatted(index);
      intents.add(shop.intent(intent.deliveryId(), intent.createdAt()));
    }
    shop.people(people, attributes);
    return intents;
  }

  private SmtpMailer mailer() {
    return new SmtpMailer(
        SmtpSettings.parse("smtp://127.0.0.1:" + sink.getSmtp().getPort(), "carillon.test"),
        SmtpMailerTest.UNSIGNED);
  }

  private DeliveryWorker worker(SmtpMailer mailer) {
    return new DeliveryWorker(
        DeliverySettings.standard(1, "carillon.test"),
        database,
        shop.ids,
        Shop.LINKS,
        shop.templates(),
        (_, _) -> Optional.empty(),
        mailer,
        InstantSource.system(),
        new Random(1),
        () -> {});
  }
}
