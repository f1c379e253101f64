package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

  @ParameterizedTest
  @DisplayName("§2.4: a star stands for any characters, everything else for itself")
  @CsvSource({
    "https://shop.test/*, https://shop.test/, true",
    "https://shop.test/*, https://shop.test/sale?x=1, true",
    "https://shop.test/*, https://shop.test, false",
    "https://shop.test/*, HTTPS://shop.test/sale, false",
    "*/sale, https://shop.test/sale, true",
    "*/sale, https://shop.test/sale/2, false",
    "*/sale/*, https://shop.test/sale/2, true",
    "*, anything, true",
    "**, anything, true",
    "a*a, a, false",
    "a*a, aa, true",
    "ab*ba, aba, false",
    "a.c*, abcd, false",
    "a*b*c, aXbYbZc, true",
    "a*b*c, aXcYb, false",
    "Home, Home, true",
    "Home, home, false"
  })
  void shouldMatch(String pattern, String name, boolean matches) {
    assertThat(NamePattern.of(pattern).matches(name)).isEqualTo(matches);
  }

  @Test
  @DisplayName("§2.4: only names of pages and screens are patterns")
  void shouldKnowWhichNamesArePatterns() {
    assertThat(NamePattern.is(EventKind.PAGE, "a*")).isTrue();
    assertThat(NamePattern.is(EventKind.SCREEN, "*")).isTrue();
    assertThat(NamePattern.is(EventKind.PAGE, "a")).isFalse();
    assertThat(NamePattern.is(EventKind.EVENT, "a*")).isFalse();
    assertThat(NamePattern.is(EventKind.FORM, "a*")).isFalse();
  }

  @Test
  void shouldAnswerAsARegularExpressionDoes() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    for (var i = 0; i < 20_000; i++) {
      var pattern = text(random, "ab*", 6);
      var name = text(random, "ab", 8);
      var expected =
          Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      assertThat(NamePattern.of(pattern).matches(name))
          .as("seed %d: %s fits %s", seed, name, pattern)
          .isEqualTo(name.matches(expected));
    }
  }

  private static String text(Random random, String of, int longest) {
    return random
        .ints(random.nextInt(longest + 1), 0, of.length())
        .mapToObj(at -> of.substring(at, at + 1))
        .collect(Collectors.joining());
  }

  @Test
  void shouldNotTryPlacesTwice() {
    var pattern = NamePattern.of("*a".repeat(500) + "b");
    var name = "a".repeat(499);

    assertThatCode(
            () -> {
              var begun = System.nanoTime();
              for (var i = 0; i < 1_000; i++) {
                assertThat(pattern.matches(name)).isFalse();
              }
              assertThat(Duration.ofNanos(System.nanoTime() - begun))
                  .isLessThan(Duration.ofSeconds(5));
            })
        .doesNotThrowAnyException();
  }
}
