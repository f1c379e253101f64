package dev.carillon.bench;

/**
 * Fills a base with copies of person 0, whom the server has identified, so that every row has the
 * shape the server gives it. The copies take their keys from ranges drawn as the server draws them,
 * and differ in their number: {@code bench-0000000} becomes {@code bench-0000001} and so on.
 */
final class PeopleCopies {
  private static final int RANGE = 100_000;

  private PeopleCopies() {}

  /**
   * Makes people 1 to {@code people - 1}.
   *
   * @param people 1 to 10,000,000, person 0 included
   */
  static void make(ServerDatabase database, int people, Progress progress) {
    var original = Calls.id(0);
    long originalId =
        database.number(
            "SELECT person_id FROM person_identifier WHERE workspace_id = 1 AND kind = 1 AND value = ?",
            original);
    for (int first = 1; first < people; first += RANGE) {
      int last = Math.min(first + RANGE, people) - 1;
      long key = database.number("SELECT nextval('id_range')") * RANGE - first;
      database.execute(
          """
          INSERT INTO person (person_id, workspace_id, created_at, updated_at, attributes, written)
          SELECT ? + n, p.workspace_id, p.created_at, p.updated_at,
                 replace(p.attributes, ?, 'bench-' || lpad(n::text, 7, '0')), p.written
            FROM person p, generate_series(?, ?) AS n WHERE p.person_id = ?
          """,
          key,
          original,
          first,
          last,
          originalId);
      database.execute(
          """
          INSERT INTO person_identifier (workspace_id, kind, value, person_id)
          SELECT i.workspace_id, i.kind, replace(i.value, ?, 'bench-' || lpad(n::text, 7, '0')), ? + n
            FROM person_identifier i, generate_series(?, ?) AS n WHERE i.person_id = ?
          """,
          original,
          key,
          first,
          last,
          originalId);
      progress.say("growth: %,d of %,d people", last + 1, people);
    }
    database.execute("VACUUM ANALYZE person");
    database.execute("VACUUM ANALYZE person_identifier");
  }
}
