package dev.carillon.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An object with a great many people, a person with thousands of relationships and a type with a
 * great many objects: each page is read along an index, the first as the last (promise I6).
 */
final class LoadedObjectsTest {
  private static final int PEOPLE = Integer.getInteger("loaded.people", 50_000);
  private static final int RELATIONSHIPS = 10_000;
  private static final int OBJECTS = PEOPLE;
  private static final long COMPANY = 1;
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final WorkspaceId SMALL = new WorkspaceId(2);

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  private static final Database database = TEST.database();
  private static final ObjectQueries objects = new ObjectQueries(database);

  @BeforeAll
  static void load() {
    database.inTransaction(handle -> {
      handle.execute(
          """
          INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
          SELECT n, 1, now(), now(), '{"id":"u-' || n || '","plan":"pro"}', '{}' FROM generate_series(1, ?) n
          """,
          PEOPLE);
      // keys of both workspaces lie among each other, and types too
      handle.execute(
          """
          INSERT INTO object (object_key, workspace_id, type_id, object_id, created_at, updated_at, attributes, written)
          SELECT n, CASE WHEN n % 1000 = 999 THEN 2 ELSE 1 END, 1 + n % 2, 'o-' || n, now(), now(), '{"seats":' || n % 7 || '}', '{}'
            FROM generate_series(1, ?) n
          """,
          OBJECTS);
      handle.execute(
          """
          INSERT INTO relationship (person_id, object_key, workspace_id, created_at, updated_at, attributes, written)
          SELECT n, ?, 1, now(), now(), '{"role":"x"}', '{}' FROM generate_series(1, ?) n
          UNION ALL
          SELECT 7, n, 1, now(), now(), '{"role":"x"}', '{}' FROM generate_series(2, ? + 1) n WHERE n % 1000 <> 999
          """,
          COMPANY, PEOPLE, RELATIONSHIPS);
      return handle.execute("ANALYZE person, object, relationship");
    });
  }

  private static String explain(Handle handle, String sql, List<String> names, String arguments) {
    for (int i = 0; i < names.size(); i++) {
      sql = sql.replaceAll("(?<!:):" + names.get(i) + "\\b", "\\$" + (i + 1));
    }
    handle.execute("PREPARE page (int, bigint, bigint, int) AS " + sql);
    var plan =
        handle
            .createQuery("EXPLAIN (ANALYZE, TIMING OFF) EXECUTE page (" + arguments + ")")
            .mapTo(String.class)
            .list();
    handle.execute("DEALLOCATE page");
    return String.join("\n", plan);
  }

  /** Nothing is sorted or read whole, and hardly more rows are looked at than are shown. */
  private static void assertAlong(String index, String plan) {
    assertThat(plan).containsPattern(index).doesNotContain("Seq Scan", "Sort ");
    assertThat(plan.lines().filter(line -> line.contains("actual rows=")).toList())
        .as(plan)
        .allSatisfy(line ->
            assertThat(Double.parseDouble(line.replaceAll(".*actual rows=([0-9.]+).*", "$1")))
                .isLessThan(200));
    assertThat(plan.lines().filter(line -> line.contains("Rows Removed")).toList())
        .as(plan)
        .allSatisfy(
            line -> assertThat(Integer.parseInt(line.replaceAll(".*: ", ""))).isLessThan(200));
  }

  @ParameterizedTest
  @DisplayName("app-data §2.9, §3, I6: pages are read along an index")
  @CsvSource({"custom, 0", "custom, 9000", "generic, 0", "generic, 9000"})
  void shouldReadAlongIndexes(String planner, long after) {
    database.inTransaction(handle -> {
      handle.execute("SET LOCAL plan_cache_mode = 'force_" + planner + "_plan'");
      var names = List.of("workspace", "object", "after", "limit");
      assertAlong(
          "relationship_object",
          explain(handle, ObjectQueries.PEOPLE, names, "1, %d, %d, 51".formatted(COMPANY, after)));
      assertAlong(
          "relationship_(pkey|object)", // the latter skips from object to object
          explain(
              handle,
              ObjectQueries.OF_PERSON,
              List.of("workspace", "person", "after", "limit"),
              "1, 7, %d, 51".formatted(after)));
      return 0;
    });
  }

  @Test
  @DisplayName("app-data §3, I6: a search walks over the objects of its own type and workspace")
  void shouldSearchAlongItsType() {
    database.inTransaction(handle -> {
      for (var workspace : List.of(SHOP, SMALL)) {
        var plan =
            explain(
                handle,
                ObjectQueries.SEARCH,
                List.of("workspace", "type", "after", "limit"),
                workspace.value() + ", 2, 9000, 51");
        assertAlong("object_listed", plan);
      }
      return 0;
    });
    var all = new ObjectFilter.And(List.of());
    assertThat(objects.search(SMALL, 2, all, 0, 1_000).objects()).hasSize(OBJECTS / 1_000);
    assertThat(objects.search(SMALL, 1, all, 0, 1_000).objects()).isEmpty();
  }

  @Test
  @DisplayName("app-data §1.3: a walk over all pages meets everything once")
  void shouldMeetEverythingOnce() {
    var related = 0;
    var pages = 0;
    var after = 0L;
    ObjectQueries.Relationships page;
    do {
      page = objects.ofPerson(SHOP, 7, after, 1_000);
      assertThat(page.list().getFirst().objectKey()).isGreaterThan(after);
      after = page.list().getLast().objectKey();
      related += page.list().size();
      pages++;
    } while (page.more());
    assertThat(related).isEqualTo(RELATIONSHIPS - 10 + 1);
    assertThat(pages).isEqualTo(10);
  }

  @Test
  @DisplayName("app-data §3, I6: a search that finds nothing looks at a bounded number a page")
  void shouldBoundASearch() {
    var nothing = new ObjectFilter.Equal("seats", "99");
    var first = objects.search(SHOP, 1, nothing, 0, 50);
    assertThat(first.objects()).isEmpty();
    assertThat(first.more()).isTrue();
    var after = first.after();
    ObjectQueries.Found page;
    do {
      page = objects.search(SHOP, 1, nothing, after, 50);
      after = page.after();
    } while (page.more());
    assertThat(after).isGreaterThan(OBJECTS - 10);
  }

  @Test
  @DisplayName("I6: the last page costs as little as the first")
  void shouldCostLittle() {
    print("people of an object, first page", () -> objects.people(SHOP, COMPANY, 0, 51));
    print("people of an object, last page", () -> objects.people(SHOP, COMPANY, PEOPLE - 51, 51));
    print("relationships of a person, first page", () -> objects.ofPerson(SHOP, 7, 0, 50));
    print("relationships of a person, last page", () -> objects.ofPerson(SHOP, 7, 9_950, 50));
    var seats = new ObjectFilter.Equal("seats", "3");
    print("search, first page", () -> objects.search(SHOP, 1, seats, 0, 50));
    var nothing = new ObjectFilter.Equal("seats", "99");
    print("search that finds nothing", () -> objects.search(SHOP, 1, nothing, 0, 50));
  }

  private static void print(String what, Supplier<?> read) {
    for (var warm = 0; warm < 5; warm++) {
      assertThat(read.get()).isNotNull();
    }
    var start = System.nanoTime();
    for (var times = 0; times < 10; times++) {
      assertThat(read.get()).isNotNull();
    }
    var millis = (System.nanoTime() - start) / 10_000_000.0;
    System.out.printf("%d people and objects, %s: %.1f ms%n", PEOPLE, what, millis);
    assertThat(millis).as(what).isLessThan(2_000);
  }
}
