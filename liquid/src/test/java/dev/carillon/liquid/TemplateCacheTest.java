package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The cache of templates parses once and stays within its weight")
class TemplateCacheTest {
  private static final long ROOM = 100_000;

  private final TemplateCache cache = new TemplateCache(Environment.standard(), ROOM);

  private static String source(int number) {
    return "{{ a" + number + " }}" + "x".repeat(1_000);
  }

  @Test
  void shouldParseASourceOnce() {
    var once = cache.get("Hi {{ name }}");
    assertThat(cache.get("Hi {{ " + "name }}")).isSameAs(once);
    assertThat(cache.size()).isEqualTo(1);
  }

  @Test
  void shouldNeverWeighMoreThanItMay() {
    for (int i = 0; i < 1_000; i++) {
      cache.get(source(i));
      assertThat(cache.weight()).isBetween(1L, ROOM);
    }
    assertThat(cache.size()).isBetween(10, 50);
  }

  @Test
  void shouldKeepWhatIsUsed() {
    // given
    var favourite = cache.get(source(-1));

    // when
    for (int i = 0; i < 1_000; i++) {
      cache.get(source(i));
      cache.get(source(-1));
    }

    // then
    assertThat(cache.get(source(-1))).isSameAs(favourite);
  }

  @Test
  void shouldNotKeepATemplateThatWouldFillIt() {
    String large = "x".repeat(50_000);
    assertThat(cache.get(large)).isNotSameAs(cache.get(large));
    assertThat(cache.weight()).isZero();
  }

  @Test
  void shouldWeighMarkupMoreThanText() {
    assertThat(Template.parse("{{a}}".repeat(200)).weight())
        .isGreaterThan(5 * Template.parse("x".repeat(1_000)).weight());
  }

  @Test
  void shouldRefuseABrokenSourceEachTime() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> cache.get("{{ a")).isInstanceOf(LiquidSyntaxException.class);
    }
    assertThat(cache.size()).isZero();
    assertThatThrownBy(() -> new TemplateCache(Environment.standard(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldServeManyThreads() throws InterruptedException, ExecutionException {
    // when
    var wrong = new ArrayList<Future<Long>>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int thread = 0; thread < 8; thread++) {
        int start = thread * 7;
        wrong.add(
            threads.submit(() ->
                IntStream.range(start, start + 3_000)
                    .map(i -> i % 120)
                    .filter(i ->
                        !cache
                            .get(source(i))
                            .render(Map.of("a" + i, "v" + i), Liquid.STRICT)
                            .startsWith("v" + i + "x"))
                    .count()));
      }
    }

    // then
    for (var each : wrong) {
      assertThat(each.get()).isZero();
    }
    assertThat(cache.weight()).isBetween(1L, ROOM);
    assertThat(cache.size()).isBetween(10, 50);
  }
}
