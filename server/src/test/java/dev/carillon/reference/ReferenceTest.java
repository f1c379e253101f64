package dev.carillon.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.reference.Happening.Defined;
import dev.carillon.reference.Happening.Deleted;
import dev.carillon.reference.Happening.DeviceUsed;
import dev.carillon.reference.Happening.Did;
import dev.carillon.reference.Happening.Identified;
import dev.carillon.reference.Happening.Merged;
import dev.carillon.reference.Happening.ObjectName;
import dev.carillon.reference.Happening.ObjectWritten;
import dev.carillon.reference.Happening.Placed;
import dev.carillon.reference.Happening.Reached;
import dev.carillon.reference.Happening.Related;
import dev.carillon.reference.Happening.Sent;
import dev.carillon.reference.Happening.Travelled;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reference against examples made by hand from the contract's tables: nobody else checks the
 * checker.
 */
class ReferenceTest {
  private static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  private static final long SECONDS = NOW.getEpochSecond();
  private static final long DAY = 86_400;

  private final History history = new History(ZoneId.of("Europe/Berlin"));

  private void segment(int segment, String condition) {
    history.add(NOW, new Defined(segment, Json.read(condition.replace('\'', '"'))));
  }

  private void identify(String attributes) {
    identify("ada", attributes, null);
  }

  private void identify(String person, String attributes, @Nullable Instant writtenAt) {
    history.add(NOW, new Identified(person, Json.read(attributes.replace('\'', '"')), writtenAt));
  }

  private void did(String name, long secondsFromNow, String data) {
    var at = NOW.plusSeconds(secondsFromNow);
    history.add(NOW, new Did("ada", "event", name, at, Json.read(data.replace('\'', '"'))));
  }

  private boolean holds(String condition) {
    return holds(condition, 0);
  }

  private boolean holds(String condition, long secondsFromNow) {
    segment(99, condition);
    return history.in(99, 1, history.moment(NOW.plusSeconds(secondsFromNow)));
  }

  private static String attribute(String field, String operator, String value) {
    return value.isEmpty()
        ? "{'attribute':{'field':'%s','operator':'%s'}}".formatted(field, operator)
        : "{'attribute':{'field':'%s','operator':'%s','value':%s}}"
            .formatted(field, operator, value);
  }

  /** {@code +} or {@code -} and seconds from now, of each change in the next days. */
  private List<String> changes(String condition, int days) {
    segment(1, condition);
    var from = history.moment(NOW);
    var to = history.moment(NOW.plus(Duration.ofDays(days)));
    return history.changes(1, 1, from, to).stream()
        .map(each -> (each.entered() ? "+" : "-") + secondsFromNow(each.at()))
        .toList();
  }

  private static String secondsFromNow(Instant at) {
    var millis = Duration.between(NOW, at).toMillis();
    return millis % 1_000 == 0 ? "" + millis / 1_000 : millis + "ms";
  }

  // ── §2.3 values
  // ─────────────────────────────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("§2.3: operators")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          eq           | 'pro'               | 'PRO'                          | true
          eq           | 'pro'               | 'free'                         | false
          eq           | 5                   | '5.0'                          | true
          eq           | '5'                 | 5                              | true
          eq           | '05'                | '5'                            | false
          eq           | 'Straße'            | 'STRAẞE'                       | true
          eq           | 'Straße'            | 'STRASSE'                      | false
          eq           | 'İı'                | 'iI'                           | true
          eq           | true                | 'true'                         | true
          eq           | true                | 1                              | false
          eq           | ['pro']             | 'pro'                          | false
          neq          | 'pro'               | 'free'                         | true
          neq          | 'pro'               | 'Pro'                          | false
          exists       | false               |                                | true
          exists       | []                  |                                | true
          not_exists   | 0                   |                                | false
          contains     | 'sunflower'         | 'FLOW'                         | true
          contains     | ['red','blue']      | 'Red'                          | true
          contains     | ['redder']          | 'red'                          | false
          contains     | [5]                 | '5'                            | true
          contains     | 12345               | '23'                           | false
          not_contains | 'sunflower'         | 'moon'                         | true
          starts_with  | 'sunflower'         | 'Sun'                          | true
          starts_with  | 'sunflower'         | 'flower'                       | false
          ends_with    | 'sunflower'         | 'FLOWER'                       | true
          in           | 3                   | ['a','3']                      | true
          in           | 3                   | ['a','b']                      | false
          not_in       | 3                   | ['a','b']                      | true
          gt           | 10                  | 9.5                            | true
          gt           | '10'                | 9                              | true
          gt           | 10                  | 10                             | false
          gt           | 'ten'               | 9                              | false
          gt           | true                | 0                              | false
          lt           | -3                  | -2                             | true
          lt           | 'a'                 | 9                              | false
          gte          | 10                  | 10                             | true
          lte          | 10                  | 10                             | true
          between      | 10                  | [10,20]                        | true
          between      | 20                  | [10,20]                        | true
          between      | 20.5                | [10,20]                        | false
          is_timestamp | 0                   |                                | true
          is_timestamp | '1767225600'        |                                | true
          is_timestamp | 9999999999          |                                | true
          is_timestamp | 1767225600000       |                                | false
          is_timestamp | '2026-01-01'        |                                | false
          is_timestamp | -1                  |                                | false
          ts_before    | 1767225599          | {'at':1767225600}              | true
          ts_before    | 1767225600          | {'at':1767225600}              | false
          ts_after     | 1767225601          | 1767225600                     | true
          ts_after     | 1767225600          | 1767225600                     | false
          ts_before    | 1767221999          | {'date':'2026-01-01'}          | true
          ts_before    | 1767222000          | '2026-01-01'                   | false
          anniversary  | 952000000           |                                | true
          anniversary  | 952100000           |                                | false
          """)
  void shouldCompare(String operator, String stored, @Nullable String wanted, boolean expected) {
    // given: 952000000 is 2 March 2000 in Berlin, 952100000 the 3rd
    identify("{'a':%s}".formatted(stored));
    // then
    assertThat(holds(attribute("a", operator, wanted == null ? "" : wanted))).isEqualTo(expected);
  }

  @ParameterizedTest
  @DisplayName("§2.3: attribute missing")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          eq | 'x' | false
          neq | 'x' | true
          exists | | false
          not_exists | | true
          contains | 'x' | false
          not_contains | 'x' | true
          starts_with | 'x' | false
          ends_with | 'x' | false
          in | ['x'] | false
          not_in | ['x'] | true
          gt | 1 | false
          lt | 1 | false
          gte | 1 | false
          lte | 1 | false
          between | [1,2] | false
          is_timestamp | | false
          ts_before | {'at':1} | false
          ts_after | {'at':1} | false
          ts_before | {'n':1,'unit':'day','direction':'ago'} | false
          anniversary | | false
          """)
  void shouldKnowWhatIsMissing(String operator, @Nullable String wanted, boolean expected) {
    // given: never set, set and removed by null, set and removed by the empty text (P-10)
    identify("{'removed':'x','emptied':1,'o':{'empty':'','nothing':null}}");
    identify("{'removed':null,'emptied':''}");
    // then
    for (var field : List.of("never", "removed", "emptied", "o.nothing", "o.nowhere", "l[]")) {
      assertThat(holds(attribute(field, operator, wanted == null ? "" : wanted)))
          .as(field)
          .isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("§2.3: an empty text inside does not exist; it is a text all the same")
  void shouldNotTakeEmptyTextForAValue() {
    identify("{'o':{'empty':''}}");
    assertThat(holds(attribute("o.empty", "exists", ""))).isFalse();
    assertThat(holds(attribute("o.empty", "not_exists", ""))).isTrue();
    assertThat(holds(attribute("o.empty", "eq", "''"))).isTrue();
  }

  @Test
  @DisplayName("S-35: dots, indices and any item")
  void shouldFollowPaths() {
    identify("{'o':{'p':{'q':7}},'l':[{'c':'red','n':[1,2]},{'c':'blue'},null],'m':[[1],[2,3]]}");
    assertThat(holds(attribute("o.p.q", "eq", "7"))).isTrue();
    assertThat(holds(attribute("O.p.q", "eq", "7"))).isFalse(); // P-8
    assertThat(holds(attribute("l[1].c", "eq", "'blue'"))).isTrue();
    assertThat(holds(attribute("l[0].c", "eq", "'blue'"))).isFalse();
    assertThat(holds(attribute("l[9].c", "neq", "'blue'"))).isTrue();
    assertThat(holds(attribute("l[2]", "exists", ""))).isFalse();
    assertThat(holds(attribute("l[].c", "eq", "'blue'"))).isTrue();
    assertThat(holds(attribute("l[].c", "neq", "'blue'"))).isFalse();
    assertThat(holds(attribute("l[].c", "neq", "'green'"))).isTrue();
    assertThat(holds(attribute("l[].n[]", "gt", "1"))).isTrue();
    assertThat(holds(attribute("l[].n[0]", "gt", "1"))).isFalse();
    assertThat(holds(attribute("m[1][1]", "eq", "3"))).isTrue();
    assertThat(holds(attribute("m[][]", "eq", "2"))).isTrue();
    assertThat(holds(attribute("o[]", "exists", ""))).isFalse();
  }

  @Test
  @DisplayName("S-36: one item fulfils all, or different items one each")
  void shouldTellOneItemFromDifferentItems() {
    identify("{'l':[{'c':'red','n':1},{'c':'blue','n':5}]}");
    var red = "{'field':'%s','operator':'eq','value':'red'}";
    var many = "{'field':'%s','operator':'gt','value':3}";
    assertThat(
            holds(
                "{'and':[{'attribute':%s},{'attribute':%s}]}"
                    .formatted(red.formatted("l[].c"), many.formatted("l[].n"))))
        .isTrue();
    var anyItem = "{'attribute':{'field':'l','operator':'any_item','where':[%s,%s]}}";
    assertThat(holds(anyItem.formatted(red.formatted("c"), many.formatted("n")))).isFalse();
    assertThat(
            holds(anyItem.formatted(red.formatted("c"), "{'field':'n','operator':'lt','value':3}")))
        .isTrue();
  }

  // ── S-31, S-32 timestamps and the clock
  // ─────────────────────────────────────────────────────────

  @ParameterizedTest
  @DisplayName("S-31: v < now+X, v < now−X, v > now+X, v > now−X")
  @CsvSource({
    "ts_before, from_now, 2, true",
    "ts_before, from_now, 3, false",
    "ts_before, from_now, 4, false",
    "ts_before, ago, -4, true",
    "ts_before, ago, -3, false",
    "ts_before, ago, 0, false",
    "ts_after, from_now, 4, true",
    "ts_after, from_now, 3, false",
    "ts_after, ago, -2, true",
    "ts_after, ago, -3, false",
    "ts_after, ago, 1, true",
  })
  void shouldCompareWithNow(String operator, String direction, int days, boolean expected) {
    identify("{'a':%d}".formatted(SECONDS + days * DAY));
    assertThat(holds(relative(operator, direction))).isEqualTo(expected);
  }

  private static String relative(String operator, String direction) {
    return attribute("a", operator, "{'n':3,'unit':'day','direction':'%s'}".formatted(direction));
  }

  @Test
  @DisplayName("S-32: before is entered once and never left, after is left once and never entered")
  void shouldTurnWithTheClock() {
    identify("{'a':%d}".formatted(SECONDS + 10 * DAY));
    assertThat(changes(relative("ts_before", "from_now"), 100)).containsExactly("+604800001ms");
    assertThat(changes(relative("ts_before", "ago"), 100)).containsExactly("+1123200001ms");
    assertThat(changes(relative("ts_after", "from_now"), 100)).containsExactly("-604800");
    assertThat(changes(relative("ts_after", "ago"), 100)).containsExactly("-1123200");
  }

  @Test
  @DisplayName("anniversary: from midnight to midnight in the zone; 29 February on the 28th")
  void shouldKeepAnniversaries() {
    var midnight = Instant.parse("2027-02-27T23:00:00Z").getEpochSecond();
    identify("{'a':1582934400}"); // 29 February 2020
    assertThat(changes(attribute("a", "anniversary", ""), 3 * 365))
        .containsExactly(
            "+" + (midnight - SECONDS),
            "-" + (midnight + DAY - SECONDS),
            "+" + (midnight + 366 * DAY - SECONDS), // 2028 has the day
            "-" + (midnight + 367 * DAY - SECONDS),
            "+" + (midnight + 731 * DAY - SECONDS),
            "-" + (midnight + 732 * DAY - SECONDS));
  }

  @Test
  @DisplayName("anniversary: midnights move with summer time")
  void shouldKeepAnniversariesInSummer() {
    identify("{'a':1435536000}"); // 29 June 2015
    var entered = Instant.parse("2026-06-28T22:00:00Z").getEpochSecond();
    assertThat(changes(attribute("a", "anniversary", ""), 200))
        .containsExactly("+" + (entered - SECONDS), "-" + (entered + DAY - SECONDS));
  }

  // ── S-40 … S-43 events
  // ──────────────────────────────────────────────────────────────────────────

  private static String event(String members) {
    return "{'event':{'name':'order'%s}}".formatted(members.isEmpty() ? "" : "," + members);
  }

  private static String within(int days) {
    return "'window':{'kind':'within_past','n':%d,'unit':'day'}".formatted(days);
  }

  @Test
  @DisplayName("S-40: the event's own time counts, also of a late or future one")
  void shouldGoByTheEventsOwnTime() {
    did("order", -5 * DAY, "{}");
    assertThat(holds(event(within(5)))).isFalse();
    assertThat(holds(event(within(6)))).isTrue();
    did("order", DAY, "{}");
    assertThat(holds(event(within(5)))).isFalse();
    assertThat(holds(event(within(5)), DAY)).isTrue();
  }

  @Test
  @DisplayName("S-41: who never did it has not done it within any window")
  void shouldHoldForWhoNeverDidIt() {
    identify("{}");
    assertThat(holds(event("'performed':false"))).isTrue();
    assertThat(holds(event("'performed':false," + within(3)))).isTrue();
    assertThat(holds(event("'window':{'kind':'not_within_past','n':3,'unit':'day'}"))).isTrue();
    did("order", -4 * DAY, "{}");
    assertThat(holds(event("'performed':false"))).isFalse();
    assertThat(holds(event("'performed':false," + within(3)))).isTrue();
  }

  @Test
  @DisplayName("S-42: left when the oldest event still needed for the count leaves the window")
  void shouldLeaveWithTheOldestNeeded() {
    did("order", -2 * DAY, "{}");
    did("order", -DAY, "{}");
    did("order", DAY, "{}");
    var twice = event("'count':{'op':'gte','n':2}," + within(5));
    assertThat(holds(twice)).isTrue();
    assertThat(changes(twice, 30)).containsExactly("-" + 4 * DAY);
    assertThat(changes(event("'count':{'op':'gte','n':3}," + within(5)), 30))
        .containsExactly("+" + DAY, "-" + 3 * DAY);
  }

  @Test
  @DisplayName("S-43: at most and exactly are entered again by time alone")
  void shouldBeEnteredByTimeAlone() {
    did("order", -2 * DAY, "{}");
    did("order", -DAY, "{}");
    assertThat(changes(event("'count':{'op':'lte','n':1}," + within(5)), 30))
        .containsExactly("+" + 3 * DAY);
    assertThat(changes(event("'count':{'op':'eq','n':1}," + within(5)), 30))
        .containsExactly("+" + 3 * DAY, "-" + 4 * DAY);
  }

  @Test
  @DisplayName("§2.4: windows between dates, kinds, wildcards, and tests on data")
  void shouldTellEventsApart() {
    did("order", -DAY, "{'total':50,'items':[{'sku':'a'}]}");
    history.add(NOW, new Did("ada", "page", "/shop/42", NOW, Map.of()));
    assertThat(holds(event("'window':{'kind':'before','to':{'at':%d}}".formatted(SECONDS - DAY))))
        .isFalse();
    assertThat(holds(event("'window':{'kind':'after','from':%d}".formatted(SECONDS - DAY))))
        .isTrue();
    assertThat(holds(event("'window':{'kind':'between','from':'2026-03-01','to':'2026-03-02'}")))
        .isTrue();
    assertThat(holds(event("'type':'page'"))).isFalse();
    assertThat(holds("{'event':{'name':'/shop/*','type':'page'}}")).isTrue();
    assertThat(holds("{'event':{'name':'/Shop/*','type':'page'}}")).isFalse();
    assertThat(holds("{'event':{'name':'ord*'}}")).isFalse();
    assertThat(
            holds(
                event(
                    "'where':[{'field':'total','operator':'gte','value':50},"
                        + "{'field':'items[].sku','operator':'eq','value':'A'}]")))
        .isTrue();
    did("order", 0, "{'total':70}");
    assertThat(
            holds(
                event(
                    "'where':[{'field':'total','operator':'gte','value':60},"
                        + "{'field':'items[].sku','operator':'eq','value':'A'}]")))
        .isFalse(); // not on the same event
  }

  // ── the rest
  // ────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("S-20: groups")
  void shouldCombine() {
    identify("{'a':1}");
    assertThat(holds("{'and':[]}")).isTrue();
    assertThat(holds("{'or':[]}")).isFalse();
    assertThat(holds("{'not':{'or':[]}}")).isTrue();
    var yes = attribute("a", "eq", "1");
    var no = attribute("a", "eq", "2");
    assertThat(holds("{'and':[%s,%s]}".formatted(yes, no))).isFalse();
    assertThat(holds("{'or':[%s,%s]}".formatted(no, yes))).isTrue();
  }

  @Test
  @DisplayName("§2.6: in another segment, by conditions or by hand")
  void shouldLookIntoSegments() {
    identify("{'a':1}");
    segment(1, attribute("a", "eq", "1"));
    history.add(NOW, new Defined(2, null));
    assertThat(holds("{'segment':{'id':1}}")).isTrue();
    assertThat(holds("{'segment':{'id':2}}")).isFalse();
    history.add(NOW, new Placed("ada", 2, true));
    assertThat(holds("{'segment':{'id':2}}")).isTrue();
    history.add(NOW, new Placed("ada", 2, false));
    assertThat(holds("{'segment':{'id':2}}")).isFalse();
  }

  @Test
  @DisplayName("§2.6: subscriptions, by choice or by default")
  void shouldKnowSubscriptions() {
    identify("{}");
    var topic = "{'subscription':{'topic':3%s}}";
    assertThat(holds(topic.formatted(""))).isTrue();
    history.add(NOW, new Happening.ByDefault("topics.topic_3", false));
    assertThat(holds(topic.formatted(""))).isFalse();
    assertThat(holds(topic.formatted(",'subscribed':false"))).isTrue();
    identify("{'cio_subscription_preferences.topics.topic_3':true}"); // P-12
    assertThat(holds(topic.formatted(""))).isTrue();
    identify("{'cio_subscription_preferences.channels.email':false}");
    assertThat(holds(topic.formatted(""))).isTrue();
    assertThat(holds("{'subscription':{'channel':'email'}}")).isFalse();
    identify("{'cio_subscription_preferences.topics.topic_3':null}");
    assertThat(holds(topic.formatted(""))).isFalse();
  }

  @Test
  @DisplayName("§2.6: some one device fits; last used within the past")
  void shouldKnowDevices() {
    assertThat(holds("{'device':{}}")).isFalse();
    use("ada", "t1", "ios", "{'app_version':'2.1'}");
    use("ada", "t2", "android", "{'app_version':'3'}");
    var where = "'where':[{'field':'app_version','operator':'eq','value':'%s'}]";
    assertThat(holds("{'device':{}}")).isTrue();
    assertThat(holds("{'device':{'platform':'ios',%s}}".formatted(where.formatted("2.1"))))
        .isTrue();
    assertThat(holds("{'device':{'platform':'ios',%s}}".formatted(where.formatted("3")))).isFalse();
    assertThat(changes("{'device':{'last_used':{'n':2,'unit':'day'}}}", 30))
        .containsExactly("-" + DAY);
    use("bob", "t1", "ios", "{}"); // a token belongs to one person
    assertThat(holds("{'device':{'platform':'ios'}}")).isFalse();
    // it moves with what is known of it, and its last use never goes back
    use("ada", "t1", "android", "{}");
    assertThat(holds("{'device':{'platform':'android',%s}}".formatted(where.formatted("2.1"))))
        .isTrue();
    var at = NOW.minusSeconds(9 * DAY);
    history.add(NOW, new DeviceUsed("ada", "t1", "android", at, Map.of()));
    assertThat(
            holds(
                "{'device':{'last_used':{'n':2,'unit':'day'},%s}}"
                    .formatted(where.formatted("2.1"))))
        .isTrue();
  }

  private void use(String person, String token, String platform, String attributes) {
    history.add(
        NOW,
        new DeviceUsed(
            person,
            token,
            platform,
            NOW.minusSeconds(DAY),
            Json.read(attributes.replace('\'', '"'))));
  }

  @Test
  @DisplayName("§2.6: object and relationship fit in the same pair")
  void shouldCountObjects() {
    var acme = new ObjectName(1, "acme");
    var bolt = new ObjectName(1, "bolt");
    history.add(NOW, new ObjectWritten(acme, Map.of("plan", "pro")));
    history.add(NOW, new Related("ada", acme, Map.of("role", "user")));
    history.add(NOW, new Related("ada", bolt, Map.of("role", "admin")));
    var where = "'where':[{'field':'plan','operator':'eq','value':'pro'}]";
    var role = "'relationship':[{'field':'role','operator':'eq','value':'%s'}]";
    assertThat(holds("{'object':{'type_id':1,%s}}".formatted(where))).isTrue();
    assertThat(holds("{'object':{'type_id':2}}")).isFalse();
    assertThat(holds("{'object':{'type_id':1,'count':{'op':'eq','n':2}}}")).isTrue();
    assertThat(holds("{'object':{'type_id':1,%s,%s}}".formatted(where, role.formatted("user"))))
        .isTrue();
    assertThat(holds("{'object':{'type_id':1,%s,%s}}".formatted(where, role.formatted("admin"))))
        .isFalse();
    history.add(NOW, new Happening.ObjectDeleted(acme));
    assertThat(holds("{'object':{'type_id':1,'count':{'op':'eq','n':1}}}")).isTrue();
    assertThat(holds("{'object':{'type_id':1,%s}}".formatted(where))).isFalse();
  }

  @Test
  @DisplayName("§2.5: each message once, at the first time it reached the metric")
  void shouldCountMessages() {
    identify("{}");
    history.add(NOW, new Sent("ada", "m1", Map.of("channel", "email", "campaign", 3L)));
    reach("m1", "opened", -3, false);
    reach("m1", "opened", -1, true);
    var opened = "{'message':{'metric':'opened','count':{'op':'gte','n':%d}%s}}";
    assertThat(holds(opened.formatted(1, ""))).isTrue();
    assertThat(holds(opened.formatted(2, ""))).isFalse();
    assertThat(holds(opened.formatted(1, ",'campaign':3,'channel':'email'"))).isTrue();
    assertThat(holds(opened.formatted(1, ",'campaign':4"))).isFalse();
    assertThat(changes(opened.formatted(1, "," + within(5)), 30)).containsExactly("-" + 2 * DAY);
    assertThat(changes(opened.formatted(1, ",'engagement':'human'," + within(5)), 30))
        .containsExactly("-" + 4 * DAY);
    history.add(NOW, new Sent("ada", "m2", Map.of("channel", "email")));
    reach("m2", "clicked", 0, false); // and so it was opened
    assertThat(holds(opened.formatted(2, ""))).isTrue();
    assertThat(holds(opened.formatted(2, ",'engagement':'human'"))).isFalse();
  }

  private void reach(String message, String metric, int days, boolean human) {
    history.add(NOW, new Reached(message, metric, NOW.plusSeconds(days * DAY), null, human));
  }

  @Test
  @DisplayName("§2.6: journeys")
  void shouldKnowJourneys() {
    identify("{}");
    var campaign = "{'campaign':{'id':5,'activity':'%s'}}";
    assertThat(holds(campaign.formatted("entered"))).isFalse();
    history.add(NOW, new Travelled("ada", "j", 5, NOW.plusSeconds(DAY), "finished"));
    assertThat(holds(campaign.formatted("in"))).isTrue();
    assertThat(holds(campaign.formatted("finished"))).isFalse();
    // it goes on when the clock stops
    history.stop(NOW.plusSeconds(DAY - 1));
    assertThat(holds(campaign.formatted("in"))).isTrue();
    history.stop(NOW.plusSeconds(DAY + 1));
    assertThat(holds(campaign.formatted("in"))).isFalse();
    assertThat(holds(campaign.formatted("entered"))).isTrue();
    assertThat(holds(campaign.formatted("finished"))).isTrue();
    assertThat(holds(campaign.formatted("exited"))).isFalse();
    // a merge ends the secondary's journey in the same campaign (P-25), which is no exit
    identify("bob", "{}", null);
    history.add(NOW, new Travelled("bob", "k", 5, NOW.plusSeconds(9 * DAY), "finished"));
    history.add(NOW, new Merged("ada", "bob"));
    assertThat(holds(campaign.formatted("exited"))).isFalse();
    assertThat(holds(campaign.formatted("in"))).isFalse();
    assertThat(holds(campaign.formatted("finished"))).isTrue();
  }

  // ── people
  // ──────────────────────────────────────────────────────────────────────────────────────

  @Test
  @DisplayName("P-11: an older write has no effect, an equally old one has")
  void shouldOrderWrites() {
    identify("ada", "{'a':1}", NOW.minusSeconds(10));
    identify("ada", "{'a':2}", NOW.minusSeconds(20));
    assertThat(holds(attribute("a", "eq", "1"))).isTrue();
    identify("ada", "{'a':3}", NOW.minusSeconds(10));
    assertThat(holds(attribute("a", "eq", "3"))).isTrue();
    identify("ada", "{'a':4}", NOW.plusSeconds(10));
    identify("{'a':5}");
    assertThat(holds(attribute("a", "eq", "4"))).isTrue();
    identify("ada", "{'a':null}", NOW.plusSeconds(20));
    identify("ada", "{'a':6}", NOW.plusSeconds(15));
    assertThat(holds(attribute("a", "not_exists", ""))).isTrue();
  }

  @Test
  @DisplayName("P-15, P-16: a deleted person has no history; the id is somebody else from then on")
  void shouldForgetTheDeleted() {
    did("order", 0, "{}");
    segment(1, event(""));
    history.add(NOW, new Deleted("ada"));
    assertThat(history.in(1, 1, history.moment(NOW))).isFalse();
    identify("{}");
    assertThat(history.world().names()).containsEntry("ada", 2);
    assertThat(history.in(1, 2, history.moment(NOW))).isFalse();
  }

  @Test
  @DisplayName("P-22 … P-28: the primary fills what it lacks and has both people's events")
  void shouldMerge() {
    identify("{'both':'mine','unsubscribed':false}");
    did("order", -DAY, "{}");
    identify("bob", "{'both':'his','his':1,'unsubscribed':true}", null);
    history.add(NOW, new Did("bob", "event", "order", NOW.minusSeconds(2 * DAY), Map.of()));
    history.add(NOW, new Defined(2, null));
    history.add(NOW, new Placed("bob", 2, true));
    history.add(NOW, new Merged("ada", "bob"));
    assertThat(holds(attribute("both", "eq", "'mine'"))).isTrue();
    assertThat(holds(attribute("his", "eq", "1"))).isTrue();
    assertThat(holds(attribute("unsubscribed", "eq", "true"))).isTrue();
    assertThat(holds(attribute("id", "eq", "'ada'"))).isTrue();
    assertThat(holds(event("'count':{'op':'eq','n':2}"))).isTrue();
    assertThat(holds("{'segment':{'id':2}}")).isTrue();
    assertThat(history.world().names()).containsOnlyKeys("ada");
  }

  @Test
  @DisplayName("S-42: changes by data and by the clock, in order, each at its own instant")
  void shouldListChangesBetweenMoments() {
    identify("{}");
    segment(1, event("'count':{'op':'gte','n':1}," + within(1)));
    var from = history.moment(NOW);
    history.add(NOW.plusSeconds(5), new Did("ada", "event", "order", NOW, Map.of()));
    history.add(
        NOW.plusSeconds(3 * DAY),
        new Did("ada", "event", "order", NOW.plusSeconds(5 * DAY), Map.of()));
    var to = history.moment(NOW.plusSeconds(10 * DAY));
    assertThat(history.changes(1, 1, from, to))
        .extracting(each -> (each.entered() ? "+" : "-") + secondsFromNow(each.at()))
        .containsExactly("+5", "-" + DAY, "+" + 5 * DAY, "-" + 6 * DAY);
  }
}
