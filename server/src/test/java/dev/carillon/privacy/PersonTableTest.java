package dev.carillon.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.TestDatabase;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The list of what holds something of a person, against the schema. */
final class PersonTableTest {
  @AutoClose static final TestDatabase TEST = TestDatabase.create();

  /** Columns that hold a person's key, or one of the names that {@link Called} knows. */
  private static final List<String> PERSONAL =
      List.of(
          "person_id",
          "primary_id",
          "secondary_id",
          "anonymous_id",
          "delivery_id",
          "email",
          "recipient",
          "phone");

  /**
   * The index of the search and what it has still to look at hold keys and hashes, nothing of a
   * person; its own worker takes rows of people who are gone.
   */
  private static final List<String> DERIVED = List.of("person_search", "search_pending");

  /**
   * Hashes of whole calls, gone after a day. They stay when somebody is erased, or else a call that
   * is sent again would create the person anew.
   */
  private static final List<String> HASHED = List.of("send_key");

  /** Addresses mail must not go to outlive whoever has them; the export shows them. */
  private static final List<String> KEPT = List.of("esp_suppression");

  /** Tables that are no part of another one: ordinary ones, and partitioned ones as a whole. */
  private static Set<String> personal(Handle handle) {
    return new TreeSet<>(
        handle
            .createQuery(
                """
                SELECT DISTINCT c.table_name FROM information_schema.columns c
                  JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace
                 WHERE c.table_schema = 'public' AND c.column_name = ANY(:names)
                   AND t.relkind IN ('r', 'p') AND NOT t.relispartition
                """)
            .bind("names", PERSONAL)
            .mapTo(String.class)
            .filter(table ->
                !DERIVED.contains(table) && !HASHED.contains(table) && !KEPT.contains(table))
            .list());
  }

  private static Set<String> listed() {
    return Arrays.stream(PersonTable.values())
        .map(PersonTable::table)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  @DisplayName("every table with a person in it is known to export and erasure")
  void shouldListEveryTableWithAPerson() {
    var unlisted = TEST.database().read(PersonTableTest::personal);
    assertThat(unlisted).contains("event", "delivery", "device", "anonymous_link");
    unlisted.removeAll(listed());
    assertThat(unlisted)
        .as("tables that hold something of people and that class PersonTable does not list")
        .isEmpty();
  }

  @Test
  @DisplayName("a table that is added without a thought is noticed, partitioned or not")
  void shouldNoticeANewTable() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.begin();
          handle.execute(
              "CREATE TABLE novelty (person_id bigint, day date) PARTITION BY RANGE (day)");
          handle.execute("CREATE TABLE novelty_other PARTITION OF novelty DEFAULT");
          handle.execute("CREATE TABLE fad (anonymous_id text)");
          var unlisted = personal(handle);
          unlisted.removeAll(listed());
          assertThat(unlisted).containsExactly("fad", "novelty");
          handle.rollback();
        });
  }

  @Test
  @DisplayName("every table in the list exists, and an export shows it")
  void shouldExportEveryTable() {
    var tables =
        TEST.database()
            .read(handle ->
                handle
                    .createQuery("SELECT table_name FROM information_schema.tables")
                    .mapTo(String.class)
                    .set());
    assertThat(tables).containsAll(listed());
    var uncovered = EnumSet.allOf(PersonTable.class);
    uncovered.removeAll(PersonExport.covered());
    assertThat(uncovered)
        .as("what only somebody who is gone has")
        .containsExactly(PersonTable.ERASURE);
  }

  @Test
  @DisplayName("the last check of an erasure counts every table but those that are read to the end")
  void shouldCountEveryTable() {
    assertThat(Census.tables(EnumSet.allOf(PersonTable.Goes.class)))
        .isEqualTo(EnumSet.complementOf(EnumSet.of(PersonTable.DEAD_LETTER, PersonTable.ERASURE)));
  }
}
