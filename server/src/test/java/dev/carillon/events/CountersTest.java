package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountersTest {

  private static Counters random(Random random, int size) {
    var counters = Counters.EMPTY;
    for (var i = 0; i < size; i++) {
      var counter = Counter.NONE;
      for (var times = random.nextInt(30); times > 0; times--) {
        var at = random.nextInt(50) == 0 ? random.nextLong() >> 2 : 1_700_000_000_000L + random.nextInt();
        counter = counter.plus(at, 12);
      }
      counters = counters.with(1 + random.nextInt(100_000), counter);
    }
    return counters;
  }

  @Test
  void shouldUnpackWhatWasPacked() {
    var seed = new Random().nextLong();
    System.out.println("counters, seed " + seed);
    var random = new Random(seed);
    for (var round = 0; round < 2_000; round++) {
      var counters = random(random, random.nextInt(12));
      assertThat(Counters.unpack(counters.pack())).isEqualTo(counters);
    }
    assertThat(Counters.EMPTY.pack()).isEmpty();
  }

  @Test
  void shouldKeepTheNewestWhateverTheOrder() {
    var random = new Random(1);
    for (var round = 0; round < 200; round++) {
      var times = random.longs(20, 0, 40).toArray();
      var counter = Counter.NONE;
      for (var at : times) {
        counter = counter.plus(at, 5);
      }
      Arrays.sort(times);
      assertThat(counter).isEqualTo(new Counter(20, Arrays.copyOfRange(times, 15, 20)));
    }
    assertThat(Counter.NONE.plus(7, 0)).isEqualTo(new Counter(1, new long[0]));
  }

  @Test
  void shouldForgetOne() {
    var counters = Counters.EMPTY.with(1, Counter.NONE.plus(5, 3)).with(2, Counter.NONE.plus(6, 3));
    assertThat(counters.without(1)).isEqualTo(Counters.EMPTY.with(2, Counter.NONE.plus(6, 3)));
  }

  @Test
  void shouldRefuseWhatIsCutOff() {
    var packed = Counters.EMPTY.with(1, new Counter(3, new long[] {1, 2, 3})).pack();
    assertThatThrownBy(() -> Counters.unpack(Arrays.copyOf(packed, packed.length - 1)))
        .isInstanceOf(BufferUnderflowException.class);
  }

  @Test
  void shouldBeCheap() {
    var counters = random(new Random(7), 10);
    var packed = counters.pack();
    var rounds = 100_000;
    var checked = 0;
    for (var warm = 0; warm < rounds; warm++) {
      checked += Counters.unpack(packed).pack().length;
    }
    var started = System.nanoTime();
    for (var round = 0; round < rounds; round++) {
      checked += Counters.unpack(packed).pack().length;
    }
    var nanos = (System.nanoTime() - started) / rounds;
    System.out.printf("10 counters in %d bytes: unpack and pack in %d ns%n", packed.length, nanos);
    assertThat(checked).isEqualTo(2 * rounds * packed.length);
  }
}
