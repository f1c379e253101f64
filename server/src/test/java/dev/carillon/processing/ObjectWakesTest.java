package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.is;
import static dev.carillon.processing.Around.related;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Objects with thousands of people: everybody is looked at when the object changes, whatever breaks
 * meanwhile (journeys §2.7; promises I1, I3, I6).
 */
final class ObjectWakesTest {
  private static final int PEOPLE = 5_000;
  private static final int KILLS = 8;
  private static final String KILL =
      """
      SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'carillon due work'
         AND state <> 'idle' AND random() < 0.5
      """;

  /** A company everybody works for, as thousands of calls would have left it. */
  private static void company(ProcessingKit kit, String objectId) {
    var things = new Things(kit);
    things.apply(things.identify(object(objectId), "plan", "free"));
    var key = things.objectKey(objectId);
    kit.database.inTransaction(handle -> {
      handle.execute(
          """
          INSERT INTO person (person_id, workspace_id, born, created_at, updated_at, attributes, written)
          SELECT 1000000 + i, ?, (SELECT rules FROM epoch), now(), now(), '{}', '{}'
            FROM generate_series(1, ?) i ON CONFLICT DO NOTHING
          """,
          kit.workspace().value(),
          PEOPLE);
      handle.execute(
          "INSERT INTO search_pending (workspace_id, person_id) SELECT workspace_id, person_id FROM person WHERE person_id > 1000000");
      return handle.execute(
          """
          INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
          SELECT 1000000 + i, ?, ?, now(), now(), '{}', '{}' FROM generate_series(1, ?) i
          """,
          key,
          kit.workspace().value(),
          PEOPLE);
    });
  }

  private static long members(ProcessingKit kit, int segment) {
    return kit.number("SELECT count(*) FROM segment_member WHERE segment_id = ?", segment);
  }

  @Test
  @DisplayName(
      "§2.7: the connection of due work dies again and again while thousands are told: nobody is missed")
  void shouldTellEverybodyWhateverDies() throws Exception {
    try (var kit = ProcessingKit.start(1)) {
      kit.objectType(1);
      var things = new Things(kit);
      var pro = kit.segment(related(is("plan", "pro")));
      company(kit, "acme");
      var amid = new AtomicInteger();
      var killer =
          Thread.ofVirtual()
              .start(() -> {
                for (var killed = 0; killed < KILLS; ) {
                  var working = kit.number("SELECT count(*) FROM object_wake WHERE done_to > 0");
                  var victims = kit.number(KILL);
                  killed += (int) victims;
                  amid.addAndGet((int) (working * victims));
                  LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                }
              });
      // when: it changes back and forth; what counts is how it is in the end
      for (var i = 0; i < 6; i++) {
        kit.accept(
            things.identify(object("acme"), "plan", i % 2 == 0 ? "free" : "pro", "n", (long) i));
        LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
      }
      killer.join();
      kit.settle();
      // then
      assertThat(members(kit, pro)).isEqualTo(PEOPLE);
      assertThat(amid.get()).as("connections that were ended between two ranges").isPositive();
      things.apply(things.delete(object("acme")));
      assertThat(members(kit, pro)).isZero();
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }

  @Test
  @DisplayName(
      "I6: no transaction of it is about more than a thousand people, and a small object need not wait for a large one")
  void shouldWorkInRanges() {
    try (var kit = ProcessingKit.start(1)) {
      kit.objectType(1);
      var things = new Things(kit);
      var pro = kit.segment(related(is("plan", "pro")));
      company(kit, "acme");
      things.apply(things.relate(id("ada"), object("bolt")));
      kit.gather(() -> {
        kit.accept(things.identify(object("acme"), "plan", "pro"));
        kit.accept(things.identify(object("bolt"), "plan", "pro"));
      });
      assertThat(members(kit, pro)).isEqualTo(PEOPLE + 1);
      // rows of one transaction carry its number
      assertThat(
              kit.number(
                  """
                  SELECT max(n) FROM (SELECT count(*) AS n FROM segment_member
                                       WHERE segment_id = ? GROUP BY xmin::text) transactions
                  """,
                  pro))
          .isLessThanOrEqualTo(1_000);
      assertThat(
              kit.number(
                  "SELECT count(*) FROM segment_member WHERE segment_id = ? AND xmin = (SELECT xmin FROM segment_member WHERE person_id = ?)",
                  pro,
                  kit.personId(id("ada"))))
          .as("the range of the small object is shared by the first part of the large one")
          .isGreaterThan(1);
    }
  }

  @Test
  @DisplayName(
      "design §3.4: two nodes, people who are related, merged and deleted while their objects change: all as told in the end")
  void shouldAgreeUnderContention() throws Exception {
    try (var kit = ProcessingKit.start(2)) {
      kit.objectType(1);
      var second = kit.addNode(2);
      kit.shareLanes();
      var things = new Things(kit);
      var pro = kit.segment(related(is("plan", "pro")));
      var device = kit.segment(Around.device(is("app", "2")));
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var caller = 0; caller < 8; caller++) {
          var me = caller;
          threads.submit(() -> {
            var random = new Random(me);
            var node = me % 2 == 0 ? kit.node(0) : second;
            for (var i = 0; i < 120; i++) {
              Identifier person = id("p" + random.nextInt(12));
              var company = object("o" + random.nextInt(4));
              ProcessingKit.accept(
                  node,
                  switch (random.nextInt(12)) {
                    case 0 -> things.delete(company);
                    case 1, 2 -> things.identify(company, "plan", "pro");
                    case 3 -> things.identify(company, "plan", "free");
                    case 4 -> new Operation.Delete(kit.workspace(), person);
                    case 5 -> kit.mergeOf(person, id("p" + random.nextInt(12)));
                    case 6 -> things.unrelate(person, company);
                    case 7, 8 ->
                        things.device(
                            person, "t" + random.nextInt(6), null, "app", "" + random.nextInt(3));
                    default -> things.relate(person, company);
                  });
            }
          });
        }
      }
      kit.settle();
      kit.accept(things.identify(object("o0"), "plan", "pro"));
      kit.accept(things.relate(id("p0"), object("o0")));
      kit.accept(things.device(id("p0"), "t0", null, "app", "2"));
      kit.settle();
      // then
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
      assertThat(
              kit.number(
                  """
                  SELECT count(*) FROM person p
                   WHERE (EXISTS (SELECT FROM segment_member m WHERE m.person_id = p.person_id AND m.segment_id = ?))
                      <> (EXISTS (SELECT FROM relationship r JOIN object o USING (object_key)
                                   WHERE r.person_id = p.person_id AND o.attributes::json ->> 'plan' = 'pro'))
                  """,
                  pro))
          .as("people whose membership is not what their objects say")
          .isZero();
      assertThat(
              kit.number(
                  """
                  SELECT count(*) FROM person p
                   WHERE (EXISTS (SELECT FROM segment_member m WHERE m.person_id = p.person_id AND m.segment_id = ?))
                      <> (EXISTS (SELECT FROM device d
                                   WHERE d.person_id = p.person_id AND d.attributes::json ->> 'app' = '2'))
                  """,
                  device))
          .as("people whose membership is not what their devices say")
          .isZero();
      assertThat(members(kit, pro)).isPositive();
      assertThat(members(kit, device)).isPositive();
    }
  }
}
