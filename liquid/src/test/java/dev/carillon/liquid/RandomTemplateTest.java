package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Whatever the template and the data: text, a refusal or a reasoned failure, and soon")
class RandomTemplateTest {
  private static final List<String> PIECES =
      List.of(
          "{{",
          "}}",
          "{%",
          "%}",
          "{%-",
          "-%}",
          " ",
          "\n",
          "a",
          "b.c",
          "'x'",
          "\"y\"",
          "1",
          "-2.5",
          "(1..3)",
          "(",
          ")",
          "..",
          "[",
          "]",
          "|",
          ":",
          ",",
          ".",
          "==",
          "<",
          "contains",
          "and",
          "or",
          "if",
          "endif",
          "unless",
          "endunless",
          "else",
          "elsif",
          "case",
          "when",
          "endcase",
          "for",
          "in",
          "endfor",
          "limit:",
          "offset: continue",
          "reversed",
          "break",
          "continue",
          "assign",
          "capture",
          "endcapture",
          "increment",
          "cycle",
          "tablerow",
          "endtablerow",
          "comment",
          "endcomment",
          "raw",
          "endraw",
          "liquid",
          "echo",
          "#",
          "upcase",
          "split: ''",
          "join",
          "=",
          "where: 'c', 1",
          "map: 'c'",
          "first",
          "blank",
          "nil",
          "😀",
          "\uD83D",
          "{{ a }}",
          "{% if a %}",
          "{% endif %}",
          "{% for i in a %}",
          "{% endfor %}",
          "{% assign a = ");

  private static final List<@Nullable Object> VALUES = values();

  private static List<@Nullable Object> values() {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("c", 1);
    map.put("none", null);
    return Arrays.asList(
        null,
        true,
        false,
        "",
        " ",
        "text",
        "12",
        "-3.75",
        "now",
        "2024-02-29",
        "<b>&amp;</b>",
        "{\"a\":[1]}",
        "a,b,,c",
        "\uD83D\uDE00 \uDE00",
        0,
        7L,
        -1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1.5,
        -0.0,
        1e300,
        1e-300,
        new BigInteger("9".repeat(400)),
        new BigDecimal("1E+900"),
        List.of(),
        List.of(3, 1, 2),
        Arrays.asList("b", null, "A"),
        List.of(List.of(1), map),
        map,
        Map.of(),
        new LiquidRange(1, 3),
        new LiquidRange(5, 1),
        new LiquidRange(0, Long.MAX_VALUE),
        Special.EMPTY,
        Special.BLANK,
        Liquid.NOW,
        Liquid.NOW.atZone(java.time.ZoneOffset.UTC),
        'c');
  }

  @Test
  void shouldEndureRandomTemplates() {
    // given
    var random = new Random(20_260_203);
    long started = System.nanoTime();
    int rendered = 0;

    // when
    for (int round = 0; round < 30_000; round++) {
      var template = new StringBuilder();
      for (int i = random.nextInt(1, 25); i > 0; i--) {
        template
            .append(PIECES.get(random.nextInt(PIECES.size())))
            .append(random.nextBoolean() ? " " : "");
      }
      rendered += endures(template.toString(), Map.of("a", List.of(1, "x"), "b", Map.of("c", 2)));
    }

    // then
    assertThat(rendered).isGreaterThan(1_000);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void shouldEndureEveryFilterWithEveryValue() {
    // given
    var names = new ArrayList<>(StandardFilters.all().keySet());
    names.sort(null);
    int rendered = 0;

    // when
    for (String name : names) {
      for (Object input : VALUES) {
        rendered += endures("{{ v | " + name + " }}", data(input, null));
        for (Object argument : VALUES) {
          rendered += endures("{{ v | " + name + ": w }}", data(input, argument));
          rendered += endures("{{ v | " + name + ": w, w }}", data(input, argument));
        }
      }
    }

    // then
    assertThat(rendered).isGreaterThan(10_000);
  }

  @Test
  void shouldEndureEveryTagWithEveryValue() {
    for (Object one : VALUES) {
      for (Object two : VALUES) {
        endures(
            "{% if v == w or v contains w or v == blank %}{% endif %}{% case v %}{% when w %}"
                + "{% endcase %}{{ v[w] }}{{ v.size }}{{ v.first }}{{ v.last }}{{ v }}"
                + "{% cycle v: w, v %}{% for x in v %}{{ x }}{{ x[0] }}{% endfor %}",
            data(one, two));
        endures("{% if v < w %}{% endif %}", data(one, two));
        endures("{% for x in v limit: w offset: w %}{{ x }}{% endfor %}", data(one, two));
        endures("{% tablerow x in v cols: w %}{{ x }}{% endtablerow %}", data(one, two));
        endures("{% assign r = (v..w) %}{{ r }}{{ r.last }}{% random w %}", data(one, two));
      }
    }
  }

  private static Map<String, @Nullable Object> data(@Nullable Object one, @Nullable Object two) {
    var data = new LinkedHashMap<String, @Nullable Object>();
    data.put("v", one);
    data.put("w", two);
    return data;
  }

  /** 1 when the template rendered, 0 when it was refused or failed; anything else is thrown on. */
  private static int endures(String template, Map<String, ? extends @Nullable Object> data) {
    try {
      assertThat(Template.parse(template).render(data, Liquid.LAX)).isNotNull();
      return 1;
    } catch (LiquidSyntaxException | LiquidRenderException expected) {
      assertThat(expected).message().isNotBlank();
      return 0;
    } catch (RuntimeException unexpected) {
      throw new AssertionError("template: " + template + "\ndata: " + data, unexpected);
    }
  }
}
