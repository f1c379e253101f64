package dev.carillon.bench;

/**
 * People the server does not know yet.
 *
 * @param first number of the first one
 */
record NewPeople(long first, int count) {
  /** Their identify calls; each profile has 15 attributes and two identifiers. */
  LoadClient.Source source() {
    return Sources.counted(Calls.profile("plan", "pro"), first, count, n -> n);
  }

  /**
   * Counts the people and their identifiers.
   *
   * @throws BenchFailure when anything is missing or too much
   */
  void check(ServerDatabase database) {
    database.expectNoDeadLetters();
    for (var suffix : java.util.List.of("", "@example.test")) {
      database.expect(
          "new people with an identifier like " + Calls.id(first) + suffix,
          count,
          """
          SELECT count(DISTINCT p.person_id)
            FROM generate_series(?::bigint, ?::bigint) AS n
            JOIN person_identifier i
              ON i.workspace_id = 1 AND i.kind = ? AND i.value = 'bench-' || lpad(n::text, 7, '0') || ?
            JOIN person p USING (person_id)
           WHERE p.attributes LIKE '%"verified":false%'
          """,
          first,
          first + count - 1,
          suffix.isEmpty() ? 1 : 2,
          suffix);
    }
  }
}
