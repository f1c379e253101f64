package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Things.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.objects.ObjectName;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.objects.ObjectRemains;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Deleting an object costs the same however many people it has: its relationships are gone for
 * everybody at once, and their rows go in the background.
 */
final class ObjectRemainsTest {
  @AutoClose static final ProcessingKit KIT = ProcessingKit.start(1);
  private static final Things THINGS = new Things(KIT);
  private static final ObjectName ACME = object("acme");
  private static final int PEOPLE = Integer.getInteger("loaded.people", 5_000);

  @BeforeEach
  void inNewWorkspace() {
    KIT.inNewWorkspace();
    KIT.objectType(1);
  }

  private static long relationshipsOf(long objectKey) {
    return KIT.number("SELECT count(*) FROM relationship WHERE object_key = ?", objectKey)
        + KIT.number("SELECT count(*) FROM anonymous_relationship WHERE object_key = ?", objectKey);
  }

  /** Relates many people, who exist, to acme. */
  private static long acmeOfMany() {
    THINGS.apply(THINGS.relate(id("ada"), ACME), THINGS.relate(id("ada"), object("bolt")));
    var acme = THINGS.objectKey("acme");
    KIT.database.inTransaction(handle -> {
      handle.execute(
          """
          INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
          SELECT 9000000 + n, ?, now(), now(), '{}', '{}' FROM generate_series(1, ?) n
          ON CONFLICT (person_id) DO UPDATE SET workspace_id = EXCLUDED.workspace_id
          """,
          KIT.workspace().value(),
          PEOPLE);
      handle.execute( // as whoever writes people does
          "INSERT INTO search_pending (workspace_id, person_id) SELECT workspace_id, person_id FROM person WHERE person_id > 9000000");
      handle.execute(
          """
          INSERT INTO anonymous_relationship (workspace_id, anonymous_id, object_key, created_at, attributes, written)
          SELECT ?, 'a' || n, ?, now(), '{}', '{}' FROM generate_series(1, 2500) n
          """,
          KIT.workspace().value(),
          acme);
      return handle.execute(
          """
          INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
          SELECT 9000000 + n, ?, ?, now(), now(), '{}', '{}' FROM generate_series(1, ?) n
          """,
          acme,
          KIT.workspace().value(),
          PEOPLE);
    });
    return acme;
  }

  @Test
  @DisplayName(
      "track §6, I6: nobody is related any more at once; the rows go a slice after the other")
  void shouldRemoveRowsInTheBackground() {
    // given
    var acme = acmeOfMany();
    var people = new ObjectQueries(KIT.database);
    // when
    var start = System.nanoTime();
    THINGS.apply(THINGS.delete(ACME));
    System.out.printf("an object of %d people is deleted after %d ms%n", PEOPLE, since(start));
    // then
    assertThat(people.find(KIT.workspace(), 1, "acme")).isEmpty();
    assertThat(people.ofPerson(KIT.workspace(), 9_000_001, 0, 10).list()).isEmpty();
    assertThat(THINGS.relationships(id("ada"))).containsExactly("bolt {}");
    assertThat(relationshipsOf(acme)).as("left to the background").isEqualTo(PEOPLE + 2_501L);
    // when
    start = System.nanoTime();
    new ObjectRemains(KIT.database).run();
    System.out.printf("its relationships are removed after %d ms%n", since(start));
    // then
    assertThat(relationshipsOf(acme)).isZero();
    assertThat(KIT.number("SELECT count(*) FROM object_remains")).isZero();
    KIT.assertConsistent();
  }

  private static long since(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  @Test
  @DisplayName("design §3.4: rows that somebody holds are passed over, and met again")
  void shouldWaitForNobody() throws Exception {
    // given
    var acme = acmeOfMany();
    THINGS.apply(THINGS.delete(ACME));
    // when a merge moves some of them
    KIT.database.inTransaction(handle -> {
      var moved =
          handle.execute(
              "UPDATE relationship SET person_id = person_id + 1000000 WHERE object_key = ? AND person_id > 9000000 + ?",
              acme,
              PEOPLE - 10);
      assertThat(moved).isEqualTo(10);
      // on a connection of its own
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        threads.submit(() -> new ObjectRemains(KIT.database).run()).get();
        assertThat(threads.submit(() -> relationshipsOf(acme)).get()).isEqualTo(10);
      }
      return true;
    });
    new ObjectRemains(KIT.database).run();
    // then
    assertThat(relationshipsOf(acme)).isZero();
    KIT.assertConsistent();
  }

  @Test
  @DisplayName("P-34: who claims an anonymous id gets nothing of an object that is gone")
  void shouldNotBeClaimed() {
    // given
    THINGS.apply(
        THINGS.relateAnonymous("anon", ACME),
        THINGS.relateAnonymous("anon", object("bolt")),
        THINGS.delete(ACME));
    // when
    THINGS.apply(KIT.identifyOf(id("ada"), "anonymous_id", "anon"));
    // then
    assertThat(THINGS.relationships(id("ada"))).containsExactly("bolt {}");
    KIT.assertConsistent();
  }
}
