package dev.carillon.people.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.AttributesJson;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has to be true of the index of people whatever happened to them. */
public final class IndexedPeople {
  private IndexedPeople() {}

  /** Brings the index up to date and expects that it knows everybody as they are stored. */
  public static void assertUpToDate(Database database) {
    index(database);
    assertThat(keys(database)).as("keys of people as they are indexed").isEqualTo(stored(database));
  }

  /** Brings the index up to date. */
  public static void index(Database database) {
    var indexer = new SearchIndexer(database);
    boolean more;
    do {
      more = indexer.run(() -> false);
    } while (more);
  }

  static Map<Long, List<Integer>> keys(Database database) {
    var indexed = new TreeMap<Long, List<Integer>>();
    database.<Integer, RuntimeException>read(handle ->
        handle
            .createQuery("SELECT person_id, keys FROM person_search")
            .map((row, _) ->
                indexed.put(row.getLong(1), List.of((Integer[]) row.getArray(2).getArray())))
            .list()
            .size());
    return indexed;
  }

  static Map<Long, List<Integer>> stored(Database database) {
    var keys = new TreeMap<Long, List<Integer>>();
    database.<Integer, RuntimeException>read(handle ->
        handle
            .createQuery("SELECT person_id, workspace_id, attributes FROM person")
            .map((row, _) ->
                keys.put(
                    row.getLong(1),
                    Arrays.stream(
                            SearchKeys.of(
                                new WorkspaceId(row.getInt(2)),
                                AttributesJson.parse(row.getString(3))))
                        .boxed()
                        .toList()))
            .list()
            .size());
    return keys;
  }
}
