package dev.carillon.segments;

import static dev.carillon.segments.AttributeTest.Operator.ANNIVERSARY;
import static dev.carillon.segments.AttributeTest.Operator.ANY_ITEM;
import static dev.carillon.segments.AttributeTest.Operator.BETWEEN;
import static dev.carillon.segments.AttributeTest.Operator.CONTAINS;
import static dev.carillon.segments.AttributeTest.Operator.ENDS_WITH;
import static dev.carillon.segments.AttributeTest.Operator.EQ;
import static dev.carillon.segments.AttributeTest.Operator.EXISTS;
import static dev.carillon.segments.AttributeTest.Operator.GT;
import static dev.carillon.segments.AttributeTest.Operator.GTE;
import static dev.carillon.segments.AttributeTest.Operator.IN;
import static dev.carillon.segments.AttributeTest.Operator.IS_TIMESTAMP;
import static dev.carillon.segments.AttributeTest.Operator.LT;
import static dev.carillon.segments.AttributeTest.Operator.LTE;
import static dev.carillon.segments.AttributeTest.Operator.NEQ;
import static dev.carillon.segments.AttributeTest.Operator.NOT_CONTAINS;
import static dev.carillon.segments.AttributeTest.Operator.NOT_EXISTS;
import static dev.carillon.segments.AttributeTest.Operator.NOT_IN;
import static dev.carillon.segments.AttributeTest.Operator.STARTS_WITH;
import static dev.carillon.segments.AttributeTest.Operator.TS_AFTER;
import static dev.carillon.segments.AttributeTest.Operator.TS_BEFORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.carillon.people.AttributesJson;
import dev.carillon.segments.AttributeTest.Operator;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators of journeys §2.3, row by row, on values as they are stored. */
class AttributeOperatorsTest {
  private static final boolean YES = true;
  private static final boolean NO = false;

  static Stream<Arguments> rows() {
    return Stream.of(
        // eq: text without regard to case
        arguments("{'a':'Pro'}", "a", EQ, "pRO", YES),
        arguments("{'a':'ÄRGER'}", "a", EQ, "ärger", YES),
        arguments("{'a':'pro'}", "a", EQ, "pro ", NO),
        arguments("{'a':''}", "a", EQ, "", YES),
        // eq: a number and a text that spells one
        arguments("{'a':5}", "a", EQ, 5L, YES),
        arguments("{'a':5.0}", "a", EQ, 5L, YES),
        arguments("{'a':'5'}", "a", EQ, 5L, YES),
        arguments("{'a':'5.00'}", "a", EQ, 5L, YES),
        arguments("{'a':5}", "a", EQ, "5.0", YES),
        arguments("{'a':0.1}", "a", EQ, "0.1", YES),
        arguments("{'a':-3}", "a", EQ, "-3", YES),
        arguments("{'a':5}", "a", EQ, "five", NO),
        arguments("{'a':5}", "a", EQ, "5x", NO),
        // eq: exact to 64 bits
        arguments("{'a':9007199254740993}", "a", EQ, 9007199254740992L, NO),
        arguments("{'a':9223372036854775807}", "a", EQ, "9223372036854775807", YES),
        // eq: two texts stay texts
        arguments("{'a':'01234'}", "a", EQ, "1234", NO),
        arguments("{'a':'01234'}", "a", EQ, 1234L, YES),
        // eq: truth values
        arguments("{'a':true}", "a", EQ, true, YES),
        arguments("{'a':true}", "a", EQ, "TRUE", YES),
        arguments("{'a':'true'}", "a", EQ, true, YES),
        arguments("{'a':true}", "a", EQ, 1L, NO),
        arguments("{'a':false}", "a", EQ, true, NO),
        // eq: nothing, lists, objects
        arguments("{}", "a", EQ, "x", NO),
        arguments("{}", "a", EQ, "null", NO),
        arguments("{'a':['x']}", "a", EQ, "x", NO),
        arguments("{'a':{'x':1}}", "a", EQ, "{x=1}", NO),
        // neq: the opposite, and true when missing
        arguments("{'a':'Pro'}", "a", NEQ, "pro", NO),
        arguments("{'a':'free'}", "a", NEQ, "pro", YES),
        arguments("{'a':'5'}", "a", NEQ, 5L, NO),
        arguments("{}", "a", NEQ, "pro", YES),
        arguments("{'a':['pro']}", "a", NEQ, "pro", YES),
        // exists
        arguments("{'a':'x'}", "a", EXISTS, null, YES),
        arguments("{'a':0}", "a", EXISTS, null, YES),
        arguments("{'a':false}", "a", EXISTS, null, YES),
        arguments("{'a':' '}", "a", EXISTS, null, YES),
        arguments("{'a':''}", "a", EXISTS, null, NO),
        arguments("{'a':null}", "a", EXISTS, null, NO),
        arguments("{}", "a", EXISTS, null, NO),
        // gt, lt: both numeric, strict
        arguments("{'a':6}", "a", GT, 5L, YES),
        arguments("{'a':5}", "a", GT, 5L, NO),
        arguments("{'a':5.01}", "a", GT, 5L, YES),
        arguments("{'a':'6'}", "a", GT, "5.5", YES),
        arguments("{'a':'10'}", "a", GT, "9", YES),
        arguments("{'a':4}", "a", LT, 5L, YES),
        arguments("{'a':5}", "a", LT, 5L, NO),
        arguments("{'a':-1}", "a", LT, 0L, YES),
        arguments("{'a':'six'}", "a", GT, 5L, NO),
        arguments("{'a':'six'}", "a", LT, 5L, NO),
        arguments("{'a':true}", "a", GT, 0L, NO),
        arguments("{'a':''}", "a", LT, 5L, NO),
        arguments("{'a':'-'}", "a", LT, 5L, NO),
        arguments("{'a':'1.2.3'}", "a", GT, 0L, NO),
        arguments("{'a':'.5'}", "a", GT, 0L, NO),
        arguments("{'a':'5.'}", "a", GT, 0L, NO),
        arguments("{'a':'-.5'}", "a", LT, 0L, NO),
        arguments("{'a':'--5'}", "a", LT, 0L, NO),
        arguments("{'a':'-0.5'}", "a", LT, 0L, YES),
        arguments("{'a':'NaN'}", "a", GT, 0L, NO),
        arguments("{'a':'0x10'}", "a", GT, 0L, NO),
        arguments("{}", "a", GT, 5L, NO),
        arguments("{}", "a", LT, 5L, NO),
        arguments("{'a':[9]}", "a", GT, 5L, NO),
        // contains: part of a text, element of a list
        arguments("{'a':'Professional'}", "a", CONTAINS, "FESS", YES),
        arguments("{'a':'order 123'}", "a", CONTAINS, 123L, YES),
        arguments("{'a':'abc'}", "a", CONTAINS, "abcd", NO),
        arguments("{'a':['Red','blue']}", "a", CONTAINS, "red", YES),
        arguments("{'a':['reddish']}", "a", CONTAINS, "red", NO),
        arguments("{'a':[1,2]}", "a", CONTAINS, "2", YES),
        arguments("{'a':[null,true]}", "a", CONTAINS, "true", YES),
        arguments("{'a':[]}", "a", CONTAINS, "x", NO),
        arguments("{'a':123}", "a", CONTAINS, "2", NO),
        arguments("{'a':{'x':1}}", "a", CONTAINS, "x", NO),
        arguments("{}", "a", CONTAINS, "x", NO),
        arguments("{'a':'any'}", "a", CONTAINS, "", YES),
        arguments("{'a':'at 12.5 %'}", "a", CONTAINS, 12.5, YES),
        arguments("{'a':'id 12000000000'}", "a", CONTAINS, 1.2e10, YES),
        arguments("{'a':'it is TRUE'}", "a", CONTAINS, true, YES),
        arguments("{'a':true}", "a", CONTAINS, "true", NO),
        // eq: what spells no number is none
        arguments("{'a':1.0E10}", "a", EQ, "1.0E10", NO),
        arguments("{'a':1.0E10}", "a", EQ, "10000000000", YES),
        arguments("{'a':1}", "a", EQ, true, NO),
        arguments("{'a':'1'}", "a", EQ, true, NO),
        arguments("{'a':'yes'}", "a", EQ, true, NO),
        arguments("{'a':'FALSE'}", "a", EQ, false, YES),
        // starts_with, ends_with: text alone
        arguments("{'a':'Professional'}", "a", STARTS_WITH, "PRO", YES),
        arguments("{'a':'Professional'}", "a", STARTS_WITH, "fess", NO),
        arguments("{'a':'Professional'}", "a", ENDS_WITH, "NAL", YES),
        arguments("{'a':'Professional'}", "a", ENDS_WITH, "fess", NO),
        arguments("{'a':'al'}", "a", ENDS_WITH, "nal", NO),
        arguments("{'a':123}", "a", STARTS_WITH, "1", NO),
        arguments("{'a':['pro']}", "a", STARTS_WITH, "pro", NO),
        // in
        arguments("{'a':'Pro'}", "a", IN, List.of("free", "pro"), YES),
        arguments("{'a':'5'}", "a", IN, List.of("x", 5L), YES),
        arguments("{'a':true}", "a", IN, List.of("x", "True"), YES),
        arguments("{'a':'other'}", "a", IN, List.of("free", "pro"), NO),
        arguments("{'a':['pro']}", "a", IN, List.of("free", "pro"), NO),
        arguments("{'a':'other'}", "a", NOT_IN, List.of("free", "pro"), YES),
        // gte, lte, between: bounds count
        arguments("{'a':5}", "a", GTE, 5L, YES),
        arguments("{'a':4.99}", "a", GTE, 5L, NO),
        arguments("{'a':'5.0'}", "a", LTE, 5L, YES),
        arguments("{'a':5.01}", "a", LTE, 5L, NO),
        arguments("{'a':'high'}", "a", GTE, 5L, NO),
        arguments("{'a':2}", "a", BETWEEN, List.of(2L, 3L), YES),
        arguments("{'a':'3'}", "a", BETWEEN, List.of(2L, 3L), YES),
        arguments("{'a':2.5}", "a", BETWEEN, List.of(2L, 3L), YES),
        arguments("{'a':1.99}", "a", BETWEEN, List.of(2L, 3L), NO),
        arguments("{'a':3.01}", "a", BETWEEN, List.of(2L, 3L), NO),
        arguments("{'a':'two'}", "a", BETWEEN, List.of(2L, 3L), NO));
  }

  static Stream<Arguments> opposites() {
    return Stream.of(
        arguments(EQ, NEQ, "x"),
        arguments(EXISTS, NOT_EXISTS, null),
        arguments(CONTAINS, NOT_CONTAINS, "x"),
        arguments(IN, NOT_IN, List.of("x", 5L, true)));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("opposites")
  @DisplayName("journeys §2.3: what denies is the exact opposite, whatever is stored and wherever")
  void shouldDenyExactly(Operator operator, Operator denies, @Nullable Object value) {
    for (var stored :
        List.of(
            "{}",
            "{'a':'x'}",
            "{'a':'X'}",
            "{'a':'axe'}",
            "{'a':''}",
            "{'a':null}",
            "{'a':5}",
            "{'a':'5.0'}",
            "{'a':true}",
            "{'a':'TRUE'}",
            "{'a':[]}",
            "{'a':['x','y']}",
            "{'a':['y']}",
            "{'a':[null]}",
            "{'a':[['x']]}",
            "{'a':{'x':1}}",
            "{'a':{'b':'x'}}",
            "{'a':[{'b':'x'},{'b':'y'},{}]}")) {
      for (var field : List.of("a", "a.b", "a[0]", "a[1]", "a[]", "a[].b", "a[0].b", "b")) {
        var values = AttributesJson.parse(stored.replace('\'', '"'));
        var holds = EventFilter.matches(List.of(new AttributeTest(field, operator, value)), values);
        check(stored, field, denies, value, !holds);
      }
    }
  }

  static Stream<Arguments> missing() {
    var moments =
        List.<Moment>of(
            new Moment.At(Instant.EPOCH),
            new Moment.Date(LocalDate.EPOCH),
            new Moment.Relative(Duration.ofDays(1), true),
            new Moment.Relative(Duration.ofDays(1), false));
    var items = List.of(new AttributeTest("b", NOT_EXISTS, null));
    var rows =
        new ArrayList<>(
            List.of(
                arguments(EQ, "x", NO),
                arguments(NEQ, "x", YES),
                arguments(EXISTS, null, NO),
                arguments(NOT_EXISTS, null, YES),
                arguments(CONTAINS, "", NO),
                arguments(NOT_CONTAINS, "", YES),
                arguments(STARTS_WITH, "x", NO),
                arguments(ENDS_WITH, "x", NO),
                arguments(IN, List.of("x"), NO),
                arguments(NOT_IN, List.of("x"), YES),
                arguments(GT, -1L, NO),
                arguments(LT, 1L, NO),
                arguments(GTE, 0L, NO),
                arguments(LTE, 0L, NO),
                arguments(BETWEEN, List.of(-1L, 1L), NO),
                arguments(IS_TIMESTAMP, null, NO),
                arguments(ANNIVERSARY, null, NO),
                arguments(ANY_ITEM, items, NO)));
    for (var moment : moments) {
      rows.add(arguments(TS_BEFORE, moment, NO));
      rows.add(arguments(TS_AFTER, moment, NO));
    }
    assertThat(rows.stream().map(row -> row.get()[0]).distinct())
        .as("operators in the table")
        .containsExactlyInAnyOrder((Object[]) Operator.values());
    return rows.stream();
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @MethodSource("missing")
  @DisplayName("journeys §2.3, column \"attribute missing\": for every operator")
  void shouldAnswerWhenThereIsNoValue(Operator operator, @Nullable Object value, boolean holds) {
    for (var stored : List.of("{}", "{'a':null}", "{'A':'x','b':1}")) {
      for (var field : List.of("a", "a.b", "a[3]", "a[].b")) {
        check(stored, field, operator, value, holds);
      }
    }
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        // a letter for a letter, the same in every country
        arguments("İSTANBUL", "istanbul"),
        arguments("ISPARTA", "ısparta"),
        arguments("ılık", "ILIK"),
        arguments("STRAẞE", "straße"),
        arguments("ΣΊΣΥΦΟΣ", "σίσυφος"),
        arguments("ЁЖ", "ёж"),
        arguments("𐐀", "𐐨"),
        arguments("ÀÉÎ", "àéî"));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("cases")
  @DisplayName(
      "journeys §2.3: text is compared without regard to case, in whatever script and country")
  void shouldCompareWithoutRegardToCase(String one, String other) {
    var before = Locale.getDefault();
    try {
      for (var country : List.of("en-US", "tr-TR", "lt-LT", "az-AZ")) {
        Locale.setDefault(Locale.forLanguageTag(country));
        for (var pair : List.of(List.of(one, other), List.of(other, one), List.of(one, one))) {
          var stored =
              Map.of(
                  "a",
                  "in " + pair.getFirst(),
                  "b",
                  pair.getFirst(),
                  "l",
                  List.of(pair.getFirst()));
          var wanted = pair.getLast();
          assertThat(holds("b", EQ, wanted, stored)).as("eq in %s", country).isTrue();
          assertThat(holds("b", NEQ, wanted, stored)).as("neq in %s", country).isFalse();
          assertThat(holds("b", IN, List.of("?", wanted), stored)).as("in").isTrue();
          assertThat(holds("a", CONTAINS, wanted, stored)).as("contains").isTrue();
          assertThat(holds("l", CONTAINS, wanted, stored)).as("contains, list").isTrue();
          assertThat(holds("a", ENDS_WITH, wanted, stored)).as("ends_with").isTrue();
          assertThat(holds("b", STARTS_WITH, wanted, stored)).as("starts_with").isTrue();
        }
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void shouldNotTakeOneLetterForTwo() {
    var stored = Map.of("a", "straße", "b", "ﬁn");

    assertThat(holds("a", EQ, "STRASSE", stored)).isFalse();
    assertThat(holds("a", CONTAINS, "ss", stored)).isFalse();
    assertThat(holds("b", STARTS_WITH, "fi", stored)).isFalse();
  }

  private static boolean holds(
      String field, Operator operator, Object value, Map<String, ?> stored) {
    return EventFilter.matches(List.of(new AttributeTest(field, operator, value)), stored);
  }

  private static final Instant NOW = Instant.ofEpochSecond(1_767_225_600);

  static Stream<Arguments> timestamps() {
    return Stream.of(
        arguments("0", YES),
        arguments("1767225600", YES),
        arguments("9999999999", YES),
        arguments("'1767225600'", YES),
        arguments("1767225600.0", YES),
        arguments("1.7672256e9", YES),
        // in the future
        arguments("4102444800", YES),
        // milliseconds
        arguments("1767225600000", NO),
        arguments("'1767225600000'", NO),
        arguments("10000000000", NO),
        // negative
        arguments("-1", NO),
        arguments("'-1767225600'", NO),
        // fractions
        arguments("1767225600.5", NO),
        arguments("'1767225600.5'", NO),
        arguments("'1767225600.0'", NO),
        // texts of a date
        arguments("'2026-01-01T00:00:00Z'", NO),
        arguments("'2026-01-01'", NO),
        arguments("'Thu, 01 Jan 2026 00:00:00 GMT'", NO),
        arguments("'Thu, 01 Jan 2026 00:00:00 +0000'", NO),
        // what only looks like a number
        arguments("' 1767225600'", NO),
        arguments("'+1767225600'", NO),
        arguments("'1,767,225,600'", NO),
        arguments("'1e9'", NO),
        arguments("'١٧٦٧'", NO),
        arguments("''", NO),
        arguments("'now'", NO),
        // other kinds
        arguments("true", NO),
        arguments("[1767225600]", NO),
        arguments("{'at':1767225600}", NO),
        arguments("null", NO));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("timestamps")
  @DisplayName("S-30: only Unix seconds are timestamps, for every operator that wants one")
  void shouldKnowTimestamps(String stored, boolean isOne) {
    var attributes = AttributesJson.parse("{'a':%s}".formatted(stored).replace('\'', '"'));
    var someone = Someone.with(attributes).at(NOW);
    var always =
        List.of(
            new AttributeTest("a", IS_TIMESTAMP, null),
            new AttributeTest("a", TS_AFTER, new Moment.At(Instant.ofEpochSecond(-1))),
            new AttributeTest(
                "a", TS_BEFORE, new Moment.At(Instant.ofEpochSecond(10_000_000_000L))),
            new AttributeTest("a", TS_BEFORE, new Moment.Relative(Duration.ofDays(100_000), false)),
            new AttributeTest("a", TS_AFTER, new Moment.Relative(Duration.ofDays(100_000), true)));
    for (var test : always) {
      assertThat(compiled(test, ZoneOffset.UTC).matches(someone)).as("%s", test).isEqualTo(isOne);
    }
    if (!isOne) {
      var anniversary = compiled(new AttributeTest("a", ANNIVERSARY, null), ZoneOffset.UTC);
      assertThat(anniversary.matches(someone)).isFalse();
      assertThat(anniversary.nextChange(someone)).isEmpty();
    }
  }

  static Stream<Arguments> moments() {
    var day = Duration.ofDays(1);
    return Stream.of(
        // v − now in seconds, operator, moment: strictly
        arguments(-1L, TS_BEFORE, new Moment.At(NOW), YES),
        arguments(0L, TS_BEFORE, new Moment.At(NOW), NO),
        arguments(0L, TS_AFTER, new Moment.At(NOW), NO),
        arguments(1L, TS_AFTER, new Moment.At(NOW), YES),
        // S-31, in its order
        arguments(86_399L, TS_BEFORE, new Moment.Relative(day, false), YES),
        arguments(86_400L, TS_BEFORE, new Moment.Relative(day, false), NO),
        arguments(-86_401L, TS_BEFORE, new Moment.Relative(day, true), YES),
        arguments(-86_400L, TS_BEFORE, new Moment.Relative(day, true), NO),
        arguments(86_401L, TS_AFTER, new Moment.Relative(day, false), YES),
        arguments(86_400L, TS_AFTER, new Moment.Relative(day, false), NO),
        arguments(-86_399L, TS_AFTER, new Moment.Relative(day, true), YES),
        arguments(-86_400L, TS_AFTER, new Moment.Relative(day, true), NO));
  }

  @ParameterizedTest(name = "v = now {0} s, {1} {2}: {3}")
  @MethodSource("moments")
  @DisplayName("S-31")
  void shouldCompareWithMoments(long ahead, Operator operator, Moment moment, boolean holds) {
    var someone = Someone.with(Map.of("a", NOW.getEpochSecond() + ahead)).at(NOW);

    assertThat(compiled(new AttributeTest("a", operator, moment), ZoneOffset.UTC).matches(someone))
        .isEqualTo(holds);
  }

  @Test
  @DisplayName("journeys §2.3: a bare date is 00:00 in the workspace's zone, in events too")
  void shouldPlaceDaysInTheZone() {
    // given midnight of New Year in Tokyo, nine hours before that of Greenwich
    var midnight = Instant.parse("2025-12-31T15:00:00Z").getEpochSecond();
    var date = new Moment.Date(LocalDate.parse("2026-01-01"));
    var before = new AttributeTest("a", TS_BEFORE, date);
    var after = new AttributeTest("a", TS_AFTER, date);
    var tokyo = ZoneId.of("Asia/Tokyo");

    for (var seconds : List.of(midnight - 1, midnight, midnight + 1)) {
      var data = Map.of("a", seconds);
      var someone = Someone.with(data);
      assertThat(compiled(before, tokyo).matches(someone)).isEqualTo(seconds < midnight);
      assertThat(compiled(after, tokyo).matches(someone)).isEqualTo(seconds > midnight);
      assertThat(compiled(before, ZoneOffset.UTC).matches(someone)).isTrue();
      assertThat(EventFilter.matches(List.of(before), data, tokyo)).isEqualTo(seconds < midnight);
      assertThat(EventFilter.matches(AttributeTest.in(tokyo, List.of(after)), data))
          .isEqualTo(seconds > midnight);
      var items = Map.of("l", List.of(Map.of("a", seconds)));
      var item = new AttributeTest("l", ANY_ITEM, List.of(before));
      assertThat(EventFilter.matches(AttributeTest.in(tokyo, List.of(item)), items))
          .isEqualTo(seconds < midnight);
    }
  }

  static Stream<Arguments> anniversaries() {
    return Stream.of(
        arguments("2000-06-15T12:00:00Z", "2026-06-15T00:00:00Z", "UTC", YES),
        arguments("2000-06-15T12:00:00Z", "2026-06-15T23:59:59.999Z", "UTC", YES),
        arguments("2000-06-15T12:00:00Z", "2026-06-16T00:00:00Z", "UTC", NO),
        arguments("2000-06-15T12:00:00Z", "2026-06-14T23:59:59Z", "UTC", NO),
        // the day itself, and one that is still to come
        arguments("2026-06-15T12:00:00Z", "2026-06-15T01:00:00Z", "UTC", YES),
        arguments("2030-06-15T12:00:00Z", "2026-06-15T01:00:00Z", "UTC", YES),
        // both days are those of the zone
        arguments("2000-06-14T23:00:00Z", "2026-06-14T22:00:00Z", "Europe/Berlin", YES),
        arguments("2000-06-14T23:00:00Z", "2026-06-14T21:59:59Z", "Europe/Berlin", NO),
        arguments("2000-06-15T03:00:00Z", "2026-06-15T02:00:00Z", "America/New_York", YES),
        arguments("2000-06-15T03:00:00Z", "2026-06-15T04:00:00Z", "America/New_York", NO),
        // 29 February is kept on the 28th in common years
        arguments("2000-02-29T12:00:00Z", "2026-02-28T12:00:00Z", "UTC", YES),
        arguments("2000-02-29T12:00:00Z", "2026-03-01T12:00:00Z", "UTC", NO),
        arguments("2000-02-29T12:00:00Z", "2028-02-28T12:00:00Z", "UTC", NO),
        arguments("2000-02-29T12:00:00Z", "2028-02-29T12:00:00Z", "UTC", YES),
        arguments("2000-02-29T12:00:00Z", "2100-02-28T12:00:00Z", "UTC", YES),
        arguments("2001-02-28T12:00:00Z", "2028-02-28T12:00:00Z", "UTC", YES),
        arguments("2001-02-28T12:00:00Z", "2028-02-29T12:00:00Z", "UTC", NO));
  }

  @ParameterizedTest(name = "of {0} at {1} in {2}: {3}")
  @MethodSource("anniversaries")
  @DisplayName("journeys §2.3: anniversary")
  void shouldKnowAnniversaries(String of, String at, String zone, boolean holds) {
    var someone =
        Someone.with(Map.of("a", Instant.parse(of).getEpochSecond())).at(Instant.parse(at));

    assertThat(
            compiled(new AttributeTest("a", ANNIVERSARY, null), ZoneId.of(zone)).matches(someone))
        .isEqualTo(holds);
  }

  private static CompiledCondition compiled(AttributeTest test, ZoneId zone) {
    return CompiledCondition.compile(
        new Condition.Attribute(test), new Terms(_ -> 0, zone, TestTerms.SUBSCRIBED));
  }

  static Stream<Arguments> items() {
    var red = new AttributeTest("colour", EQ, "red");
    var dear = new AttributeTest("price", GT, 10L);
    var untagged = new AttributeTest("tags", NOT_EXISTS, null);
    var small = new AttributeTest("sizes", ANY_ITEM, List.of(new AttributeTest("name", EQ, "s")));
    var list = "{'l':[{'colour':'red','price':5},{'colour':'blue','price':15}]}";
    return Stream.of(
        arguments(list, "l", List.of(red), YES),
        arguments(list, "l", List.of(dear), YES),
        arguments(list, "l", List.of(red, dear), NO),
        arguments("{'l':[{},{'colour':'RED','price':'10.5'}]}", "l", List.of(red, dear), YES),
        // paths to the list, and within an item
        arguments("{'a':{'l':[{'colour':'red'}]}}", "a.l", List.of(red), YES),
        arguments("{'a':[{'l':[{'colour':'red'}]}]}", "a[0].l", List.of(red), YES),
        arguments("{'a':[{'l':[]},{'l':[{'colour':'red'}]}]}", "a[].l", List.of(red), YES),
        arguments(
            "{'l':[{'p':{'v':[1,2]}}]}", "l", List.of(new AttributeTest("p.v[1]", EQ, 2L)), YES),
        arguments(
            "{'l':[{'p':{'v':[1,2]}}]}", "l", List.of(new AttributeTest("p.v[]", EQ, 2L)), YES),
        arguments("{'l':[{'a.b':1}]}", "l", List.of(new AttributeTest("a.b", EQ, 1L)), YES),
        // an item within an item
        arguments("{'l':[{'sizes':[{'name':'S'}]},{'colour':'red'}]}", "l", List.of(small), YES),
        arguments(
            "{'l':[{'sizes':[{'name':'S'}]},{'colour':'red'}]}", "l", List.of(small, red), NO),
        arguments("{'l':[{'sizes':[{'name':'S'}],'colour':'red'}]}", "l", List.of(small, red), YES),
        // what is not there, in an item that is
        arguments("{'l':[{'tags':['x']}]}", "l", List.of(untagged), NO),
        arguments("{'l':[{'tags':['x']},{}]}", "l", List.of(untagged), YES),
        // no list, no item, items that are no objects
        arguments("{}", "l", List.of(untagged), NO),
        arguments("{'l':[]}", "l", List.of(untagged), NO),
        arguments("{'l':{'colour':'red'}}", "l", List.of(red), NO),
        arguments("{'l':'red'}", "l", List.of(red), NO),
        arguments("{'l':['red',null,[{'colour':'red'}]]}", "l", List.of(red), NO));
  }

  @ParameterizedTest(name = "{0} {1} any_item {2}: {3}")
  @MethodSource("items")
  @DisplayName("S-36: one item fulfils all of it")
  void shouldWantOneItemForAll(
      String stored, String field, List<AttributeTest> where, boolean holds) {
    check(stored, field, ANY_ITEM, where, holds);
  }

  @Test
  @DisplayName("S-36: separate conditions may be fulfilled by different items")
  void shouldLetDifferentItemsFulfilDifferentConditions() {
    var cart =
        AttributesJson.parse(
            "{\"l\":[{\"colour\":\"red\",\"price\":5},{\"colour\":\"blue\",\"price\":15}]}");
    var red = new AttributeTest("l[].colour", EQ, "red");
    var dear = new AttributeTest("l[].price", GT, 10L);

    assertThat(EventFilter.matches(List.of(red, dear), cart)).isTrue();
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}: {4}")
  @MethodSource("rows")
  @DisplayName("journeys §2.3, S-22")
  void shouldCompareAsTheContractSays(
      String stored, String field, Operator operator, @Nullable Object value, boolean holds) {
    check(stored, field, operator, value, holds);
  }

  static Stream<Arguments> paths() {
    return Stream.of(
        arguments("{'a':{'b':{'c':1}}}", "a.b.c", EQ, 1L, YES),
        arguments("{'a':{'b':1}}", "a.b.c", EXISTS, null, NO),
        arguments("{'a':'text'}", "a.b", EXISTS, null, NO),
        arguments("{'a':'text'}", "a.b", NEQ, "x", YES),
        arguments("{'l':['x','y']}", "l[1]", EQ, "y", YES),
        arguments("{'l':['x','y']}", "l[2]", EXISTS, null, NO),
        arguments("{'l':['x','y']}", "l[99999999999]", EXISTS, null, NO),
        arguments("{'l':[['x','y']]}", "l[0][1]", EQ, "y", YES),
        // any item
        arguments("{'l':[1,2,3]}", "l[]", GT, 2L, YES),
        arguments("{'l':[1,2,3]}", "l[]", GT, 3L, NO),
        arguments("{'l':[{'price':5},{'price':15}]}", "l[].price", GT, 10L, YES),
        arguments("{'l':[{'price':5},{}]}", "l[].price", GT, 10L, NO),
        arguments("{'l':[{'tags':['a']},{'tags':['b','c']}]}", "l[].tags[]", EQ, "c", YES),
        arguments("{'l':[]}", "l[]", EXISTS, null, NO),
        arguments("{'l':['']}", "l[]", EXISTS, null, NO),
        arguments("{'l':{'x':1}}", "l[]", EXISTS, null, NO),
        // neq stays the opposite of eq: no item equals
        arguments("{'l':['x','y']}", "l[]", NEQ, "x", NO),
        arguments("{'l':['x','y']}", "l[]", NEQ, "z", YES),
        arguments("{}", "l[].price", NEQ, 5L, YES),
        // a top-level name that looks like a path wins
        arguments("{'a.b':1,'a':{'b':2}}", "a.b", EQ, 1L, YES),
        arguments("{'a.b':1,'a':{'b':2}}", "a.b", EQ, 2L, NO),
        arguments("{'l[0]':'name','l':['item']}", "l[0]", EQ, "name", YES),
        arguments("{'a.b':'name'}", "a.b", CONTAINS, "am", YES),
        // odd names
        arguments("{'a':{'':1}}", "a.", EQ, 1L, YES),
        arguments("{'a[x]':1}", "a[x]", EQ, 1L, YES),
        arguments("{'o':{'a[x':1}}", "o.a[x", EQ, 1L, YES),
        arguments("{'a':1}", "]", EXISTS, null, NO),
        arguments("{'a':1}", "[", EXISTS, null, NO),
        arguments("{'a':1}", ".", EXISTS, null, NO),
        arguments("{'a':1}", "[]", EXISTS, null, NO),
        arguments("{'a':1}", "", EXISTS, null, NO));
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}: {4}")
  @MethodSource("paths")
  @DisplayName("S-35")
  void shouldFollowPaths(
      String stored, String field, Operator operator, @Nullable Object value, boolean holds) {
    check(stored, field, operator, value, holds);
  }

  /** The same answer from a person's attributes and from an event's data. */
  private static void check(
      String stored, String field, Operator operator, @Nullable Object value, boolean holds) {
    var values = AttributesJson.parse(stored.replace('\'', '"'));
    var test = new AttributeTest(field, operator, value);
    var condition =
        CompiledCondition.compile(
            new Condition.Attribute(test),
            TestTerms.with(spec -> {
              throw new AssertionError("an attribute asked for the counter " + spec);
            }));
    assertThat(condition.matches(Someone.with(values))).isEqualTo(holds);
    assertThat(EventFilter.matches(List.of(test), values)).isEqualTo(holds);
    assertThat(condition.nextChange(Someone.with(values))).isEmpty();
  }

  static Stream<Arguments> read() {
    return Stream.of(
        arguments("{'a':5}", "a", 5L),
        arguments("{'a':{'b':[1,{'c':true}]}}", "a.b[1].c", true),
        arguments("{'a':{'b':1}}", "a", Map.of("b", 1L)),
        arguments("{'a':[1,2]}", "a", List.of(1L, 2L)),
        arguments("{'a':[1,2,null]}", "a[]", List.of(1L, 2L)),
        arguments("{'a':[{'b':[1]},{},{'b':[2,3]}]}", "a[].b[]", List.of(1L, 2L, 3L)),
        arguments("{'a':[]}", "a[]", List.of()),
        arguments("{'a[]':7,'a':[1]}", "a[]", 7L),
        arguments("{}", "a[].b", List.of()),
        arguments("{}", "a", null),
        arguments("{'a':1}", "a.b", null));
  }

  @ParameterizedTest(name = "{1} of {0} is {2}")
  @MethodSource("read")
  @DisplayName("I7: an explanation shows the value a test reads")
  void shouldTellWhatIsRead(String stored, String field, @Nullable Object value) {
    var values = AttributesJson.parse(stored.replace('\'', '"'));
    assertThat(ValueTests.read(field, values::get)).isEqualTo(value);
  }

  @ParameterizedTest(name = "{0} reads {1}")
  @MethodSource("roots")
  @DisplayName("journeys §2.7: a change of any attribute a field may read wakes the condition")
  void shouldBeWokenByNameAndByRoot(String field, List<String> names) {
    var test = new Condition.Attribute(new AttributeTest(field, EXISTS, null));
    assertThat(CompiledCondition.compile(test, TestTerms.with(_ -> 0)).wakes().attributes())
        .containsExactlyInAnyOrderElementsOf(names);
  }

  static Stream<Arguments> roots() {
    return Stream.of(
        arguments("plan", List.of("plan")),
        arguments("a.b.c", List.of("a.b.c", "a")),
        arguments("list[0]", List.of("list[0]", "list")),
        arguments("list[].price", List.of("list[].price", "list")),
        arguments("a[x]", List.of("a[x]")));
  }

  @Test
  void shouldHoldOnlyWhenAllTestsHoldOnTheSameEvent() {
    var data = AttributesJson.parse("{\"total\":70,\"currency\":\"EUR\"}");
    var dear = new AttributeTest("total", GT, 50L);
    var euro = new AttributeTest("currency", EQ, "eur");
    var dollar = new AttributeTest("currency", EQ, "usd");

    assertThat(EventFilter.matches(List.of(), data)).isTrue();
    assertThat(EventFilter.matches(List.of(dear, euro), data)).isTrue();
    assertThat(EventFilter.matches(List.of(dear, dollar), data)).isFalse();
  }
}
