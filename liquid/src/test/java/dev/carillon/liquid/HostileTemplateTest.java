package dev.carillon.liquid;

import static dev.carillon.liquid.Liquid.render;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("L-5: hostile templates are cut off, with a reason and soon")
class HostileTemplateTest {
  private static final Duration SOON = Duration.ofMillis(500);

  /** Measures the processor time of the thread: a busy machine must not fail what is quick. */
  private static @Nullable Throwable soon(Runnable work) {
    var threads = ManagementFactory.getThreadMXBean();
    long started = threads.getCurrentThreadCpuTime();
    Throwable thrown = catchThrowable(work::run);
    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - started)).isLessThan(SOON);
    return thrown;
  }

  private static Reason reason(@Nullable Throwable thrown) {
    assertThat(thrown).isInstanceOf(LiquidRenderException.class);
    return thrown instanceof LiquidRenderException failure ? failure.reason() : Reason.BAD_ARGUMENT;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{% for i in (1..1000000000) %}{% endfor %}~STEP_LIMIT",
        "{% for i in (1..1000000000) %}x{% endfor %}~STEP_LIMIT",
        "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}~STEP_LIMIT",
        "{% tablerow i in (1..1000000000) cols:3 %}{{ i }}{% endtablerow %}~STEP_LIMIT",
        "{{ (1..1000000000) | join: ',' }}~STEP_LIMIT",
        "{{ (1..1000000000) | reverse | first }}~STEP_LIMIT",
        "{{ (-9000000000000000000..9000000000000000000) | to_json }}~STEP_LIMIT",
        "{% assign a = (1..9000000000) | map: 'x' %}~STEP_LIMIT",
        "{% assign s = 'xxxxxxxx' %}{% for i in (1..100) %}{% assign s = s | append: s %}{% endfor %}"
            + "~OUTPUT_LIMIT",
        "{% assign s = 'x' %}{% for i in (1..99) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}"
            + "{% endfor %}~OUTPUT_LIMIT",
        "{% assign s = 'xxxxxxxx' %}{% for i in (1..99) %}{% assign s = s | replace: 'x', s %}"
            + "{% endfor %}~OUTPUT_LIMIT",
        "{% assign a = '1,2,3' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}"
            + "{% endfor %}~OUTPUT_LIMIT",
        "{% assign a = '1,2,3' | split: ',' %}{% for i in (1..50) %}{% assign s = a | join: s %}"
            + "{% endfor %}{{ s }}~OUTPUT_LIMIT",
        "{% assign n = 7 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}"
            + "~BAD_ARGUMENT",
        "{% assign s = '<&' %}{% for i in (1..99) %}{% assign s = s | escape %}{% endfor %}{{ s }}"
            + "~NONE",
        "{% assign s = '%' %}{% for i in (1..40) %}{% assign s = s | url_encode | append: s %}"
            + "{% endfor %}~OUTPUT_LIMIT",
        "{{ 'x' | date: '%Y' }}{{ 1 | date: '%999999999Y' }}~NONE",
        "{{ 1 | add_year: 999999999999 }}~BAD_ARGUMENT",
        "{{ 5.5 | round: 999999999 }}{{ 5.5 | round: -999999999 }}~NONE",
        "{{ 'abc' | truncate: 999999999999 }}{{ 'abc' | slice: 0, 999999999999 }}~NONE",
        "{% random 0 %}~BAD_ARGUMENT",
      })
  void shouldCutOff(String template, String reason) {
    // when
    var thrown = soon(() -> render(template));

    // then
    if (reason.equals("NONE")) {
      assertThat(thrown).isNull();
    } else {
      assertThat(reason(thrown)).isEqualTo(Reason.valueOf(reason));
      assertThat(thrown).message().isNotBlank();
    }
  }

  @Test
  void shouldCutOffOutputOfHugeText() {
    // given
    var data = Map.of("big", "x".repeat(100_000));

    // when
    var thrown = soon(() -> render("{% for i in (1..9999) %}{{ big }}{% endfor %}", data));

    // then
    assertThat(reason(thrown)).isEqualTo(Reason.OUTPUT_LIMIT);
  }

  @Test
  void shouldCutOffTextKeptInManyVariables() {
    // given: captures of 4 MB inside each other, each within the limit of one text
    String open =
        IntStream.range(0, 90)
            .mapToObj(i -> "{% capture v" + i + " %}{{ big }}")
            .reduce("", String::concat);
    String close = "{% endcapture %}".repeat(90);

    // when
    var thrown = soon(() -> render(open + close, Map.of("big", "x".repeat(4_000_000))));

    // then
    assertThat(reason(thrown)).isEqualTo(Reason.OUTPUT_LIMIT);
  }

  @Test
  void shouldStopWhenTheTimeIsOver() {
    // given: a clock that runs a millisecond on at each look
    var clock = new AtomicLong();
    var options = Liquid.STRICT.withNanoClock(() -> clock.addAndGet(100_000_000));
    var template = Template.parse("{% for i in (1..9999) %}{{ i | plus: 1 }}{% endfor %}");

    // when
    var thrown = soon(() -> template.render(Map.of(), options));

    // then
    assertThat(reason(thrown)).isEqualTo(Reason.TIME_LIMIT);
    assertThat(thrown).hasMessage("the template takes longer than 250 ms");
  }

  @Test
  @DisplayName("a machine that stands still for a while does not fail a delivery")
  void shouldForgiveAStandstill() {
    // given: a clock that jumps by a minute once
    var looks = new AtomicLong();
    var options =
        Liquid.STRICT.withNanoClock(() -> looks.incrementAndGet() < 3 ? 0 : 60_000_000_000L);
    var template = Template.parse("{% for i in (1..9999) %}{% endfor %}done");

    // then
    assertThat(template.render(Map.of(), options)).isEqualTo("done");
    assertThat(looks.get()).isGreaterThan(5);
  }

  @Test
  void shouldSortAndCompareLongListsInTime() {
    // given
    var items = IntStream.range(0, 9_000).mapToObj(i -> Map.of("a", Map.of("b", i))).toList();

    // then
    assertThat(soon(() -> render("{{ l | uniq | size }}", Map.of("l", items)))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{% if true %}~{% endif %}",
        "{% for i in (1..2) %}~{% endfor %}",
        "{% capture a %}~{% endcapture %}",
        "{% case 1 %}{% when 1 %}~{% endcase %}",
        "{% liquid liquid ~%}",
        "{{ a[~] }}",
        "{{ (1..~) }}",
      })
  void shouldRefuseDeepNesting(String open, String close) {
    // when
    String template =
        open.startsWith("{{")
            ? "{{ " + open.substring(3).repeat(10_000) + " }}"
            : open.startsWith("{% liquid")
                ? "{% " + "liquid ".repeat(10_000) + "%}"
                : open.repeat(10_000) + close.repeat(10_000);
    var thrown = soon(() -> Template.parse(template));

    // then
    assertThat(thrown)
        .isInstanceOf(LiquidSyntaxException.class)
        .message()
        .endsWith("are nested more than 100 levels deep");
  }

  @Test
  void shouldAllowAHundredBlocksInsideEachOther() {
    assertThat(render("{% if true %}".repeat(100) + "x" + "{% endif %}".repeat(100)))
        .isEqualTo("x");
  }

  @Test
  void shouldRefuseDataThatIsNestedTooDeep() {
    // given
    List<Object> nested = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      nested = new ArrayList<>(List.<Object>of(nested));
    }
    var data = Map.of("a", nested, "b", new ArrayList<>(nested));

    // then
    for (String template :
        List.of("{{ a }}", "{{ a | to_json }}", "{{ a | sort }}", "{{ a | join }}")) {
      assertThat(reason(soon(() -> render(template, data)))).isEqualTo(Reason.NESTING_LIMIT);
    }
    assertThat(soon(() -> render("{% if a == b %}{% endif %}", data))).isNull();
  }

  @Test
  void shouldStopPartialsThatIncludeThemselves() {
    // given
    var environment =
        Environment.standard().withPartials(name -> "{% " + name + " '" + name + "' %}");

    // then
    for (String name : List.of("render", "include")) {
      var template = environment.parse("{% " + name + " '" + name + "' %}");
      assertThat(reason(soon(() -> template.render(Map.of(), Liquid.STRICT))))
          .isEqualTo(Reason.NESTING_LIMIT);
    }
  }

  @Test
  void shouldReadLongBrokenSourcesInTime() {
    for (String piece :
        List.of("{{", "{%", "{% comment %}", "{% raw %}", "{{ a | ", "{% # ", "{%-", "'", "{{ '")) {
      soon(() -> Template.parse(piece.repeat(100_000)));
    }
  }

  @Test
  void shouldReadLongConditionsAndChains() {
    assertThat(soon(() -> render("{% if a" + " or a".repeat(50_000) + " %}{% endif %}"))).isNull();
    assertThat(soon(() -> render("{{ 1" + " | plus: 1".repeat(20_000) + " }}"))).isNull();
  }
}
