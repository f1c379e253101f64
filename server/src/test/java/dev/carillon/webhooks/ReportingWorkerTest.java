package dev.carillon.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.http.Caller;
import dev.carillon.http.TargetGuard;
import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Webhooks are told what has happened: by real calls to a real receiver, under a turned clock. */
class ReportingWorkerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant START = Instant.parse("2026-03-02T18:00:00Z");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final Caller CALLER = new Caller(new TargetGuard(true));

  private final Database database = TEST.database();
  private final StandingClock clock = new StandingClock();
  private final SigningKeys keys = WebhookKit.keys(clock);
  private final ReportingWebhooks webhooks = new ReportingWebhooks(keys, clock);
  private final ReportingEvents events = new ReportingEvents((id, _) -> "delivery-" + id);
  private final ReportingWorker worker = worker(CALLER);
  private final WorkspaceId workspace = new WorkspaceId(1_000 + NUMBER.incrementAndGet());
  @AutoClose private final Receiver receiver = new Receiver();

  /** Stands still until it is turned. */
  private static final class StandingClock implements InstantSource {
    private volatile Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    void advance(Duration by) {
      now = now.plus(by);
    }
  }

  private ReportingWorker worker(Caller caller) {
    return new ReportingWorker(database, keys, caller, clock, new Random());
  }

  private ReportingWebhook webhook(String endpoint) {
    return database
        .inTransaction(handle -> webhooks.create(handle, workspace, draft(endpoint, false)))
        .orElseThrow();
  }

  private static WebhookDraft draft(String endpoint, boolean disabled) {
    return new WebhookDraft(
        "ops", endpoint, disabled, null, null, List.of(EventNames.UNSUBSCRIBED));
  }

  private void change(ReportingWebhook webhook, String endpoint, boolean disabled) {
    database.inTransaction(
        handle -> webhooks.update(handle, workspace, webhook.id(), draft(endpoint, disabled)));
  }

  /** People with these numbers unsubscribe, one after the other. */
  private void happens(int... people) {
    database.<Boolean, RuntimeException>inTransaction(handle -> {
      var news =
          IntStream.of(people)
              .mapToObj(each ->
                  new News.OfPerson(
                      workspace,
                      new Who(each, "u-" + each, null, true),
                      EventNames.UNSUBSCRIBED,
                      clock.instant(),
                      Map.of()))
              .toList();
      events.tell(handle, news, clock.instant());
      return true;
    });
  }

  private static List<String> people(List<Receiver.Call> calls) {
    return calls.stream()
        .map(each -> each.json().get("data").get("customer_id").asString())
        .toList();
  }

  private long waiting() {
    return database.read(handle ->
        handle
            .select(
                "SELECT count(*) FROM reporting_event WHERE workspace_id = ?", workspace.value())
            .mapTo(Long.class)
            .one());
  }

  @Test
  @DisplayName("events-out A.1, A.4: an event is posted once, as JSON, and signed with the key")
  void shouldPostAndSign() {
    webhook(receiver.url());
    happens(7);

    worker.runDue();
    worker.runDue();

    var call = receiver.calls().getFirst();
    assertThat(receiver.calls()).hasSize(1);
    assertThat(call.type()).isEqualTo("application/json");
    assertThat(call.timestamp()).isEqualTo(Long.toString(START.getEpochSecond()));
    String key = database.inTransaction(handle -> keys.ensure(handle, workspace));
    assertThat(key).startsWith("whsec_").hasSizeGreaterThan(40);
    assertThat(call.signature())
        .isEqualTo(Signature.of(key, START.getEpochSecond(), call.body().getBytes(UTF_8)));
    var id = call.json().get("event_id").asString();
    assertThat(call.body())
        .isEqualTo(
            "{\"event_id\":\"%s\",\"object_type\":\"customer\",\"metric\":\"unsubscribed\",\"timestamp\":%d,\"data\":{\"customer_id\":\"u-7\",\"email_address\":null,\"identifiers\":{\"id\":\"u-7\",\"email\":null,\"cio_id\":\"a3000000000007\"}}}"
                .formatted(id, START.getEpochSecond()));
    assertThat(waiting()).isZero();
  }

  @Test
  @DisplayName(
      "events-out A.5: later events wait for one that fails, which is tried again by the clock")
  void shouldKeepTheOrderOverRetries() {
    webhook(receiver.url());
    receiver.answers(number -> number < 3 ? 503 : 204);
    happens(1, 2, 3);

    worker.runDue();
    assertThat(people(receiver.calls())).containsExactly("u-1");
    clock.advance(Duration.ofSeconds(7));
    worker.runDue();
    assertThat(receiver.calls()).hasSize(1);
    clock.advance(Duration.ofSeconds(6));
    worker.runDue();
    clock.advance(Duration.ofSeconds(25));
    worker.runDue();
    clock.advance(Duration.ofSeconds(49));
    happens(4);
    worker.runDue();

    assertThat(people(receiver.calls()))
        .containsExactly("u-1", "u-1", "u-1", "u-1", "u-2", "u-3", "u-4");
    var first = receiver.calls().getFirst();
    var again = receiver.calls().get(1);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.timestamp()).isGreaterThan(first.timestamp());
    assertThat(again.signature()).isNotEqualTo(first.signature());
    assertThat(waiting()).isZero();
  }

  @Test
  @DisplayName("events-out A.5: after some statuses the first retry comes an hour later")
  void shouldWaitAnHourAfterSomeStatuses() {
    webhook(receiver.url());
    receiver.answers(number -> number == 0 ? 500 : 200);
    happens(1);

    worker.runDue();
    clock.advance(Duration.ofMinutes(59));
    worker.runDue();
    assertThat(receiver.calls()).hasSize(1);
    clock.advance(Duration.ofMinutes(1));
    worker.runDue();
    assertThat(receiver.calls()).hasSize(2);
    assertThat(waiting()).isZero();
  }

  @Test
  @DisplayName("events-out A.5: after seven days an event is given up and the next one is tried")
  void shouldGiveUpAfterSevenDays() {
    webhook(receiver.url());
    receiver.answers(number -> 503);
    happens(1, 2);

    worker.runDue();
    for (var hours = 0; hours < 8 * 24; hours += 6) {
      clock.advance(Duration.ofHours(7));
      worker.runDue();
    }

    var told = people(receiver.calls());
    assertThat(told.getFirst()).isEqualTo("u-1");
    assertThat(told.getLast()).isEqualTo("u-2");
    assertThat(told).isSorted();
    assertThat(waiting()).isEqualTo(1);
  }

  @Test
  @DisplayName("events-out A.5: what has waited for two weeks is told to nobody")
  void shouldForgetWhatHasWaitedTooLong() {
    webhook("http://127.0.0.1:1/");
    happens(1, 2);
    worker.runDue();
    clock.advance(Duration.ofDays(14).plusSeconds(1));
    happens(3);

    worker.trim();

    assertThat(waiting()).isEqualTo(1);
  }

  @Test
  @DisplayName("events-out A.5: a receiver that hangs delays nobody else, and is tried again")
  void shouldNotWaitForWhoHangs() {
    try (var hanging = new Receiver();
        var background = worker(CALLER)) {
      hanging.hang();
      webhook(hanging.url());
      webhook(receiver.url());
      happens(1, 2, 3);
      var began = System.nanoTime();
      background.start();

      await().atMost(PATIENCE).until(() -> receiver.calls().size() == 3);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(ReportingWorker.ANSWER);
      await()
          .atMost(PATIENCE)
          .until(() ->
              database.read(handle ->
                  handle
                      .select(
                          "SELECT attempts = 1 AND lease IS NULL FROM reporting_queue WHERE workspace_id = ? ORDER BY queue_id LIMIT 1",
                          workspace.value())
                      .mapTo(Boolean.class)
                      .one()));
      clock.advance(Duration.ofSeconds(13));
      background.signal();
      await().atMost(PATIENCE).until(() -> hanging.calls().size() == 2);
      assertThat(people(hanging.calls())).containsExactly("u-1", "u-1");
    }
  }

  @Test
  @DisplayName("events-out A.5: several nodes share the queues; nothing is lost, doubled or moved")
  void shouldShareWithOtherNodes() {
    var receivers = new ArrayList<Receiver>();
    try (var one = worker(CALLER);
        var two = worker(CALLER)) {
      for (var i = 0; i < 5; i++) {
        var each = new Receiver();
        receivers.add(each);
        webhook(each.url());
      }
      one.start();
      two.start();
      for (var i = 0; i < 400; i += 4) {
        happens(i, i + 1, i + 2, i + 3);
      }
      var expected = IntStream.range(0, 400).mapToObj(each -> "u-" + each).toList();
      for (var each : receivers) {
        await().atMost(PATIENCE).until(() -> each.calls().size() >= 400);
        assertThat(people(each.calls())).isEqualTo(expected);
      }
      await().atMost(PATIENCE).until(() -> waiting() == 0);
      var ids = new HashSet<String>();
      receivers.forEach(
          each -> each.calls().forEach(call -> ids.add(call.json().get("event_id").asString())));
      assertThat(ids).as("the same event has one id everywhere").hasSize(400);
    } finally {
      receivers.forEach(Receiver::close);
    }
  }

  @Test
  @DisplayName(
      "events-out A.5: what a node that died had claimed is told by another one, under the same id")
  void shouldTakeOverFromTheDead() {
    webhook(receiver.url());
    happens(1);
    var dead = new ReportingQueue(database, keys, new Random());
    assertThat(dead.claim(clock.instant(), 10)).hasSize(1);

    worker.runDue();
    assertThat(receiver.calls()).isEmpty();
    clock.advance(ReportingQueue.LEASE);
    worker.runDue();
    assertThat(people(receiver.calls())).containsExactly("u-1");
  }

  @Test
  @DisplayName("events-out A.5: who has lost the lease records nothing and reads nothing")
  void shouldRecordNothingWithoutTheLease() {
    webhook(receiver.url());
    happens(1);
    var queue = new ReportingQueue(database, keys, new Random());
    var slow = queue.claim(clock.instant(), 10).getFirst();
    clock.advance(ReportingQueue.LEASE);
    var other = queue.claim(clock.instant(), 10).getFirst();
    var head = queue.head(other, 5);
    assertThat(head).isNotNull();

    assertThat(queue.head(slow, 5)).isNull();
    var number = head == null ? 0 : head.events().getFirst().number();
    assertThat(queue.settle(slow, List.of(number), clock.instant(), null)).isFalse();
    assertThat(waiting()).isEqualTo(1);
    assertThat(queue.settle(other, List.of(number), clock.instant(), null)).isTrue();
    assertThat(waiting()).isZero();
  }

  @Test
  @DisplayName("events-out A.5: while disabled nothing is queued, and what waited is discarded")
  void shouldDiscardWhileDisabled() {
    var webhook = webhook(receiver.url());
    happens(1);
    change(webhook, receiver.url(), true);
    happens(2);
    change(webhook, receiver.url(), false);
    happens(3);

    worker.runDue();
    assertThat(people(receiver.calls())).containsExactly("u-3");
    worker.trim();
    assertThat(waiting()).isZero();
  }

  @Test
  @DisplayName(
      "events-out A.5: what waits goes to a new address at once; a deleted webhook is told nothing")
  void shouldFollowTheWebhook() {
    try (var former = new Receiver()) {
      former.answers(_ -> 500);
      var webhook = webhook(former.url());
      happens(1, 2);
      worker.runDue();
      change(webhook, receiver.url(), false);
      worker.runDue();
      assertThat(people(receiver.calls())).containsExactly("u-1", "u-2");

      happens(3);
      database.<Boolean, RuntimeException>inTransaction(
          handle -> webhooks.delete(handle, workspace, webhook.id()));
      worker.runDue();
      assertThat(receiver.calls()).hasSize(2);
      worker.trim();
      assertThat(waiting()).isZero();
    }
  }

  @Test
  @DisplayName("events-out A.4: a new key holds at once")
  void shouldSignWithTheNewKey() {
    webhook(receiver.url());
    String former = database.inTransaction(handle -> keys.ensure(handle, workspace));
    String present = database.inTransaction(handle -> keys.rotate(handle, workspace));
    happens(1);
    worker.runDue();

    assertThat(present).isNotEqualTo(former);
    var call = receiver.calls().getFirst();
    var at = Long.parseLong(call.timestamp());
    assertThat(call.signature()).isEqualTo(Signature.of(present, at, call.body().getBytes(UTF_8)));
  }

  @Test
  @DisplayName("an address that leads inside is not called")
  void shouldNotCallInside() {
    webhook(receiver.url());
    happens(1);
    try (var strict = new Caller(new TargetGuard(false))) {
      worker(strict).runDue();
    }
    assertThat(receiver.calls()).isEmpty();
    assertThat(waiting()).isEqualTo(1);
  }

  @Test
  @DisplayName("nothing is stored for events nobody asks for, nor for other workspaces")
  void shouldStoreNothingForNobody() {
    happens(1);
    assertThat(waiting()).isZero();
    webhook(receiver.url());
    database.<Boolean, RuntimeException>inTransaction(handle -> {
      events.tell(
          handle,
          List.of(
              new News.OfPerson(
                  workspace,
                  new Who(1, null, null, true),
                  EventNames.SUBSCRIBED,
                  clock.instant(),
                  Map.of()),
              new News.OfPerson(
                  new WorkspaceId(workspace.value() + 50_000),
                  new Who(1, null, null, true),
                  EventNames.UNSUBSCRIBED,
                  clock.instant(),
                  Map.of())),
          clock.instant());
      return true;
    });
    assertThat(waiting()).isZero();
  }
}
