package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.AttributesJson;
import dev.carillon.segments.AttributeTest.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("journeys §2.3: attribute operators")
class ValuesTest {
  private static final String PERSON =
      """
      {"plan":"Pro","n":5,"text5":"5.0","half":2.5,"yes":true,"yesText":"TRUE","empty":"","big":9007199254740993,
       "dotted.name":"d","a":{"b":{"c":7}},"tags":["Red",3,true],"list":[{"price":5,"sku":"x"},{"price":20,"sku":"y"}],
       "none":[],"word":"1e3"}
      """;

  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource({
    "plan,EQ,'\"pro\"',true",
    "plan,EQ,'\"basic\"',false",
    "n,EQ,5,true",
    "n,EQ,5.0,true",
    "n,EQ,'\"5\"',true",
    "text5,EQ,5,true",
    "half,EQ,'\"2.50\"',true",
    "yes,EQ,'\"true\"',true",
    "yesText,EQ,true,true",
    "yes,EQ,1,false",
    "big,EQ,9007199254740993,true",
    "big,EQ,9007199254740992,false",
    "word,EQ,1000,false",
    "missing,EQ,5,false",
    "dotted.name,EQ,'\"d\"',true",
    "a.b.c,EQ,7,true",
    "a.b.x,EQ,7,false",
    "list[0].sku,EQ,'\"x\"',true",
    "list[2].sku,EQ,'\"x\"',false",
    "list[].sku,EQ,'\"y\"',true",
    "list[].sku,EQ,'\"z\"',false",
    "tags[],EQ,'\"red\"',true",
    "plan,NEQ,'\"pro\"',false",
    "plan,NEQ,'\"basic\"',true",
    "missing,NEQ,5,true",
    "list[].sku,NEQ,'\"x\"',false",
    "list[].sku,NEQ,'\"z\"',true",
    "a.b.x,NEQ,7,true",
    "plan,EXISTS,,true",
    "empty,EXISTS,,false",
    "missing,EXISTS,,false",
    "a.b.c,EXISTS,,true",
    "a.x,EXISTS,,false",
    "none[],EXISTS,,false",
    "list[].price,EXISTS,,true",
    "n,GT,4,true",
    "n,GT,5,false",
    "n,LT,5.5,true",
    "text5,LT,'\"6\"',true",
    "plan,GT,1,false",
    "plan,LT,1,false",
    "yes,GT,0,false",
    "missing,LT,1,false",
    "list[].price,GT,10,true",
    "list[].price,GT,20,false",
    "list[0].price,LT,6,true",
    "plan,CONTAINS,'\"RO\"',true",
    "plan,CONTAINS,'\"x\"',false",
    "tags,CONTAINS,'\"red\"',true",
    "tags,CONTAINS,3,true",
    "tags,CONTAINS,'\"re\"',false",
    "n,CONTAINS,5,false",
    "missing,CONTAINS,'\"a\"',false",
    "list[].sku,CONTAINS,'\"Y\"',true",
  })
  void shouldCompare(String field, Operator operator, @Nullable String value, boolean holds) {
    var wanted = value == null ? null : AttributesJson.parse("{\"v\":" + value + "}").get("v");
    var person = AttributesJson.parse(PERSON);

    assertThat(Values.holds(new AttributeTest(field, operator, wanted), person::get)).isEqualTo(holds);
    assertThat(EventFilter.matches(List.of(new AttributeTest(field, operator, wanted)), person))
        .isEqualTo(holds);
  }
}
