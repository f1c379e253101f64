package dev.carillon.acceptance;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.acceptance.Load.Call;
import dev.carillon.acceptance.Load.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * Compares what callers noted ({@link Load}) with what is stored and with the mails that arrived.
 */
final class Books {
  /**
   * Less than a lease of mails lasts, and less than the first pause before a mail is tried again:
   * who rests within it has left no mail lying and blamed none for what befell the database.
   */
  static final Duration NO_RETRY = Duration.ofSeconds(45);

  /** What only a slow machine makes necessary. */
  static final Duration LONG = Duration.ofSeconds(120);

  private final Connection database;
  private final List<Call> calls;

  Books(Connection database, List<Call> calls) {
    this.database = database;
    this.calls = calls;
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> query(Connection database, String sql, Reader<T> reader)
      throws SQLException {
    try (var statement = database.createStatement();
        var rows = statement.executeQuery(sql)) {
      var list = new ArrayList<T>();
      while (rows.next()) {
        list.add(reader.read(rows));
      }
      return list;
    }
  }

  static long number(Connection database, String sql) throws SQLException {
    return query(database, sql, row -> row.getLong(1)).getFirst();
  }

  /**
   * Waits until everything that was accepted is applied and every journey and mail has come to its
   * end.
   */
  static void awaitRest(Connection database, Duration atMost) {
    Awaitility.await()
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() ->
            assertThat(query(database, UNFINISHED, row -> row.getString(1)))
                .as("the first of what is still to be worked off")
                .isEmpty());
  }

  /** Blocks beyond some lane group's position, waiting journeys, and mails on their way. */
  private static final String UNFINISHED =
      """
      (SELECT format('block %s of stream %s, for lane group %s of owner %s', b.seq, b.stream_id, g.lane_group, g.owner)
         FROM log_block b JOIN lane_group g ON b.lanes & (15::bigint << (4 * g.lane_group)) <> 0
        WHERE b.seq > coalesce(g.seqs[array_position(g.stream_ids, b.stream_id)], 0) LIMIT 5)
      UNION ALL
      (SELECT format('journey %s, which goes on at %s', journey_id, wake_at)
         FROM journey WHERE wake_at IS NOT NULL LIMIT 5)
      UNION ALL
      (SELECT format('delivery %s, due at %s, lease of incarnation %s, attempts %s, %s %s',
                     o.delivery_id, o.due_at, o.lease >> 32, o.attempts, d.state, d.failure_message)
         FROM outbox o LEFT JOIN delivery d USING (delivery_id, created_at) LIMIT 5)
      """;

  private record Event(String person, String key, int number, long transaction) {}

  /**
   * I1, I3: each acknowledged event is stored exactly once, each other one at most once, and
   * nothing was put aside.
   */
  Books proveEventsOnce() throws SQLException {
    var stored = new HashMap<String, Integer>();
    events().forEach(event -> stored.merge(event.key, 1, Integer::sum));
    assertThat(stored.entrySet().stream().filter(each -> each.getValue() > 1).toList())
        .as("events stored more than once")
        .isEmpty();
    assertThat(
            difference(
                keys(each -> each.kind() != Kind.COUNTED && each.acknowledged()), stored.keySet()))
        .as("acknowledged events that are missing")
        .isEmpty();
    assertThat(difference(stored.keySet(), keys(each -> each.kind() != Kind.COUNTED)))
        .as("events nobody sent")
        .isEmpty();
    assertThat(number(database, "SELECT count(*) FROM dead_letter")).as("dead letters").isZero();
    return this;
  }

  /**
   * I2: a person's events were applied in the order of the calls: no transaction overtook another.
   */
  Books proveOrder() throws SQLException {
    var byPerson = events().stream().collect(groupingBy(Event::person));
    byPerson.forEach((person, events) -> {
      var transactions = new TreeMap<Integer, Long>();
      events.forEach(each -> transactions.put(each.number, each.transaction));
      assertThat(List.copyOf(transactions.values()))
          .as("transactions of %s's events", person)
          .isSorted();
    });
    return this;
  }

  private List<Event> events() throws SQLException {
    return query(
        database,
        """
        SELECT i.value, e.data::json->>'key', (e.data::json->>'number')::int, e.xmin::text::bigint
          FROM event e
          JOIN event_name n USING (name_id)
          JOIN person_identifier i ON i.person_id = e.person_id AND i.kind = 1
         WHERE n.name IN ('viewed', 'ordered')
        """,
        row -> new Event(row.getString(1), row.getString(2), row.getInt(3), row.getLong(4)));
  }

  /**
   * I2, I3: the activity log shows each acknowledged write of the counter exactly once, each from
   * the value the one before it wrote, in the order of the calls; the last one is what is stored.
   */
  Books proveCounters() throws SQLException {
    var written = new HashMap<String, List<int[]>>();
    query(
            database,
            """
            SELECT i.value, a.data::json->'counter'->>'from', a.data::json->'counter'->>'to'
              FROM activity a
              JOIN person_identifier i ON i.person_id = a.person_id AND i.kind = 1
             WHERE a.type = 'attribute_change' AND a.data::json->'counter' IS NOT NULL
            """,
            row -> {
              var from = row.getString(2);
              return Map.entry(
                  row.getString(1),
                  new int[] {from.isEmpty() ? 0 : Integer.parseInt(from), row.getInt(3)});
            })
        .forEach(each ->
            written.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(each.getValue()));
    var stored =
        query(
                database,
                """
                SELECT i.value, (p.attributes::json->>'counter')::int
                  FROM person p JOIN person_identifier i ON i.person_id = p.person_id AND i.kind = 1
                """,
                row -> Map.entry(row.getString(1), row.getInt(2)))
            .stream()
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    calls.stream()
        .filter(each -> each.kind() == Kind.COUNTED)
        .collect(groupingBy(Call::person))
        .forEach((person, counted) -> {
          var chain = written.getOrDefault(person, new ArrayList<>());
          chain.sort((a, b) -> Integer.compare(a[1], b[1]));
          var last = 0;
          for (var change : chain) {
            assertThat(change[0])
                .as("what %s's counter was before %d", person, change[1])
                .isEqualTo(last);
            last = change[1];
          }
          var values = chain.stream().map(each -> each[1]).collect(toSet());
          assertThat(values).as("writes of %s's counter", person).hasSameSizeAs(chain);
          assertThat(values)
              .containsAll(counted.stream().filter(Call::acknowledged).map(Call::number).toList());
          assertThat(stored.getOrDefault(person, 0)).as("%s's counter", person).isEqualTo(last);
        });
    return this;
  }

  /**
   * I3: every stored order started one journey, and every journey came to its end having made one
   * delivery at each of its mail steps; every delivery was sent.
   */
  Books proveJourneysOnce(int mailsEach) throws SQLException {
    var ordered =
        query(
            database,
            """
            SELECT e.data::json->>'key' FROM event e JOIN event_name n USING (name_id)
             WHERE n.name = 'ordered'
            """,
            row -> row.getString(1));
    var journeys =
        query(
            database,
            "SELECT trigger::json->'data'->>'key', state FROM journey",
            row -> Map.entry(row.getString(1), row.getString(2)));
    assertThat(journeys.stream().map(Map.Entry::getKey))
        .as("journeys by the order that started them")
        .containsExactlyInAnyOrderElementsOf(ordered);
    assertThat(journeys.stream().map(Map.Entry::getValue).collect(toSet()))
        .as("states of journeys")
        .isSubsetOf("finished");
    assertThat(
            number(
                database,
                """
                SELECT count(*) FROM (SELECT journey_id FROM delivery WHERE state = 'sent'
                  GROUP BY journey_id HAVING count(*) = %1$d AND count(DISTINCT action_id) = %1$d) AS complete
                """
                    .formatted(mailsEach)))
        .as("journeys with all their mails sent")
        .isEqualTo(ordered.size());
    assertThat(number(database, "SELECT count(*) FROM delivery WHERE state <> 'sent'"))
        .as("deliveries not sent")
        .isZero();
    return this;
  }

  /**
   * I4: every delivery arrived, always under one {@code Message-ID} of its own, and more than once
   * only where a kill caught it between the mail server's answer and the record of it.
   *
   * @param mostRepeats mails that may have arrived once more
   * @return how many did
   */
  int proveMailsOnce(List<SmtpSink.Mail> mails, int kills, int mostRepeats) throws SQLException {
    var arrived = new HashMap<String, Integer>();
    var idsBySubject = new HashMap<String, Set<String>>();
    for (var mail : mails) {
      arrived.merge(mail.messageId(), 1, Integer::sum);
      idsBySubject.computeIfAbsent(mail.subject(), _ -> new HashSet<>()).add(mail.messageId());
    }
    var deliveries = number(database, "SELECT count(*) FROM delivery");
    assertThat(arrived.keySet()).as("Message-IDs").hasSize((int) deliveries);
    assertThat(idsBySubject.values())
        .as("Message-IDs of one delivery")
        .allMatch(ids -> ids.size() == 1);
    assertThat(arrived.values()).as("arrivals of one mail").allMatch(times -> times <= 1 + kills);
    var repeats = mails.size() - arrived.size();
    assertThat(repeats).as("mails that arrived again").isLessThanOrEqualTo(mostRepeats);
    return repeats;
  }

  private interface Wanted {
    boolean is(Call call);
  }

  private Set<String> keys(Wanted wanted) {
    return calls.stream().filter(wanted::is).map(Call::key).collect(toSet());
  }

  private static Set<String> difference(Set<String> all, Set<String> without) {
    var rest = new HashSet<>(all);
    rest.removeAll(without);
    return rest;
  }
}
