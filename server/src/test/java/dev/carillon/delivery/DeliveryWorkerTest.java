package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.delivery.Mailer.Handover;
import dev.carillon.messages.Trigger;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.store.LossyWay;
import dev.carillon.store.TestDatabase;
import dev.carillon.webhooks.ReportingEvents;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeliveryWorkerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ADA = "{\"email\":\"ada@example.test\",\"first_name\":\"Ada\"}";

  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  private final Database database = TEST.database();
  private final TurnedClock clock = new TurnedClock();
  private final Shop shop = new Shop(database);
  private final AtomicInteger reached = new AtomicInteger();
  @AutoClose private final ScriptedSmtpServer server = new ScriptedSmtpServer();

  @AutoClose
  private final SmtpMailer smtp = new SmtpMailer(server.settings(), SmtpMailerTest.UNSIGNED);

  @Test
  void shouldSendAndArchive() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));

    // when
    assertThat(worker(1, smtp).runDue()).isEqualTo(1);

    // then
    var delivery = shop.delivery(id);
    assertThat(delivery.state()).isEqualTo(DeliveryState.SENT);
    assertThat(delivery.recipient()).isEqualTo("ada@example.test");
    assertThat(delivery.subject()).isEqualTo("Hi Ada");
    assertThat(delivery.attempts()).isEqualTo(1);
    assertThat(delivery.metrics())
        .isEqualTo(Map.of(Metric.CREATED, clock.instant(), Metric.SENT, clock.instant()));
    assertThat(shop.archived(id).orElseThrow().email().html())
        .isEqualTo("<p>Hello Ada, " + id + "</p>");
    assertThat(server.mails()).singleElement().asString().contains("<" + id + "@carillon.test>");
    assertThat(worker(1, smtp).runDue()).isZero();
  }

  @Test
  @DisplayName("M-2, M-3: a provider may report before we have noted that it accepted the mail")
  void shouldNotForgetWhatWasReportedEarly() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var reports = new DeliveryReports();
    var early =
        during(
            () ->
                database.<Integer, RuntimeException>inTransaction(handle -> {
                  var delivery = reports.find(handle, List.of(shop.delivery(id).id())).values();
                  reports.tell(
                      handle,
                      delivery.stream()
                          .map(each ->
                              new DeliveryReports.News(
                                  each,
                                  Map.of(Metric.BOUNCED, clock.instant()),
                                  Map.of(),
                                  Map.of(),
                                  "no such box"))
                          .toList());
                  return delivery.size();
                }),
            new Handover.Accepted());

    // when
    worker(1, early).runDue();

    // then
    var delivery = shop.delivery(id);
    assertThat(delivery.state()).isEqualTo(DeliveryState.BOUNCED);
    assertThat(delivery.failureMessage()).isEqualTo("no such box");
    assertThat(delivery.metrics()).containsOnlyKeys(Metric.CREATED, Metric.SENT, Metric.BOUNCED);
  }

  /** A segment that counts messages which reached a metric; its number. */
  private int counting(String metric) {
    return database.inTransaction(handle -> counting(handle, metric));
  }

  private int counting(Handle handle, String metric) {
    var counters = new CounterRepository(clock);
    var condition =
        ConditionJson.stored(
            "{\"message\":{\"metric\":\"%s\",\"count\":{\"op\":\"gte\",\"n\":1}}}"
                .formatted(metric));
    var made =
        new SegmentRepository(counters, clock)
            .create(handle, shop.workspace, new SegmentDraft("some", "", List.of(), condition));
    return ((SegmentOutcome.Saved) made).segment().id();
  }

  /** Whom notes are about that nobody has taken, in this shop. */
  private List<Long> noted() {
    return database.read(handle ->
        handle
            .select(
                "SELECT person_id FROM message_wake WHERE workspace_id = ? ORDER BY wake_id",
                shop.workspace.value())
            .mapTo(Long.class)
            .list());
  }

  @Test
  @DisplayName("journeys §2.5: outcomes no rule counts leave no note")
  void shouldNoteNothingForNobody() throws Exception {
    // given rules about something else, and about the same in another workspace
    counting("opened");
    new DeliveryWorkerTest().counting("sent");
    shop.stored(shop.intent(shop.person(ADA), clock.instant()));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(noted()).isEmpty();
    assertThat(reached).hasValue(0);
  }

  @Test
  @DisplayName(
      "journeys §2.5: who was sent something that rules count is noted with the outcome, once")
  void shouldNoteWhoseMessagesReachedSomething() throws Exception {
    // given
    counting("sent");
    counting("failed");
    var ada = shop.person(ADA);
    var nameless = shop.person("{\"email\":\"bob@example.test\"}");
    var unsubscribed = shop.person(ADA.replace("}", ",\"unsubscribed\":true}"));
    shop.store(
        List.of(
            shop.intent(ada, clock.instant()),
            shop.intent(ada, clock.instant()),
            shop.intent(nameless, clock.instant()),
            shop.intent(unsubscribed, clock.instant())));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(noted()).containsExactlyInAnyOrder(ada, nameless);
    assertThat(reached).as("after the commit, once").hasValue(1);
  }

  @Test
  @DisplayName("journeys §2.5: an outcome that comes too late is neither recorded nor noted")
  void shouldNoteNothingWithoutLease() throws Exception {
    // given
    counting("sent");
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var late =
        during(
            () -> {
              clock.advance(Outbox.LEASE);
              worker(2, new MailTrap()).runDue();
            },
            new Handover.Accepted());

    // when
    worker(1, late).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.SENT);
    assertThat(noted()).hasSize(1);
    assertThat(reached).hasValue(1);
  }

  @Test
  @DisplayName(
      "journeys §2.5: whoever makes a rule that counts waits for outcomes that are being recorded")
  void shouldNotRecordWhileRulesChange() throws Exception {
    // given
    shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var saving = database.dedicatedHandle("saving rules")) {
      saving.begin();
      Epoch.newRules(saving);

      // when
      var sending = threads.submit(() -> worker(1, smtp).runDue());
      await()
          .until(() ->
              database.<Boolean, RuntimeException>read(handle ->
                  handle
                      .createQuery(
                          "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
                      .mapTo(Boolean.class)
                      .one()));
      counting(saving, "sent");
      saving.commit();

      // then
      assertThat(sending.get()).isEqualTo(1);
    }
    assertThat(noted()).as("it knows the rules it waited for").hasSize(1);
  }

  @Test
  void shouldKeepMailsInTheTrap() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));

    // when
    worker(1, new MailTrap()).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.SENT);
    assertThat(shop.archived(id).orElseThrow().email().subject()).isEqualTo("Hi Ada");
    assertThat(server.connections()).isZero();
  }

  @Test
  @DisplayName("journeys §7.2: a missing variable fails the delivery and is named; no retry")
  void shouldFailOnMissingVariable() throws Exception {
    // given
    var id =
        shop.stored(shop.intent(shop.person("{\"email\":\"ada@example.test\"}"), clock.instant()));

    // when
    worker(1, smtp).runDue();

    // then
    var delivery = shop.delivery(id);
    assertThat(delivery.state()).isEqualTo(DeliveryState.FAILED);
    assertThat(delivery.failureMessage())
        .isEqualTo("subject: variable customer.first_name is missing and has no default (line 1)");
    assertThat(delivery.metrics()).containsKey(Metric.FAILED).doesNotContainKey(Metric.SENT);
    clock.advance(Duration.ofDays(2));
    assertThat(worker(1, smtp).runDue()).isZero();
  }

  @Test
  @DisplayName("journeys §9.2 step 3, U-1: unsubscribed people are not written to")
  void shouldNotSendToUnsubscribed() throws Exception {
    for (var value : List.of("true", "\"TRUE\"", "\"1\"", "1")) {
      // given
      var person = ADA.replace("}", ",\"unsubscribed\":" + value + "}");
      var id = shop.stored(shop.intent(shop.person(person), clock.instant()));

      // when
      worker(1, smtp).runDue();

      // then
      assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.UNDELIVERABLE);
      assertThat(shop.delivery(id).failureMessage()).isEqualTo("the person is unsubscribed");
      assertThat(shop.delivery(id).metrics()).containsKey(Metric.UNDELIVERABLE);
    }
    for (var value : List.of("false", "\"yes\"", "2", "null")) {
      var person = ADA.replace("}", ",\"unsubscribed\":" + value + "}");
      var id = shop.stored(shop.intent(shop.person(person), clock.instant()));
      worker(1, smtp).runDue();
      assertThat(shop.delivery(id).state()).as(value).isEqualTo(DeliveryState.SENT);
    }
  }

  @Test
  @DisplayName("journeys §5.1 gate 8: nobody to send to")
  void shouldBeUndeliverableWithoutRecipient() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person("{\"first_name\":\"Ada\"}"), clock.instant()));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.UNDELIVERABLE);
    assertThat(shop.delivery(id).failureMessage()).isEqualTo("no recipient");
  }

  @Test
  @DisplayName("journeys §5.1 gate 9, M-104: an address on the suppression list gets nothing")
  void shouldDropWhatGoesToSuppressedAddresses() throws Exception {
    // given
    var list = new EspSuppressions(database, clock);
    var person = shop.person(ADA.replace("ada@example.test", "Ada@Example.TEST"));
    list.add(shop.workspace, SuppressionKind.BOUNCES, "ada@example.test");
    list.add(
        new WorkspaceId(shop.workspace.value() + 1), SuppressionKind.BLOCKS, "bob@example.test");
    var dropped = shop.stored(shop.intent(person, clock.instant()));
    var others =
        shop.stored(shop.intent(shop.person(ADA.replace("ada@", "bob@")), clock.instant()));
    // the event names another recipient (P-43), once a listed one, once not
    var elsewhere =
        shop.stored(
            shop.intent(
                shop.person(ADA.replace("ada@", "bob@")),
                clock.instant(),
                to("Ada <ADA@example.test>"),
                false));
    var fine = shop.stored(shop.intent(person, clock.instant(), to("carl@example.test"), false));

    // when
    worker(1, smtp).runDue();

    // then
    for (var id : List.of(dropped, elsewhere)) {
      assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.DROPPED);
      assertThat(shop.delivery(id).failureMessage())
          .isEqualTo("the address is on the suppression list (bounces: added through the API)");
      assertThat(shop.delivery(id).metrics()).containsOnlyKeys(Metric.CREATED, Metric.DROPPED);
    }
    assertThat(shop.delivery(others).state()).isEqualTo(DeliveryState.SENT);
    assertThat(shop.delivery(fine).state()).isEqualTo(DeliveryState.SENT);
    assertThat(server.mails()).hasSize(2);

    // when it is taken off the list
    list.remove(shop.workspace, SuppressionKind.BOUNCES, "ada@example.test");
    var again = shop.stored(shop.intent(person, clock.instant()));
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(again).state()).isEqualTo(DeliveryState.SENT);
  }

  @Test
  @DisplayName("M-103: an entry of one sending domain holds for mail from there alone")
  void shouldDropByTheDomainOfTheSender() throws Exception {
    // given
    var person = shop.person(ADA);
    database.read(handle ->
        handle.execute(
            "INSERT INTO esp_suppression VALUES (?, 'ada@example.test', 2, 'elsewhere.test', 'no such box', '550', now())",
            shop.workspace.value()));
    var sent = shop.stored(shop.intent(person, clock.instant()));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(sent).state()).isEqualTo(DeliveryState.SENT);

    // when
    database.read(handle -> handle.execute("UPDATE esp_suppression SET domain = 'example.test'"));
    var dropped = shop.stored(shop.intent(person, clock.instant()));
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(dropped).state()).isEqualTo(DeliveryState.DROPPED);
    assertThat(shop.delivery(dropped).failureMessage())
        .isEqualTo("the address is on the suppression list (bounces: no such box)");
    database.read(handle -> handle.execute("TRUNCATE esp_suppression"));
  }

  private static Trigger to(String recipient) {
    return new Trigger("bought", null, null, Map.of("recipient", recipient));
  }

  @Test
  @DisplayName("journeys §5.1 gate 2: a draft is rendered and kept, unsubscribed or not")
  void shouldKeepDrafts() throws Exception {
    // given
    var person = shop.person(ADA.replace("}", ",\"unsubscribed\":true}"));
    var id = shop.stored(shop.intent(person, clock.instant(), Trigger.NONE, true));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.DRAFTED);
    assertThat(shop.delivery(id).metrics()).containsOnlyKeys(Metric.CREATED, Metric.DRAFTED);
    assertThat(shop.archived(id)).isPresent();
    assertThat(server.mails()).isEmpty();
  }

  @Test
  @DisplayName("M-50, C-70: later attempts carry the same Message-ID")
  void shouldTryAgainUntilItWorks() throws Exception {
    // given
    server.answer(".", "451 4.3.0 later");
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var first = clock.instant();

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.ATTEMPTED);
    assertThat(shop.delivery(id).failureMessage()).isEqualTo("451 4.3.0 later");
    assertThat(shop.archived(id)).isEmpty();

    // when nothing is due yet
    clock.advance(Duration.ofSeconds(47));
    assertThat(worker(1, smtp).runDue()).isZero();

    // and when it is
    server.answer(".", null);
    clock.advance(Duration.ofSeconds(26));
    worker(2, smtp).runDue();

    // then
    var delivery = shop.delivery(id);
    assertThat(delivery.state()).isEqualTo(DeliveryState.SENT);
    assertThat(delivery.failureMessage()).isNull();
    assertThat(delivery.attempts()).isEqualTo(2);
    assertThat(delivery.metrics())
        .containsEntry(Metric.ATTEMPTED, first)
        .containsEntry(Metric.SENT, clock.instant());
    assertThat(server.mails()).singleElement().asString().contains("<" + id + "@carillon.test>");
  }

  @Test
  @DisplayName("M-50: eight attempts within 24 hours, then failed")
  void shouldGiveUpAfterADay() throws Exception {
    // given
    server.answer("MAIL", "451 4.3.0 later");
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var worker = worker(1, smtp);

    // when
    for (var hour = 0; hour < 25 * 12; hour++) {
      worker.runDue();
      clock.advance(Duration.ofMinutes(5));
    }

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.FAILED);
    assertThat(shop.delivery(id).attempts()).isEqualTo(8);
    assertThat(shop.delivery(id).failureMessage()).isEqualTo("451 4.3.0 later");
    assertThat(worker.stats().retries()).isEqualTo(7);
    assertThat(worker.stats().failed()).isEqualTo(1);
  }

  @Test
  void shouldFailAtOnceWhenRefusedForGood() throws Exception {
    // given
    server.answer("RCPT", "550 5.1.1 no such user");
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));

    // when
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.FAILED);
    assertThat(shop.delivery(id).failureMessage()).isEqualTo("550 5.1.1 no such user");
    assertThat(shop.archived(id)).isPresent();
  }

  @Test
  @DisplayName("M-52: the gates are asked again before each attempt")
  void shouldAskGatesAgain() throws Exception {
    // given
    server.answer("MAIL", "451 4.3.0 later");
    var ada = shop.person(ADA);
    var id = shop.stored(shop.intent(ada, clock.instant()));
    worker(1, smtp).runDue();

    // when
    server.answer("MAIL", null);
    shop.change(ada, ADA.replace("}", ",\"unsubscribed\":true}"));
    clock.advance(Duration.ofMinutes(2));
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.UNDELIVERABLE);
    assertThat(server.mails()).isEmpty();
  }

  @Test
  @DisplayName("journeys §3.8: what is not yet rendered gets the new content")
  void shouldRenderTheNewestContent() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var gone = shop.stored(shop.intent(shop.person(ADA), clock.instant().plusSeconds(60)));

    // when
    shop.says(Shop.email("News"));
    worker(1, smtp).runDue();
    shop.says(null);
    clock.advance(Duration.ofMinutes(1));
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(id).subject()).isEqualTo("News");
    assertThat(shop.delivery(gone).state()).isEqualTo(DeliveryState.CANCELLED);
  }

  @Test
  @DisplayName("journeys §3.7: a deleted person gets nothing")
  void shouldCancelForDeletedPeople() throws Exception {
    // given one queued, one waiting for its retry, one deleted without notice
    server.answer("MAIL", "451 4.3.0 later");
    var ada = shop.person(ADA);
    var bob = shop.person(ADA);
    var retried = shop.stored(shop.intent(ada, clock.instant()));
    worker(1, smtp).runDue();
    server.answer("MAIL", null);
    var queued = shop.stored(shop.intent(ada, clock.instant()));
    var unnoticed = shop.stored(shop.intent(bob, clock.instant()));

    // when
    shop.delete(ada);
    database.read(handle -> handle.execute("DELETE FROM person WHERE person_id = ?", bob));
    clock.advance(Duration.ofMinutes(2));
    assertThat(worker(1, smtp).runDue()).isEqualTo(1);

    // then
    for (var id : List.of(retried, queued, unnoticed)) {
      assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.CANCELLED);
    }
    assertThat(server.mails()).isEmpty();
  }

  @Test
  void shouldCancelOnlyTheEndedJourney() throws Exception {
    // given
    var ada = shop.person(ADA);
    var first = shop.intent(ada, clock.instant());
    var other = shop.intent(ada, clock.instant());
    shop.store(List.of(first));
    database.read(handle ->
        handle.execute(
            "UPDATE delivery SET journey_id = 1 WHERE delivery_id = ?", first.deliveryId()));
    shop.store(List.of(other));

    // when
    int cancelled =
        database.inTransaction(handle ->
            shop.deliveries.cancelForJourneys(
                handle, List.of(new DeliveryRepository.EndedJourney(1, ada))));

    // then
    assertThat(cancelled).isEqualTo(1);
    assertThat(worker(1, smtp).runDue()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "a mail on its way when its person is deleted: the truth is recorded, no retry follows")
  void shouldRecordWhatHappenedToCancelledInFlight() throws Exception {
    // given a provider that is slow enough for a deletion
    var ada = shop.person(ADA);
    var sent = shop.stored(shop.intent(ada, clock.instant()));
    worker(1, during(() -> shop.delete(ada), new Handover.Accepted())).runDue();

    var bob = shop.person(ADA);
    var failed = shop.stored(shop.intent(bob, clock.instant()));
    worker(1, during(() -> shop.delete(bob), new Handover.Temporary("later"))).runDue();

    // when
    clock.advance(Duration.ofMinutes(2));
    worker(1, smtp).runDue();

    // then
    assertThat(shop.delivery(sent).state()).isEqualTo(DeliveryState.SENT);
    assertThat(shop.delivery(failed).state()).isEqualTo(DeliveryState.CANCELLED);
    assertThat(server.mails()).isEmpty();
  }

  @Test
  @DisplayName("I4: who lost the lease has no say")
  void shouldNotRecordWithoutLease() throws Exception {
    // given a provider so slow that the lease runs out and another worker sends
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var other = worker(2, smtp);
    var slow =
        worker(
            1,
            during(
                () -> {
                  clock.advance(Outbox.LEASE);
                  other.runDue();
                },
                new Handover.Permanent("too late")));

    // when
    slow.runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.SENT);
    assertThat(slow.stats().lostLeases()).isEqualTo(1);
    assertThat(slow.stats().failed()).isZero();
    assertThat(other.stats().sent()).isEqualTo(1);
  }

  @Test
  @DisplayName("C-70: what a dead process had claimed is sent again under the same Message-ID")
  void shouldTakeOverFromTheDead() throws Exception {
    // given a process that dies between the provider's answer and the record of it
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    var outbox = new Outbox(database, new ReportingEvents(shop.ids::text), 1);
    assertThat(outbox.claim(Lane.CAMPAIGN, clock.instant(), 10)).hasSize(1);
    var successor = worker(2, smtp);
    assertThat(successor.runDue()).isZero();

    // when
    assertThat(successor.reclaim(Set.of(1))).isEqualTo(1);
    successor.runDue();

    // then
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.SENT);
    assertThat(server.mails()).singleElement().asString().contains("<" + id + "@carillon.test>");
  }

  @Test
  void shouldGiveBackWhatItHasNoTimeFor() {
    // given
    shop.store(List.of(shop.intent(shop.person(ADA), clock.instant())));
    var outbox = new Outbox(database, new ReportingEvents(shop.ids::text), 1);
    var claimed = outbox.claim(Lane.CAMPAIGN, clock.instant(), 10).getFirst();

    // when the lease is too short for a mail
    clock.advance(Duration.ofSeconds(40));
    var outcome = sender(smtp).send(claimed);
    outbox.record(List.of(outcome));

    // then it is due at once and nothing counts as tried
    var again = outbox.claim(Lane.CAMPAIGN, clock.instant(), 10);
    assertThat(again).singleElement().extracting(Claimed::attempts).isEqualTo(1);
    assertThat(server.mails()).isEmpty();
    outbox.record(List.of(sender(smtp).send(again.getFirst())));
  }

  @Test
  @DisplayName("I4: two workers, 2,000 intents, each sent once")
  void shouldSendEachOnceWithTwoWorkers() {
    // given
    var people = new long[2_000];
    var attributes = new String[2_000];
    var intents = new ArrayList<NewDelivery>();
    for (var index = 0; index < people.length; index++) {
      people[index] = shop.workspace.value() * 1_000_000L + 10_000 + index;
      attributes[index] = "{\"email\":\"p%d@example.test\",\"first_name\":\"P\"}".formatted(index);
      intents.add(shop.intent(people[index], clock.instant()));
    }
    shop.people(people, attributes);
    shop.store(intents);

    // when
    try (var first = worker(1, smtp);
        var second = worker(2, smtp)) {
      first.start();
      second.start();
      await().atMost(PATIENCE).until(() -> first.stats().sent() + second.stats().sent() >= 2_000);

      // then
      assertThat(first.stats().sent()).isPositive();
      assertThat(second.stats().sent()).isPositive();
    }
    assertThat(server.mails()).hasSize(2_000);
    assertThat(
            server.mails().stream()
                .map(mail -> mail.replaceAll("(?s).*Message-ID: (\\S+).*", "$1")))
        .doesNotHaveDuplicates();
    int left =
        database.read(h -> h.createQuery("SELECT count(*) FROM outbox").mapTo(Integer.class).one());
    assertThat(left).isZero();
  }

  @Test
  @DisplayName("I8: neither a slow mail nor a lane with a dead provider holds back others")
  void shouldLeaveSlowNeighboursAlone() {
    // given a provider that does not answer for some, which fills the broadcast lane
    var release = new CountDownLatch(1);
    var stuck = shop.person(ADA.replace("ada@", "stuck@"));
    var blast = new ArrayList<NewDelivery>();
    for (var index = 0; index < 300; index++) {
      blast.add(in(Lane.BROADCAST, shop.intent(stuck, clock.instant())));
    }
    shop.store(blast);
    var slow = shop.stored(shop.intent(stuck, clock.instant()));
    try (var worker = worker(1, waiting(release))) {
      worker.start();
      await().atMost(PATIENCE).until(() -> worker.stats().inFlight() >= 129);

      // when
      var ada = shop.person(ADA);
      var urgent = shop.stored(in(Lane.TRANSACTIONAL, shop.intent(ada, clock.instant())));
      var usual = shop.stored(shop.intent(ada, clock.instant()));
      worker.signal();

      // then
      for (var id : List.of(urgent, usual)) {
        await().atMost(PATIENCE).until(() -> shop.delivery(id).state() == DeliveryState.SENT);
      }
      assertThat(shop.delivery(slow).state()).isEqualTo(DeliveryState.QUEUED);
      release.countDown();
      await().atMost(PATIENCE).until(() -> worker.stats().sent() == 303);
    }
  }

  @Test
  void shouldFinishWhatItSendsAndGiveBackTheRestWhenClosed() throws Exception {
    // given eight mails on their way and more behind them
    var release = new CountDownLatch(1);
    var stuck = shop.person(ADA.replace("ada@", "stuck@"));
    var intents = new ArrayList<NewDelivery>();
    for (var index = 0; index < 100; index++) {
      intents.add(shop.intent(stuck, clock.instant()));
    }
    shop.store(intents);
    var worker = worker(1, waiting(release));
    worker.start();
    await().atMost(PATIENCE).until(() -> worker.stats().inFlight() == 100);

    // when
    var closer = Thread.startVirtualThread(worker::close);
    await().atMost(PATIENCE).until(worker::isClosing);
    release.countDown();
    closer.join();

    // then
    assertThat(worker.stats().sent()).isEqualTo(8);
    assertThat(worker.stats().inFlight()).isZero();
    assertThat(worker(2, new MailTrap()).runDue()).isEqualTo(92);
  }

  @Test
  @DisplayName(
      "I4: a claim whose answer is lost strands nothing; the same worker takes it up again")
  void shouldTakeUpWhatItClaimedWithoutKnowing() throws Exception {
    // given a connection that breaks after the claim was committed, and a clock that stands still,
    // so that no lease runs out
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    try (var way = LossyWay.to(TEST);
        var worker = worker(campaignsOnly(), way.database(), shop.templates())) {
      way.loseAnswerTo("UPDATE outbox");

      // when
      worker.start();

      // then
      await().atMost(PATIENCE).until(() -> shop.delivery(id).state() == DeliveryState.SENT);
      assertThat(way.hasLost()).isTrue();
    }
    assertThat(shop.delivery(id).attempts()).isEqualTo(1);
    assertThat(server.mails()).hasSize(1);
  }

  @Test
  @DisplayName(
      "I4: an outcome whose record is not answered is recorded once; nothing is sent again")
  void shouldNotSendAgainWhenTheAnswerToTheRecordIsLost() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    try (var way = LossyWay.to(TEST);
        var worker = worker(campaignsOnly(), way.database(), shop.templates())) {
      way.loseAnswerTo("DELETE FROM outbox");

      // when
      worker.start();

      // then
      await().atMost(PATIENCE).until(() -> way.hasLost() && worker.stats().inFlight() == 0);
    }
    assertThat(shop.delivery(id).state()).isEqualTo(DeliveryState.SENT);
    clock.advance(Outbox.LEASE.multipliedBy(2));
    assertThat(worker(2, smtp).runDue()).isZero();
    assertThat(server.mails()).hasSize(1);
  }

  @Test
  @DisplayName("M-50: a database that is away while a template is looked up is no failed attempt")
  void shouldNotCountAnOutageAsAnAttempt() throws Exception {
    // given
    var id = shop.stored(shop.intent(shop.person(ADA), clock.instant()));
    try (var way = LossyWay.to(TEST)) {
      TemplateSource stored =
          (workspace, campaign, step) -> {
            way.database().read(handle -> handle.execute("SELECT 'template'"));
            return shop.templates().find(workspace, campaign, step);
          };
      var worker = worker(campaignsOnly(), database, stored);
      way.loseAnswerTo("SELECT 'template'");

      // when
      worker.runDue();

      // then it did not have to wait for the next attempt
      assertThat(way.hasLost()).isTrue();
      assertThat(worker.stats().retries()).isZero();
    }
    var delivery = shop.delivery(id);
    assertThat(delivery.state()).isEqualTo(DeliveryState.SENT);
    assertThat(delivery.failureMessage()).isNull();
    assertThat(delivery.attempts()).isEqualTo(1);
    assertThat(delivery.metrics()).doesNotContainKey(Metric.ATTEMPTED);
  }

  private static DeliverySettings campaignsOnly() {
    return new DeliverySettings(
        1, "carillon.test", Map.of(Lane.CAMPAIGN, new DeliverySettings.LaneLimits(8, 128)));
  }

  private DeliveryWorker worker(
      DeliverySettings settings, Database behind, TemplateSource templates) {
    return new DeliveryWorker(
        settings,
        behind,
        shop.ids,
        Shop.LINKS,
        templates,
        (_, _) -> Optional.empty(),
        smtp,
        clock,
        new Random(1),
        reached::incrementAndGet);
  }

  private Sender sender(Mailer mailer) {
    return new Sender(
        new Contents(database, shop.templates(), (_, _) -> Optional.empty()),
        mailer,
        new EspSuppressions(database, clock),
        shop.ids,
        Shop.LINKS,
        new SendingSettings(database),
        "carillon.test",
        new Backoff(new Random(1)),
        clock);
  }

  private DeliveryWorker worker(int incarnation, Mailer mailer) {
    return new DeliveryWorker(
        DeliverySettings.standard(incarnation, "carillon.test"),
        database,
        shop.ids,
        Shop.LINKS,
        shop.templates(),
        (_, _) -> Optional.empty(),
        mailer,
        clock,
        new Random(1),
        reached::incrementAndGet);
  }

  private static NewDelivery in(Lane lane, NewDelivery intent) {
    return new NewDelivery(
        intent.deliveryId(),
        intent.createdAt(),
        intent.workspace(),
        intent.personId(),
        intent.journeyId(),
        intent.campaignId(),
        intent.actionId(),
        intent.channel(),
        lane,
        intent.trigger(),
        intent.triggerEventId(),
        intent.draft());
  }

  /** A provider that answers mails to {@code stuck@} only after the release. */
  private static Mailer waiting(CountDownLatch release) {
    return new Mailer() {
      @Override
      public Handover send(Message message) {
        try {
          if (message.email().recipient().startsWith("stuck@")) {
            release.await();
          }
        } catch (InterruptedException stopped) {
          throw new IllegalStateException(stopped);
        }
        return new Handover.Accepted();
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  private interface Meanwhile {
    void run() throws Exception;
  }

  /** A provider during whose answer something else happens. */
  private static Mailer during(Meanwhile meanwhile, Handover answer) {
    return new Mailer() {
      @Override
      public Handover send(Message message) {
        try {
          meanwhile.run();
        } catch (Exception failure) {
          throw new IllegalStateException(failure);
        }
        return answer;
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }
}
