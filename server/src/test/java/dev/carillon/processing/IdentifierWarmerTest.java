package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.PeopleRepository;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class IdentifierWarmerTest {
  private static final WorkspaceId ONE = new WorkspaceId(1);

  @Test
  @DisplayName("a pass reads everybody, page by page, and knows what the table knows")
  void readsEverybody() {
    try (var kit = ProcessingKit.start(0)) {
      // More than two pages, in an order in which UTF-8 and Java's strings differ.
      kit.database
          .jdbi()
          .useHandle(handle ->
              handle.execute(
                  """
                  INSERT INTO person_identifier (workspace_id, kind, value, person_id)
                  SELECT 1, 1, CASE n % 3 WHEN 0 THEN U&'\\FF5E' WHEN 1 THEN U&'\\+01F600' ELSE 'a' END || n, n
                    FROM generate_series(1, 11000) n
                  UNION ALL SELECT 2, 2, 'kim@example.com', 7
                  """));
      var cache = new IdentifierCache();
      new IdentifierWarmer(kit.database, new PeopleRepository(), cache).pass();
      var expected = new HashMap<IdentifierKey, Long>();
      for (var n = 1; n <= 11_000; n++) {
        var value = (n % 3 == 0 ? "\uFF5E" : n % 3 == 1 ? "\uD83D\uDE00" : "a") + n;
        expected.put(IdentifierKey.of(ONE, Identifier.id(value)), (long) n);
      }
      expected.put(IdentifierKey.of(new WorkspaceId(2), Identifier.email("Kim@example.com")), 7L);
      // Compared without showing them all; a crowded place in the table refuses a few.
      var known = cache.find(new ArrayList<>(expected.keySet()));
      assertThat(expected.entrySet().containsAll(known.entrySet())).isTrue();
      assertThat(known.size()).isBetween(10_500, 11_001);
    }
  }

  @Test
  @DisplayName("what was read before somebody was renamed does not get in afterwards")
  void readBeforeARename() {
    var kim = IdentifierKey.of(ONE, Identifier.id("kim"));
    var page = new HashMap<IdentifierKey, Long>();
    page.put(kim, 5L);
    var cache = new IdentifierCache();
    cache.under(1);
    cache.under(2);
    assertThat(cache.fill(cache.life(), 1, page)).isFalse();
    assertThat(cache.find(page.keySet())).isEmpty();
    assertThat(cache.fill(cache.life(), 2, page)).isTrue();
    assertThat(cache.find(page.keySet())).isEqualTo(page);
  }

  @Test
  @DisplayName("what was read before a connection broke does not get in afterwards")
  void readBeforeABreak() {
    var kim = IdentifierKey.of(ONE, Identifier.id("kim"));
    var cache = new IdentifierCache();
    cache.under(1);
    var life = cache.life();
    cache.clear();
    cache.under(1); // the next batch has begun, under the same epoch
    assertThat(cache.fill(life, 1, Map.of(kim, 5L))).isFalse();
    assertThat(cache.find(List.of(kim))).isEmpty();
    assertThat(cache.fill(cache.life(), 1, Map.of(kim, 6L))).isTrue();
    assertThat(cache.find(List.of(kim))).containsValue(6L);
  }

  @Test
  @DisplayName("misses are counted until somebody asks")
  void countsMisses() {
    var cache = new IdentifierCache();
    cache.missed(3);
    cache.missed(4);
    assertThat(cache.takeMissed()).isEqualTo(7);
    assertThat(cache.takeMissed()).isZero();
  }
}
