package dev.carillon.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.DatabaseSettings;
import dev.carillon.store.EmbeddedPostgres;
import java.nio.file.Files;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes on one database share the work: I1 to I4 hold across them, and one may die. */
@Timeout(300)
class TwoNodesTest {
  private static final int EVENTS = 20_000;
  private static final int CALLERS = 8;
  private static final int PEOPLE_EACH = 25;
  private static final int IN_FLIGHT = 128;
  private static final Duration TAKE_OVER = Duration.ofSeconds(10);

  @Test
  @DisplayName(
      "20,000 events over two nodes, then one is killed: none lost, none doubled, in order")
  void shouldShareWorkAndSurviveTheDeathOfANode() throws Exception {
    var folder = DataFolder.empty("two-nodes-database");
    Files.writeString(folder.path().resolve("postgres/custom.conf"), "max_connections = 100\n");
    var settings = new DatabaseSettings.Embedded(folder.path(), DataFolder.binaries(), 64, true);
    try (var sink = new SmtpSink();
        var postgres = EmbeddedPostgres.start(settings);
        var first = node("two-nodes-first", folder, sink);
        var second = node("two-nodes-second", folder, sink)) {
      assertThat(postgres).isNotNull();
      first.start();
      second.start();
      try {
        prove(first, second, folder, sink);
      } catch (Exception | AssertionError failure) {
        failure.addSuppressed(first.failure("the first node"));
        failure.addSuppressed(second.failure("the second node"));
        throw failure;
      }
    }
    folder.delete();
  }

  private static CarillonProcess node(String name, DataFolder database, SmtpSink sink)
      throws Exception {
    // Delivery ids are signed with the installation's key, which all nodes share.
    return new CarillonProcess(DataFolder.empty(name))
        .with("CARILLON_DATABASE_URL", database.url())
        .with("CARILLON_SECRET_KEY", "YWNjZXB0YW5jZS1hY2NlcHRhbmNlLWFjY2VwdGFuY2U=")
        .with("CARILLON_SMTP_URL", sink.url());
  }

  private static void prove(
      CarillonProcess first, CarillonProcess second, DataFolder folder, SmtpSink sink)
      throws Exception {
    try (var callsFirst = new HttpCalls(first);
        var callsSecond = new HttpCalls(second);
        var database = folder.connect()) {
      // given
      callsFirst.campaign(CrashTest.CAMPAIGN);
      awaitShared(database);
      // when: every caller goes to the other node with its next call
      var begin = System.nanoTime();
      List<Load.Call> made;
      try (var load = new Load(List.of(callsFirst, callsSecond), CALLERS, PEOPLE_EACH, EVENTS)) {
        load.start().awaitLimit();
        made = load.stop();
      }
      Books.awaitRest(database, Books.LONG);
      // then
      var seconds = (System.nanoTime() - begin) / 1e9;
      assertThat(made).allMatch(Load.Call::acknowledged).hasSizeGreaterThanOrEqualTo(EVENTS);
      var repeats =
          new Books(database, made)
              .proveEventsOnce()
              .proveOrder()
              .proveCounters()
              .proveJourneysOnce(2)
              .proveMailsOnce(sink.mails(), 0, 0);
      assertThat(repeats).isZero();
      System.out.printf(
          "two nodes: %,d calls sent and worked off in %.1f s, %,d mails%n",
          made.size(), seconds, sink.mails().size());
      proveTakeOver(first, callsSecond, database, sink, made);
    }
  }

  private static void proveTakeOver(
      CarillonProcess victim,
      HttpCalls survivor,
      Connection database,
      SmtpSink sink,
      List<Load.Call> before)
      throws Exception {
    // given: load on both, from callers whose people nobody has called about before
    try (var calls = new HttpCalls(victim);
        var load = new Load("late", List.of(calls, survivor), CALLERS, 5, Long.MAX_VALUE)) {
      load.start().awaitMore(1_500);
      // when
      var killed = System.nanoTime();
      victim.kill();
      var takenOver = Duration.ofNanos(awaitOneOwner(database) - killed);
      load.awaitMore(1_500);
      var made = new ArrayList<>(load.stop());
      Books.awaitRest(database, Books.NO_RETRY);
      // then
      made.addAll(before);
      var repeats =
          new Books(database, made)
              .proveEventsOnce()
              .proveOrder()
              .proveCounters()
              .proveJourneysOnce(2)
              .proveMailsOnce(sink.mails(), 1, IN_FLIGHT);
      System.out.printf(
          "two nodes: the survivor had all lanes %,d ms after the kill; %d mails once more%n",
          takenOver.toMillis(), repeats);
      assertThat(takenOver).isLessThan(TAKE_OVER);
    }
  }

  private static void awaitShared(Connection database) throws Exception {
    awaitOwners(database, 2);
  }

  private static long awaitOneOwner(Connection database) throws Exception {
    return awaitOwners(database, 1);
  }

  /** Waits until this many nodes own all lanes between them; when that was, in nanoseconds. */
  private static long awaitOwners(Connection database, int owners) throws Exception {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    var sql =
        "SELECT CASE WHEN count(owner) = 16 THEN count(DISTINCT owner) ELSE 0 END FROM lane_group";
    while (Books.number(database, sql) != owners) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the lanes did not come to " + owners + " owners within a minute");
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return System.nanoTime();
  }
}
