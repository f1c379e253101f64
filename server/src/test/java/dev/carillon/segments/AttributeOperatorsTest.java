package dev.carillon.segments;

import static dev.carillon.segments.AttributeTest.Operator.CONTAINS;
import static dev.carillon.segments.AttributeTest.Operator.EQ;
import static dev.carillon.segments.AttributeTest.Operator.EXISTS;
import static dev.carillon.segments.AttributeTest.Operator.GT;
import static dev.carillon.segments.AttributeTest.Operator.LT;
import static dev.carillon.segments.AttributeTest.Operator.NEQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.carillon.people.AttributesJson;
import dev.carillon.segments.AttributeTest.Operator;
import java.util.List;
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
        arguments("{}", "a", CONTAINS, "x", NO));
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
