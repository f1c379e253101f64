package dev.carillon.liquid;

import static dev.carillon.liquid.Liquid.failure;
import static dev.carillon.liquid.Liquid.render;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("journeys §7.5: filters beyond the standard set")
class FilterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{{ 1234.5 | currency }}~$1,234.50",
        "{{ 1234.5 | currency: 'USD', 'en' }}~$1,234.50",
        "{{ '1234.5' | currency: 'EUR', 'de' }}~1.234,50\u00a0€",
        "{{ 10 | currency: 'en-us' }}~$10.00",
        "{{ 10 | currency: 'JPY' }}~¥10",
        "{{ 'free' | currency }}~free",
        "{{ 1234.5 | rounded_currency }}~$1,235",
        "{{ 1234567.891 | format_number }}~1,234,567.891",
        "{{ 1234567.891 | format_number: 'de' }}~1.234.567,891",
        "{{ 'abc' | md5 }}~900150983cd24fb0d6963f7d28e17f72",
        "{{ 'abc' | sha1 }}~a9993e364706816aba3e25717850c26c9cd0d89d",
        "{{ 'abc' | sha512 | slice: 0, 12 }}~ddaf35a19361",
        "{{ 'abc' | hmac_sha256: 'k' | slice: 0, 16 }}~342e519ce0ad6c03",
        "{{ 'abc' | hmac_md5: '' }}~dd2701993d29fdd0b032c233cec63403",
        "{{ 'a b&c/d?e' | cgi_escape }}~a+b%26c%2Fd%3Fe",
        "{{ 'a b&c/d?e' | uri_escape }}~a%20b&c/d?e",
        "{{ \"john SMITH o'brien\" | titlecase }}~John Smith O'brien",
        "{{ 'coyote_time now' | camelize }}~CoyoteTimeNow",
        "{{ 'person' | pluralize }}~people",
        "{{ 'City' | pluralize }}~Cities",
        "{{ 1 | pluralize: 'item', 'items' }}~item",
        "{{ 3 | pluralize: 'box' }}~boxes",
        "{{ ' Hello, World!  ' | slugify }}~hello-world",
        "{{ 'a' | to_json }}~\"a\"",
        "{{ '{\"a\":[1,2.50,true,null,\"x\\u00e9\"]}' | parse_json | to_json }}~{\"a\":[1,2.5,true,null,\"xé\"]}",
        "{{ '{\"a\":' | parse_json | default: 'bad' }}~bad",
        "{{ '[1,]' | parse_json | default: 'bad' }}~bad",
      })
  void shouldFormatAndEncode(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{{ 'now' | date: '%Y-%m-%dT%H:%M:%S%:z' }}~2026-02-03T04:05:06+00:00",
        "{{ 'today' | date: '%s' }}~1770091506",
        "{{ '1700000000' | date: '%c' }}~Tue Nov 14 22:13:20 2023",
        "{{ 1700000000 | date: '%A %-d %B %Y, %l:%M %P (week %V, day %j)' }}"
            + "~Tuesday 14 November 2023, 10:13 pm (week 46, day 318)",
        "{{ 1700000000.25 | date: '%S.%L' }}~20.250",
        "{{ 1700000000 | date: '%^a %_m %05d %p %#p %q %' }}~TUE 11 00014 PM pm %q %",
        "{{ '2024-02-29T23:30:00+02:00' | date: '%F %T %z' }}~2024-02-29 23:30:00 +0200",
        "{{ 'Mon, 14 Mar 2016 10:00:00 GMT' | date: '%F %R' }}~2016-03-14 10:00",
        "{{ '3rd of May 2021 at 5:07 pm' | date: '%F %R' }}~2021-05-03 17:07",
        "{{ 'May 3' | date: '%F' }}~2026-05-03",
        "{{ '14-Mar-2016' | date: '%F' }}~2016-03-14",
        "{{ '2016/03/14 10pm' | date: '%F %H' }}~2016-03-14 22",
        "{{ 'soon' | date: '%F' }}~soon",
        "{{ '2024-02-31' | date: '%F' }}~2024-02-31",
        "{{ '03/04/2024' | date: '%F' }}~03/04/2024",
        "{{ 1700000000 | timezone: 'Asia/Tokyo' | date: '%Z %z' }}~JST +0900",
        "{{ 1700000000 | timezone: 'Asia/Tokyo' }}~2023-11-15 07:13:20 +0900",
        "{{ 1706659200 | add_month: 1 | date: '%F' }}~2024-02-29",
        "{{ '2024-01-31' | add_month: 1 | date: '%F' }}~2024-02-29",
        "{{ '2024-02-29' | add_year: 1 | date: '%F' }}~2025-02-28",
        "{{ 1700000000 | add_day: 1 }}~1700086400",
        "{{ 1700000000 | subtract_week: 2 }}~1698790400",
        "{{ 1700000000 | add_hour: '3' }}~1700010800",
        "{{ 'now' | subtract_day: 3 | date: '%F' }}~2026-01-31",
        "{{ 'soon' | add_day: 1 }}~soon",
      })
  void shouldReadShiftAndFormatTimes(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @Test
  void shouldKeepTheClockOfAZoneOverDaylightSaving() {
    assertThat(
            render(
                "{{ '2024-03-30T12:00:00Z' | timezone: 'Europe/Berlin' | add_day: 1"
                    + " | date: '%F %R %Z' }}"))
        .isEqualTo("2024-03-31 13:00 CEST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ l | where_exp: 'i', 'i.n > 1 and i.k == \"b\"' | map: 'n' | join }}~2",
        "{{ l | reject_exp: 'i', 'i.n > 1' | map: 'n' | join }}~1",
        "{% assign g = l | group_by: 'k' %}{% for x in g %}{{ x.name }}={{ x.size }} {% endfor %}"
            + "~a=1 b=2 ",
        "{{ l | where: 'nothing' | size }}~0",
        "{{ l | sum: 'n' }}~6",
        "{{ l | find: 'k', 'b' | to_json }}~{\"n\":2,\"k\":\"b\"}",
      })
  void shouldSelectAndGroup(String template, String expected) {
    // given
    var rows = "[{\"n\":1,\"k\":\"a\"},{\"n\":2,\"k\":\"b\"},{\"n\":3,\"k\":\"b\"}]";
    String given = "{% assign l = rows | parse_json %}";

    // then
    assertThat(render(given + template, Map.of("rows", rows)).strip()).startsWith(expected.strip());
  }

  @Test
  @DisplayName("sample and shuffle repeat for one delivery")
  void shouldDrawTheSameForTheSameSeed() {
    // given
    var template =
        Template.parse(
            "{% random 1000000 %} {{ (1..50) | shuffle | join }} {{ (1..99) | sample }}");

    // when
    String once = template.render(Map.of(), Liquid.STRICT.withSeed(7));
    String again = template.render(Map.of(), Liquid.STRICT.withSeed(7));
    String other = template.render(Map.of(), Liquid.STRICT.withSeed(8));

    // then
    assertThat(again).isEqualTo(once);
    assertThat(other).isNotEqualTo(once);
    assertThat(render("{{ (1..5) | sample: 3 | uniq | size }}{% random 1 %}")).isEqualTo("30");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 1 | timezone: 'Mars/Olympus' }}",
        "{{ 1 | currency: 'ABC' }}",
        "{{ 1 | divided_by: 0 }}",
        "{{ 1.5 | modulo: 0.0 }}",
        "{{ '***' | base64_decode }}",
        "{{ '%FF' | url_decode }}",
        "{{ 'a' | truncate: 'x' }}",
        "{{ 1 | add_day: 'x' }}",
        "{% if 'a' > 1 %}{% endif %}",
        "{{ 'x' | where_exp: 'i', 'i >' }}",
      })
  void shouldFailWithAReason(String template) {
    assertThat(failure(template).reason()).isEqualTo(Reason.BAD_ARGUMENT);
    assertThat(failure(template)).message().isNotBlank();
  }

  @Test
  void shouldCalculateExactly() {
    // given
    var data =
        Map.of(
            "price",
            new BigDecimal("19.90"),
            "big",
            new BigInteger("123456789012345678901234567890"),
            "count",
            3,
            "share",
            0.1,
            "f",
            1.1f);

    // then
    assertThat(render("{{ price | times: count }}", data)).isEqualTo("59.7");
    assertThat(render("{{ share | plus: 0.2 }}", data)).isEqualTo("0.3");
    assertThat(render("{{ big | plus: 1 }}", data)).isEqualTo("123456789012345678901234567891");
    assertThat(render("{{ 9223372036854775807 | plus: 1 | minus: 1 }}"))
        .isEqualTo("9223372036854775807");
    assertThat(render("{{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }}")).isEqualTo("-4 2");
    assertThat(render("{{ f }} {{ share }} {{ 1e5 }}".replace("1e5", "100000.0"), data))
        .isEqualTo("1.1 0.1 100000.0");
    assertThat(render("{{ 1555 | round: -2 }} {{ 2.5 | round }} {{ 2.345 | round: 2 }}"))
        .isEqualTo("1600 3 2.35");
  }

  @Test
  void shouldPrintNestedData() {
    var data = Map.of("list", List.of(1, List.of("a", true)), "map", Map.of("k", List.of("v")));
    assertThat(render("{{ list }} {{ map }} {{ map | json }}", data))
        .isEqualTo("1atrue {\"k\"=>[\"v\"]} {\"k\":[\"v\"]}");
  }

  @Test
  void shouldFormatParagraphs() {
    assertThat(render("{{ t | simple_format }}", Map.of("t", "a\nb\n\n\nc")))
        .isEqualTo("<p>a<br />\nb</p>\n\n<p>c</p>");
  }
}
