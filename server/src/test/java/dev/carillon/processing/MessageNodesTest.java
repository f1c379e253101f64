package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.segments.ConditionJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Messages are counted exactly, whoever tells, on several nodes and across crashes (§2.5, I3). */
final class MessageNodesTest {
  private static final int PEOPLE = 40;
  private static final int MAILS = 320;

  private static int counted(ProcessingKit kit, String metric) {
    return kit.segment(
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"%s\",\"count\":{\"op\":\"gte\",\"n\":%d}}}"
                .formatted(metric, MAILS / PEOPLE)));
  }

  private static ProcessingKit kit() {
    var kit = ProcessingKit.start(1);
    kit.database.inTransaction(handle ->
        handle.execute(
            "INSERT INTO workspace (workspace_id, name, created_at) VALUES (?, 'test', now()) ON CONFLICT DO NOTHING",
            kit.workspace().value()));
    return kit;
  }

  private static Identifier person(int number) {
    return id("p" + number);
  }

  /** The counters of the metric are what the deliveries say. */
  private static void assertCounted(ProcessingKit kit, String metric) {
    var counter =
        (int)
            kit.number(
                "SELECT counter_id FROM counter WHERE metric = ? AND unused_at IS NULL", metric);
    for (var i = 0; i < PEOPLE; i++) {
      var key = kit.personId(person(i));
      assertThat(kit.countersOf(key).get(counter).total())
          .as("%s of person %d", metric, i)
          .isEqualTo(
              kit.number(
                  "SELECT count(*) FROM delivery WHERE person_id = ? AND %s_at IS NOT NULL"
                      .formatted(metric),
                  key));
    }
  }

  @Test
  @DisplayName(
      "§2.5, I3: two nodes send and take reports, connections die meanwhile: nothing is lost or doubled")
  void shouldCountExactlyOnTwoNodes() throws Exception {
    try (var kit = kit()) {
      var second = kit.addNode(1);
      kit.shareLanes();
      var sent = counted(kit, "sent");
      var opened = counted(kit, "opened");
      for (var i = 0; i < PEOPLE; i++) {
        Mailbox.reachable(kit, person(i));
      }
      kit.settle();
      var mailboxes = List.of(new Mailbox(kit, kit.node(0)), new Mailbox(kit, second));
      var mails = new ArrayList<Long>();
      for (var i = 0; i < MAILS; i++) {
        mails.add(mailboxes.getFirst().queue(person(i % PEOPLE)));
      }
      var over = new AtomicBoolean();
      var killed = new AtomicInteger();
      // when
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var killer =
            threads.submit(() -> {
              while (!over.get()) {
                killed.addAndGet(
                    (int)
                        kit.number(
                            """
                            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                             WHERE datname = current_database() AND application_name = 'carillon due work' AND random() < 0.5
                            """));
                kit.shareLanes();
                LockSupport.parkNanos(20_000_000);
              }
            });
        var work = new ArrayList<Future<?>>();
        mailboxes.forEach(mailbox -> work.add(threads.submit(mailbox::send)));
        for (var node : List.of(kit.node(0), second)) {
          work.add(
              threads.submit(() -> {
                var random = new Random(node.incarnation());
                for (var i = 0; i < MAILS; i++) {
                  var mail = mails.get(random.nextInt(MAILS));
                  ProcessingKit.accept(node, Mailbox.reportOf(mail, "opened"));
                }
                for (var mail : mails) {
                  ProcessingKit.accept(node, Mailbox.reportOf(mail, "opened"));
                }
              }));
        }
        for (var each : work) {
          each.get();
        }
        over.set(true);
        killer.get();
      }
      kit.shareLanes();
      mailboxes.getFirst().send();
      kit.settle();
      // then
      assertThat(killed.get()).as("connections that were ended").isPositive();
      assertThat(
              kit.number(
                  "SELECT count(*) FROM delivery WHERE sent_at IS NOT NULL AND opened_at IS NOT NULL"))
          .isEqualTo(MAILS);
      assertCounted(kit, "sent");
      assertCounted(kit, "opened");
      for (var i = 0; i < PEOPLE; i++) {
        assertThat(kit.segmentsOf(person(i))).containsExactlyInAnyOrder(sent, opened);
      }
      assertThat(kit.number("SELECT count(*) FROM message_wake")).isZero();
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }

  @Test
  @DisplayName(
      "§2.5, I3: a crash between the outcome and what follows loses nothing: the note is stored with the outcome")
  void shouldCountAfterACrash() {
    try (var kit = kit()) {
      var sent = counted(kit, "sent");
      for (var i = 0; i < PEOPLE; i++) {
        Mailbox.reachable(kit, person(i));
      }
      kit.settle();
      // given: nobody does due work any more, while mails go out
      var mailbox = new Mailbox(kit, kit.node(0));
      kit.node(0).close();
      for (var i = 0; i < MAILS; i++) {
        mailbox.queue(person(i % PEOPLE));
      }
      mailbox.send();
      assertThat(kit.segmentsOf(person(0))).isEmpty();
      assertThat(kit.number("SELECT count(DISTINCT person_id) FROM message_wake"))
          .isEqualTo(PEOPLE);
      // when
      kit.addNode(1);
      kit.shareLanes();
      kit.settle();
      // then
      assertCounted(kit, "sent");
      for (var i = 0; i < PEOPLE; i++) {
        assertThat(kit.segmentsOf(person(i))).containsExactly(sent);
      }
      assertThat(kit.number("SELECT count(*) FROM message_wake")).isZero();
    }
  }

  @Test
  @DisplayName("S-4, I3: a counter made while mails go out and are reported about misses none")
  void shouldFillBesideWriters() throws Exception {
    try (var kit = kit()) {
      for (var i = 0; i < PEOPLE; i++) {
        Mailbox.reachable(kit, person(i));
      }
      kit.settle();
      var mailbox = new Mailbox(kit, kit.node(0));
      var mails = new ArrayList<Long>();
      for (var i = 0; i < MAILS; i++) {
        mails.add(mailbox.queue(person(i % PEOPLE)));
      }
      // when: rules come in the midst
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var sending = threads.submit(mailbox::send);
        var reporting =
            threads.submit(
                () -> mails.forEach(mail -> kit.accept(Mailbox.reportOf(mail, "opened"))));
        counted(kit, "sent");
        counted(kit, "opened");
        sending.get();
        reporting.get();
      }
      kit.build();
      kit.settle();
      // then
      assertCounted(kit, "sent");
      assertCounted(kit, "opened");
      assertThat(kit.segmentsOf(person(PEOPLE - 1))).hasSize(2);
    }
  }
}
