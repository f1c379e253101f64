package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The search for long parts finds what Java's own search finds")
class SearchTest {
  private static String random(Random random, int length) {
    return random
        .ints(length, 'a', 'c')
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  @Test
  void shouldAgreeWithJava() {
    var random = new Random(5);
    var meter = new Meter(Liquid.STRICT.withNanoClock(() -> 0));
    for (int round = 0; round < 40; round++) {
      // given: a product of lengths beyond what Java's search is used for
      String part = random(random, 90 + round);
      String unit = part.substring(0, part.length() - 1) + (round % 2 == 0 ? "a" : "c");
      String text = unit.repeat(500) + (round % 3 == 0 ? part : "") + unit.repeat(100);
      assertThat((long) text.length() * part.length()).isGreaterThan(1L << 22);

      // then
      var search = new Search(part, meter);
      assertThat(search.in(text, 0)).isEqualTo(text.indexOf(part));
      assertThat(search.in(text, 7)).isEqualTo(text.indexOf(part, 7));
      assertThat(search.lastIn(text)).isEqualTo(text.lastIndexOf(part));
    }
  }
}
