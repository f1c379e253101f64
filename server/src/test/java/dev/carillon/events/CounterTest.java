package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CounterTest {
  private static final long NOW = 100;

  private static Counter counted(int keep, long... times) {
    var counter = Counter.NONE;
    for (var time : times) {
      counter = counter.plus(time, keep, NOW);
    }
    return counter;
  }

  @Test
  @DisplayName("S-40: late events take their place")
  void shouldKeepTheNewestTimesInOrderWhateverTheOrderTheyComeIn() {
    assertThat(counted(3, 30, 10, 40, 20, 40, 5))
        .isEqualTo(new Counter(6, new long[] {30, 40, 40}));
  }

  @Test
  void shouldCountWithoutKeepingTimes() {
    assertThat(counted(0, 30, 10, 300)).isEqualTo(new Counter(3, new long[0]));
  }

  @Test
  @DisplayName("S-40: times ahead of the clock are kept beside the newest, until they have come")
  void shouldNotPushOutTimesByThoseAheadOfTheClock() {
    var counter = counted(2, 300, 10, 101, 20, 200, 30, 100);
    assertThat(counter).isEqualTo(new Counter(7, new long[] {30, 100, 101, 200, 300}));

    assertThat(counter.plus(40, 2, 250)).isEqualTo(new Counter(8, new long[] {101, 200, 300}));
  }

  @Test
  void shouldKeepThoseAheadOfTheClockThatComeFirst() {
    var counter = counted(2, 1, 2);
    for (var time = 3_000L; time > 1_000; time--) {
      counter = counter.plus(time, 2, NOW);
    }

    assertThat(counter.total()).isEqualTo(2_002);
    assertThat(counter.newest()).hasSize(2 + Counter.AHEAD).startsWith(1, 2, 1_001).endsWith(2_000);
  }

  @Test
  @DisplayName("S-22: two counters together keep what one would have kept")
  void shouldAddUp() {
    var together = counted(2, 10, 300, 30).plus(counted(2, 20, 200), 2, NOW);

    assertThat(together).isEqualTo(counted(2, 10, 300, 30, 20, 200));
    assertThat(counted(0, 1).plus(counted(2, 1, 2), 0, NOW)).isEqualTo(counted(0, 1, 2, 3));
  }
}
