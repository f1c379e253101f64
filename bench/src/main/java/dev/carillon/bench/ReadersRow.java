package dev.carillon.bench;

import dev.carillon.bench.LoadClient.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How fast opens and clicks are answered. */
final class ReadersRow implements Measurement {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int FOUND = 302;
  private static final int OK = 200;

  @Override
  public String row() {
    return "readers";
  }

  @Override
  public String how() {
    return """
    Mails are sent as in the row send; then their open pixels, and the first link of each,
    are asked for over kept-alive connections, one request after the other on each, and
    every mail many times. Requests answered per second; what they tell is processed
    beside, and counted in the database afterwards.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    int mails = Math.min(bed.sizes().mails(), bed.sizes().people());
    int message = server.rules().transactional("Read");
    var opens = new ArrayList<Double>();
    var clicks = new ArrayList<Double>();
    try (var client = LoadClient.connect(server.port(), bed.sizes().connections())) {
      bed.sink().mails().clear();
      client.send(Sources.counted(Calls.send(message), 0, mails, n -> n));
      var taken = MailRow.take(bed.sink(), mails);
      var pixels = new ArrayList<byte[]>();
      var links = new ArrayList<byte[]>();
      for (var mail : taken) {
        pixels.add(request(mail.addresses(), "/e/o/"));
        links.add(request(mail.addresses(), "/e/c/"));
      }
      for (int round = 0; round <= bed.sizes().rounds(); round++) {
        opens.add(client.send(cycle(pixels, bed.sizes().events()), OK).perSecond());
        clicks.add(client.send(cycle(links, bed.sizes().events()), FOUND).perSecond());
        bed.progress()
            .say(
                "readers: round %d, %,.0f opens/s, %,.0f clicks/s",
                round, opens.getLast(), clicks.getLast());
      }
      opens.removeFirst();
      clicks.removeFirst();
      awaitCounted(server, message, mails, "opened_at");
      awaitCounted(server, message, mails, "clicked_at");
      server.database().expectNoDeadLetters();
    }
    return List.of(
        new Result.Measured(
            row(),
            "opens answered",
            Median.of(opens),
            Requirement.atLeast(8_000, "/s", 0),
            "rounds " + Median.list(opens)),
        new Result.Measured(
            row(),
            "clicks answered",
            Median.of(clicks),
            Requirement.atLeast(8_000, "/s", 0),
            "rounds " + Median.list(clicks)));
  }

  private static void awaitCounted(RunningServer server, int message, int mails, String column) {
    var seen =
        "SELECT count(*) FROM delivery WHERE transactional_id = ? AND %s IS NOT NULL"
            .formatted(column);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && server.database().number(seen, message) < mails) {
      Pause.ofMillis(50);
    }
    server.database().expect("deliveries with " + column, mails, seen, message);
  }

  private static byte[] request(List<String> addresses, String start) {
    var path =
        addresses.stream()
            .filter(each -> each.startsWith(start))
            .findFirst()
            .orElseThrow(() -> new BenchFailure("A mail has no address %s….".formatted(start)));
    return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Source cycle(List<byte[]> requests, int count) {
    int[] next = {0};
    return target -> {
      if (next[0] == count) {
        return false;
      }
      target.put(requests.get(next[0]++ % requests.size()));
      return true;
    };
  }
}
