package dev.carillon.people.search;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.PeopleRepository;
import dev.carillon.people.search.PeopleSearch.Found;
import dev.carillon.people.search.PeopleSearch.Pace;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever is asked, and however far the index is behind: a search finds exactly those whose stored
 * attributes and segments fulfil the filter (app-data §2.3).
 */
class SearchPropertyTest {
  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final int PEOPLE = 150;

  @AutoClose private static final TestDatabase test = TestDatabase.create();

  private final PeopleRepository people = new PeopleRepository();
  private final Map<Long, Candidate> stored = new TreeMap<>();
  private final List<Integer> segments = new ArrayList<>();
  private Access shop = new Access(new WorkspaceId(0), true);
  private long next;

  @BeforeEach
  void open() {
    test.database()
        .read(handle ->
            handle.execute("TRUNCATE person, person_identifier, segment, segment_member"));
    test.database().read(handle -> handle.execute("TRUNCATE person_search, search_pending"));
    int workspace = workspace();
    shop = new Access(new WorkspaceId(workspace), true);
    next = 1_000;
    stored.clear();
    segments.clear();
    for (var i = 0; i < 3; i++) {
      segments.add(segment(workspace));
    }
    segments.add(segment(workspace())); // of somebody else
  }

  private static int workspace() {
    return test.database()
        .read(handle ->
            handle
                .createQuery(
                    "INSERT INTO workspace (name, created_at) VALUES ('w', now()) RETURNING workspace_id")
                .mapTo(Integer.class)
                .one());
  }

  private static int segment(int workspace) {
    return test.database()
        .read(handle ->
            handle
                .createQuery(
                    """
                    INSERT INTO segment (workspace_id, name, type, served, created_at, updated_at)
                    VALUES (:workspace, 's', 'manual', 1, now(), now()) RETURNING segment_id
                    """)
                .bind("workspace", workspace)
                .mapTo(Integer.class)
                .one());
  }

  // ── people who come, change and go ───────────────────────────────────────────────────────────

  private Map<String, Object> attributes(Random random, long personId) {
    var attributes = new LinkedHashMap<String, Object>();
    if (random.nextInt(5) > 0) {
      attributes.put("id", "u" + personId);
    }
    if (random.nextInt(3) > 0) {
      attributes.put("email", "U" + personId + "@Example.test");
    }
    for (var name : List.of("a", "b", "c")) {
      if (random.nextInt(3) > 0) {
        attributes.put(name, value(random));
      }
    }
    if (random.nextInt(3) == 0) {
      attributes.put(
          "unsubscribed",
          List.<Object>of(true, false, 1L, "1", "TRUE", "no").get(random.nextInt(6)));
    }
    return attributes;
  }

  private static Object value(Random random) {
    return List.<Object>of(
            "x", "X", "y", "1", 1L, 1.5, "true", true, List.of("x"), Map.of("x", 1L), "ü'\"\\")
        .get(random.nextInt(11));
  }

  private void change(Random random) {
    test.database()
        .<Integer, RuntimeException>inTransaction(handle -> {
          if (stored.size() < PEOPLE || random.nextInt(4) == 0) {
            create(handle, random);
          } else {
            var ids = List.copyOf(stored.keySet());
            var one = ids.get(random.nextInt(ids.size()));
            if (random.nextInt(5) == 0) {
              delete(handle, one);
            } else {
              update(handle, random, one);
            }
          }
          return 0;
        });
  }

  private PeopleRepository.Row row(long personId, Map<String, Object> attributes) {
    return new PeopleRepository.Row(
        personId, shop.workspace(), NOW, AttributesJson.print(attributes), "{}");
  }

  private void create(Handle handle, Random random) {
    var personId = next + random.nextInt(3) + 1;
    next = personId;
    var attributes = attributes(random, personId);
    people.insert(handle, List.of(row(personId, attributes)));
    var identifiers = new TreeMap<IdentifierKey, Long>();
    if (attributes.get("id") instanceof String id) {
      identifiers.put(IdentifierKey.of(shop.workspace(), Identifier.id(id)), personId);
    }
    if (attributes.get("email") instanceof String email) {
      identifiers.put(IdentifierKey.of(shop.workspace(), Identifier.email(email)), personId);
    }
    if (!identifiers.isEmpty()) {
      people.insertIdentifiers(handle, identifiers);
    }
    var in = new HashSet<Integer>();
    for (var segment : segments.subList(0, 3)) {
      if (random.nextInt(3) == 0) {
        in.add(segment);
        handle.execute("INSERT INTO segment_member VALUES (?, ?, now())", personId, segment);
      }
    }
    stored.put(personId, new Candidate(personId, attributes, in));
  }

  private void update(Handle handle, Random random, long personId) {
    var present = requireNonNull(stored.get(personId));
    var attributes = new LinkedHashMap<>(present.attributes());
    attributes.put(List.of("a", "b", "c").get(random.nextInt(3)), value(random));
    attributes.remove(List.of("a", "b", "c").get(random.nextInt(3)));
    people.update(handle, List.of(row(personId, attributes)), NOW);
    stored.put(personId, new Candidate(personId, attributes, present.segments()));
  }

  private void delete(Handle handle, long personId) {
    people.delete(handle, new long[] {personId});
    handle.execute("DELETE FROM person_identifier WHERE person_id = ?", personId);
    handle.execute("DELETE FROM segment_member WHERE person_id = ?", personId);
    stored.remove(personId);
  }

  // ── questions ────────────────────────────────────────────────────────────────────────────────

  private SearchFilter filter(Random random, int depth) {
    return switch (depth == 0 ? 3 + random.nextInt(5) : random.nextInt(8)) {
      case 0 -> new SearchFilter.And(filters(random, depth - 1));
      case 1 -> new SearchFilter.Or(filters(random, depth - 1));
      case 2 -> new SearchFilter.Not(filter(random, depth - 1));
      case 3 ->
          new SearchFilter.InSegment(
              List.of(0, segments.get(0), segments.get(1), segments.get(2), segments.get(3))
                  .get(random.nextInt(5)));
      case 4 ->
          new SearchFilter.Exists(
              List.of("a", "b", "z", "email", "cio_id", "unsubscribed").get(random.nextInt(6)));
      case 5 -> named(random);
      default ->
          new SearchFilter.Equal(
              List.of("a", "b", "c", "z", "unsubscribed").get(random.nextInt(5)),
              List.of("x", "X", "1", "1.5", "true", "false", "[\"x\"]", "{\"x\":1}", "ü'\"\\")
                  .get(random.nextInt(9)));
    };
  }

  private SearchFilter named(Random random) {
    var personId = 1_000L + random.nextInt(2 * PEOPLE);
    return List.<SearchFilter>of(
            new SearchFilter.Equal("id", "u" + personId),
            new SearchFilter.Equal("email", "u" + personId + "@EXAMPLE.test"),
            new SearchFilter.Equal("cio_id", CioId.of(personId)),
            new SearchFilter.Equal("cio_id", "cio_" + CioId.of(personId)),
            new SearchFilter.Equal("cio_id", "nobody"))
        .get(random.nextInt(5));
  }

  private List<SearchFilter> filters(Random random, int depth) {
    return Stream.generate(() -> filter(random, depth)).limit(random.nextInt(4)).toList();
  }

  private List<Long> expected(SearchFilter filter) {
    return stored.values().stream()
        .filter(each -> SearchFilter.matches(filter, each))
        .map(Candidate::personId)
        .toList();
  }

  /** All pages. */
  private List<Long> walk(PeopleSearch search, SearchFilter filter, int limit) {
    var met = new ArrayList<Long>();
    Found page;
    var after = 0L;
    do {
      page = search.search(shop, filter, after, limit);
      page.people().stream().map(Names::personId).forEach(met::add);
      assertThat(page.people()).hasSizeLessThanOrEqualTo(limit);
      assertThat(page.more() && page.after() <= after).as("goes on for ever").isFalse();
      after = page.after();
    } while (page.more());
    return met;
  }

  @RepeatedTest(8)
  @DisplayName("app-data §2.3: found are exactly those who fulfil the filter, in steps of any size")
  void shouldFindExactlyThose(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var indexer = new SearchIndexer(test.database(), 1 + random.nextInt(50));
    for (var i = 0; i < PEOPLE; i++) {
      change(random);
    }
    for (var round = 0; round < 60; round++) {
      for (var i = random.nextInt(10); i > 0; i--) {
        change(random);
      }
      for (var i = random.nextInt(3); i > 0; i--) {
        indexer.step();
      }
      var filter = filter(random, 3);
      var pace =
          new Pace(
              List.of(1, 7, 10_000).get(random.nextInt(3)),
              Duration.ofMillis(List.of(1, 2_000).get(random.nextInt(2))),
              Duration.ofMillis(List.of(0, 400).get(random.nextInt(2))));
      var search = new PeopleSearch(test.database(), pace);
      assertThat(walk(search, filter, 1 + random.nextInt(20)))
          .as("%s with %s", filter, pace)
          .isEqualTo(expected(filter));
    }
    while (indexer.step()) {
      assertThat(Thread.interrupted()).isFalse();
    }
    assertThat(number("SELECT count(*) FROM search_pending")).isZero();
    assertThat(number("SELECT count(*) FROM person_search")).isEqualTo(stored.size());
  }

  private static long number(String sql) {
    return test.database().read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  /** Ends the sessions of indexers in the middle of what they do, as a crash would. */
  private static void kill() {
    test.database()
        .read(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
                       AND (query LIKE 'INSERT INTO person_search%' OR query LIKE 'DELETE FROM search_pending%'
                            OR query LIKE 'SELECT person_id, workspace_id, attributes FROM person%')
                    """)
                .mapTo(Long.class)
                .one());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("nobody is missed by indexers of two nodes while people change, nor when they crash")
  void shouldKeepUpWithConcurrentChanges(boolean crashes) {
    // given
    var random = new Random(1);
    for (var i = 0; i < PEOPLE; i++) {
      change(random);
    }
    // when
    var stop = new AtomicBoolean();
    var killed = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var node = 0; node < 2; node++) {
        var indexer = new SearchIndexer(test.database(), 7);
        threads.submit(() -> {
          while (!stop.get()) {
            try {
              indexer.step();
            } catch (JdbiException ended) {
              killed.incrementAndGet();
            }
          }
        });
      }
      for (var i = 0; i < 600; i++) {
        change(random);
        if (crashes && i % 3 == 0) {
          kill();
        }
      }
      stop.set(true);
    }
    // then
    assertThat(killed.get() > 0).as(killed + " steps were killed").isEqualTo(crashes);
    IndexedPeople.assertUpToDate(test.database());
    assertThat(IndexedPeople.keys(test.database())).hasSameSizeAs(stored);
    assertThat(number("SELECT count(*) FROM search_pending")).isZero();
  }
}
