package dev.carillon.bench;

import dev.carillon.bench.SmtpSink.Mail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** How fast transactional mails go out, rendered, with tracked links, signed. */
final class SendRow implements Measurement {
  private static final Duration AFTERWARDS = Duration.ofSeconds(1);
  private static final Duration KEYS_ARE_KNOWN = Duration.ofSeconds(6);

  /** Three links and the picture that counts opens. */
  private static final int LINKS = 4;

  private long missing;
  private long doubled;

  @Override
  public String row() {
    return "send";
  }

  @Override
  public String how() {
    return """
    POST /v1/send/email, one mail in a call, each to another person with data of its own;
    three tracked links and an open pixel, signed by DKIM. Time from the first request to
    the last mail at an SMTP sink in this process, which is watched for another second.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    int mails = Math.min(bed.sizes().mails(), bed.sizes().people());
    server.rules().signFor("bench.example.test");
    int message = server.rules().transactional("Order");
    Pause.of(KEYS_ARE_KNOWN);
    var rates = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      for (int round = 0; round <= bed.sizes().rounds(); round++) {
        rates.add(round(bed, client, message, (long) round * mails, mails));
        bed.progress().say("send: round %d, %,.0f/s", round, rates.getLast());
      }
    }
    server.database().expectNoDeadLetters();
    rates.removeFirst();
    return List.of(
        new Result.Measured(
            row(),
            "%,d transactional mails, tracked and signed".formatted(mails),
            Median.of(rates),
            Requirement.atLeast(600, "/s", 0),
            "rounds " + Median.list(rates)),
        new Result.Measured(
            row(), "mails missing", missing, Requirement.atMost(0, "", 0), "all rounds"),
        new Result.Measured(
            row(), "mails doubled", doubled, Requirement.atMost(0, "", 0), "all rounds"));
  }

  private double round(TestBed bed, LoadClient client, int message, long first, int mails) {
    bed.sink().mails().clear();
    long start = System.nanoTime();
    client.send(Sources.counted(Calls.send(message), first, mails, n -> n - first));
    var taken = MailRow.take(bed.sink(), mails);
    long end = taken.isEmpty() ? System.nanoTime() : taken.getLast().takenNanos();
    Pause.of(AFTERWARDS);
    bed.sink().mails().drainTo(taken);
    check(taken, mails);
    return taken.size() / ((end - start) / 1e9);
  }

  private void check(List<Mail> taken, int mails) {
    var perRecipient = new HashMap<String, Integer>();
    for (var mail : taken) {
      perRecipient.merge(mail.recipient(), 1, Integer::sum);
      if (!mail.signed() || mail.addresses().size() < LINKS) {
        throw new BenchFailure(
            "A mail came %s signature and with %d addresses for its readers."
                .formatted(mail.signed() ? "with" : "without", mail.addresses().size()));
      }
    }
    for (int person = 0; person < mails; person++) {
      int got = perRecipient.getOrDefault(Calls.address(person), 0);
      missing += got == 0 ? 1 : 0;
      doubled += Math.max(0, got - 1);
    }
  }
}
