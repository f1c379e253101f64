package dev.carillon.bench;

import dev.carillon.bench.SmtpSink.Mail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How fast events become mails, and whether each becomes exactly one. */
final class MailRow implements Measurement {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration AFTERWARDS = Duration.ofSeconds(1);

  private long missing;
  private long doubled;

  @Override
  public String row() {
    return "mail";
  }

  @Override
  public String how() {
    return """
    Each event starts a campaign that sends one mail at once; every person does it once.
    Time from the first request to the last mail at an SMTP sink in this process. The
    sink is watched for another second after all deliveries are recorded as sent; mails
    are told apart by recipient and Message-ID.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    int mails = Math.min(bed.sizes().mails(), bed.sizes().people());
    var rates = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (int round = 0; round <= bed.sizes().rounds(); round++) {
        rates.add(round(bed, server, client, "mail_" + round, mails));
        bed.progress().say("mail: round %d, %,.0f/s", round, rates.getLast());
      }
    }
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d events to %,d mails".formatted(mails, mails),
            Median.of(rates),
            Requirement.atLeast(400, "/s", 0),
            "rounds " + Median.list(rates)),
        new Result.Measured(
            row(), "mails missing", missing, Requirement.atMost(0, "", 0), "all rounds"),
        new Result.Measured(
            row(), "mails doubled", doubled, Requirement.atMost(0, "", 0), "all rounds"));
  }

  private double round(
      TestBed bed, RunningServer server, LoadClient client, String event, int mails) {
    int campaign = server.rules().campaign(event, event, List.of(Rules.email()));
    bed.sink().mails().clear();
    long start = System.nanoTime();
    client.send(Sources.counted(Calls.event(event), 0, mails, n -> n));
    var taken = take(bed.sink(), mails);
    long end = taken.isEmpty() ? System.nanoTime() : taken.getLast().takenNanos();
    awaitSent(server, campaign, mails);
    Pause.of(AFTERWARDS);
    bed.sink().mails().drainTo(taken);
    count(taken, mails);
    server.database().expectNoDeadLetters();
    return taken.size() / ((end - start) / 1e9);
  }

  /** The mails that come, at most so many, until none comes for a while. */
  static List<Mail> take(SmtpSink sink, int mails) {
    var taken = new ArrayList<Mail>();
    try {
      while (taken.size() < mails) {
        var next = sink.mails().poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
          break;
        }
        taken.add(next);
      }
      return taken;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("The benchmark was interrupted.", interrupted);
    }
  }

  private static void awaitSent(RunningServer server, int campaign, int mails) {
    var sent = "SELECT count(*) FROM delivery WHERE campaign_id = ? AND state = 'sent'";
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && server.database().number(sent, campaign) < mails) {
      Pause.ofMillis(50);
    }
    server.database().expect("deliveries recorded as sent", mails, sent, campaign);
    server.database().expect("unfinished deliveries", 0, "SELECT count(*) FROM outbox");
  }

  private void count(List<Mail> taken, int mails) {
    Map<String, Integer> perRecipient = new HashMap<>();
    var messageIds = new HashSet<String>();
    for (var mail : taken) {
      perRecipient.merge(mail.recipient(), 1, Integer::sum);
      messageIds.add(mail.messageId());
    }
    for (int person = 0; person < mails; person++) {
      int got = perRecipient.getOrDefault(Calls.address(person), 0);
      missing += got == 0 ? 1 : 0;
      doubled += Math.max(0, got - 1);
    }
    if (messageIds.size() != perRecipient.size()) {
      throw new BenchFailure(
          "%,d recipients got mails with %,d different Message-IDs."
              .formatted(perRecipient.size(), messageIds.size()));
    }
  }
}
