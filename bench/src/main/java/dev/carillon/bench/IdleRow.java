package dev.carillon.bench;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/** How soon one event has its effect on a server that does nothing else. */
final class IdleRow implements Measurement {
  private static final long PATIENCE_SECONDS = 5;
  private static final long PAUSE_MILLIS = 50;
  private static final int WARM_UP = 30;

  @Override
  public String row() {
    return "idle";
  }

  @Override
  public String how() {
    return """
    One event at a time, 50 ms apart, after 30 that do not count: from the first byte of
    the call to the last byte of the mail at the sink; and to the first answer of
    /v1/customers/{id}/segments, asked without pause, that names the segment.\
    """;
  }

  @Override
  public List<Result> measure(TestBed bed) {
    var server = bed.serverWithPeople();
    server.rules().campaign("idle_mail", "idle_mail", List.of(Rules.email()));
    int segment = server.rules().segment("idle segment", Rules.performed("idle_segment", 1));
    server.rules().awaitBuilt(segment);
    int samples = Math.min(bed.sizes().samples(), bed.sizes().people() - WARM_UP);
    var mail = new Histogram(TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS * 2), 3);
    var member = new Histogram(TimeUnit.SECONDS.toMicros(PATIENCE_SECONDS * 2), 3);
    bed.sink().mails().clear();
    for (int i = 0; i < WARM_UP + samples; i++) {
      Pause.ofMillis(PAUSE_MILLIS);
      long mailMicros = toMail(server, bed.sink(), i);
      Pause.ofMillis(PAUSE_MILLIS);
      long memberMicros = toMember(server, segment, i);
      if (i >= WARM_UP) {
        mail.recordValue(mailMicros);
        member.recordValue(memberMicros);
      }
    }
    bed.progress().say("idle: %d samples", samples);
    return List.of(
        result("event posted to mail at the sink, p50", mail, 25),
        result("event posted to segment member, p50", member, 12));
  }

  private static long toMail(RunningServer server, SmtpSink sink, int person) {
    long start = post(server, Calls.event("idle_mail"), person);
    try {
      var mail = sink.mails().poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (mail == null || !mail.recipient().equals(Calls.address(person))) {
        throw new BenchFailure(
            "The event of %s led to %s."
                .formatted(Calls.id(person), mail == null ? "no mail" : mail));
      }
      return TimeUnit.NANOSECONDS.toMicros(mail.takenNanos() - start);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("The benchmark was interrupted.", interrupted);
    }
  }

  private static long toMember(RunningServer server, int segment, int person) {
    var path = "/v1/customers/" + Calls.id(person) + "/segments";
    var named = Pattern.compile("\"id\"\\s*:\\s*" + segment + "\\b");
    long start = post(server, Calls.event("idle_segment"), person);
    while (true) {
      var answer = server.connection().call("GET", path, "Bearer " + RunningServer.APP_KEY, "");
      long now = System.nanoTime();
      if (answer.status() != 200) {
        throw new BenchFailure("GET %s was answered %d.".formatted(path, answer.status()));
      }
      if (named.matcher(answer.body()).find()) {
        return TimeUnit.NANOSECONDS.toMicros(now - start);
      }
      if (now - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new BenchFailure(
            "%s is not in segment %d after %d s."
                .formatted(Calls.id(person), segment, PATIENCE_SECONDS));
      }
    }
  }

  /** Posts one event and returns when its first byte left. */
  private static long post(RunningServer server, RequestTemplate template, int person) {
    var request = ByteBuffer.allocate(4096);
    template.write(request, person, person);
    request.flip();
    long start = System.nanoTime();
    var answer = server.connection().call(request);
    if (answer.status() != 200) {
      throw new BenchFailure("An event was answered " + answer.status() + ".");
    }
    return start;
  }

  private Result result(String what, Histogram micros, double required) {
    return new Result.Measured(
        row(),
        what,
        micros.getValueAtPercentile(50) / 1e3,
        Requirement.atMost(required, " ms", 1),
        "p90 %.1f ms, p99 %.1f ms, slowest %.1f ms, %d samples"
            .formatted(
                micros.getValueAtPercentile(90) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getMaxValue() / 1e3,
                micros.getTotalCount()));
  }
}
