package dev.carillon.people.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.search.SearchFilter.And;
import dev.carillon.people.search.SearchFilter.Equal;
import dev.carillon.people.search.SearchFilter.Exists;
import dev.carillon.people.search.SearchFilter.InSegment;
import dev.carillon.people.search.SearchFilter.Not;
import dev.carillon.people.search.SearchFilter.Or;
import dev.carillon.store.Database;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Searches among many people: whatever is asked, an index leads, and no page looks at everybody
 * (promise I6). {@code -Dloaded.people=1000000} for as many.
 */
class LoadedSearchTest {
  private static final int PEOPLE = Integer.getInteger("loaded.people", 60_000);
  private static final Access SHOP = new Access(new WorkspaceId(1), true);

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  private static final Database DATABASE = TEST.database();
  private static final PeopleSearch SEARCH = new PeopleSearch(DATABASE);

  @BeforeAll
  static void load() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO segment (workspace_id, name, type, served, created_at, updated_at)
              SELECT 1, 's' || g, 'manual', 1, now(), now() FROM generate_series(1, 2) g
              """);
          handle.execute(
              """
              INSERT INTO person
              SELECT 1000000 + g * 3, 1 + (g %% 50 = 0)::int, 0, now(), now(),
                     '{"id":"u' || g || '","email":"u' || g || '@b.test","lang":"en","plan":"' ||
                     CASE g %% 3 WHEN 0 THEN 'pro' ELSE 'free' END || '","city":"c' || g %% 5000 || '"' ||
                     CASE WHEN g > %1$d * 9 / 10 THEN ',"late":"yes"' ELSE '' END || '}', '{}'
                FROM generate_series(1, %1$d) g
              """
                  .formatted(PEOPLE));
          handle.execute(
              """
              INSERT INTO person_identifier
              SELECT workspace_id, k.kind, attributes::json ->> k.name, person_id
                FROM person, (VALUES (1::smallint, 'id'), (2::smallint, 'email')) k(kind, name)
              """);
          handle.execute(
              "INSERT INTO segment_member SELECT person_id, 1, now() FROM person WHERE workspace_id = 1");
          handle.execute(
              "INSERT INTO segment_member SELECT person_id, 2, now() FROM person WHERE person_id % 10000 = 0 AND workspace_id = 1");
          handle.execute("INSERT INTO search_pending SELECT workspace_id, person_id FROM person");
        });
    IndexedPeople.index(DATABASE);
    DATABASE.read(handle -> handle.execute("VACUUM ANALYZE"));
  }

  private static SearchFilter is(String field, String value) {
    return new Equal(field, value);
  }

  private static List<String> plan(SearchFilter filter, boolean bounded) {
    var bound = new BoundReading(SHOP, Set.of(1, 2)).of(filter);
    return DATABASE.inTransaction(handle -> {
      handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
      var query = new CandidateQuery(SHOP.workspace(), bound, bounded, Set.of());
      return query
          .bound(handle.createQuery("EXPLAIN " + query.sql), 0, 1_030_000, 51)
          .mapTo(String.class)
          .list();
    });
  }

  private static void assertLed(SearchFilter filter, String index) {
    var plan = String.join("\n", plan(filter, false));
    assertThat(plan).as(filter.toString()).contains(index).doesNotContain("Seq Scan on person");
  }

  @Test
  @DisplayName("app-data §2.3: rare and absent values are led to by the index of keys")
  void shouldBeLedByKeys() {
    assertLed(is("city", "c17"), "person_search_keys");
    assertLed(is("city", "nowhere"), "person_search_keys");
    assertLed(new Exists("nothing"), "person_search_keys");
    assertLed(new And(List.of(is("plan", "pro"), is("city", "c17"))), "person_search_keys");
    assertLed(new Or(List.of(is("city", "c17"), is("city", "c18"))), "person_search_keys");
    assertLed(
        new And(List.of(is("city", "c17"), new Not(is("plan", "pro")))), "person_search_keys");
    assertLed(
        new And(List.of(new Or(List.of(is("city", "c17"), new InSegment(2))), is("plan", "pro"))),
        "person_search_keys");
  }

  @Test
  @DisplayName("app-data §2.3: segments and names are led to by their own indexes")
  void shouldBeLedBySegmentsAndNames() {
    assertLed(new InSegment(2), "segment_member_segment");
    assertLed(new And(List.of(new InSegment(2), new Not(is("plan", "pro")))), "segment_member");
    assertLed(is("email", "U5@b.test"), "person_identifier_pkey");
    assertLed(is("id", "u5"), "person_identifier_pkey");
    assertLed(new Or(List.of(is("id", "u5"), new InSegment(2))), "person_identifier_pkey");
  }

  @Test
  @DisplayName("app-data §2.3: a walk goes along an index and looks at a bounded number of people")
  void shouldWalkABoundedNumber() {
    for (var filter :
        List.of(is("plan", "pro"), new Not(new InSegment(1)), new Not(is("lang", "en")))) {
      assertThat(String.join("\n", plan(filter, true)))
          .contains("Index")
          .doesNotContain("Seq Scan on person");
    }
  }

  private static List<Long> walk(SearchFilter filter, int limit) {
    var met = new ArrayList<Long>();
    var after = 0L;
    while (true) {
      var page = SEARCH.search(SHOP, filter, after, limit);
      page.people().stream().map(Names::personId).forEach(met::add);
      if (!page.more()) {
        return met;
      }
      assertThat(page.after()).as("goes on").isGreaterThan(after);
      after = page.after();
    }
  }

  private static List<Long> stored(String condition) {
    return DATABASE.read(handle ->
        handle
            .createQuery(
                "SELECT person_id FROM person WHERE workspace_id = 1 AND %s ORDER BY person_id"
                    .formatted(condition))
            .mapTo(Long.class)
            .list());
  }

  @Test
  @DisplayName("app-data §2.3: common, rare, late and denied values are found to the last")
  void shouldFindAll() {
    assertThat(walk(is("plan", "pro"), 1_000)).isEqualTo(stored("attributes LIKE '%\"pro\"%'"));
    assertThat(walk(is("city", "c17"), 7)).isEqualTo(stored("attributes LIKE '%\"c17\"%'"));
    assertThat(walk(is("late", "yes"), 1_000)).isEqualTo(stored("attributes LIKE '%\"late\"%'"));
    assertThat(walk(is("city", "nowhere"), 50)).isEmpty();
    assertThat(walk(new Not(is("lang", "en")), 50)).isEmpty();
    assertThat(walk(new Not(new InSegment(1)), 50)).isEmpty();
    assertThat(walk(new And(List.of(new InSegment(1), is("city", "c18"))), 50))
        .isEqualTo(stored("attributes LIKE '%\"c18\"%'"));
  }
}
