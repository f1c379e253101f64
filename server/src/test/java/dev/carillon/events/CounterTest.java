package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CounterTest {

  @Test
  @DisplayName("S-40: late events take their place")
  void shouldKeepTheNewestTimesInOrderWhateverTheOrderTheyComeIn() {
    var counter =
        Counter.NONE.plus(30, 3).plus(10, 3).plus(40, 3).plus(20, 3).plus(40, 3).plus(5, 3);

    assertThat(counter).isEqualTo(new Counter(6, new long[] {30, 40, 40}));
  }

  @Test
  void shouldCountWithoutKeepingTimes() {
    assertThat(Counter.NONE.plus(30, 0).plus(10, 0)).isEqualTo(new Counter(2, new long[0]));
  }
}
