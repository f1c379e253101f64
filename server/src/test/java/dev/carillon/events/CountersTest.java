package dev.carillon.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountersTest {
  private static final long SEED = System.nanoTime();

  @Test
  void shouldReadWhatItPackedWhateverTheNumbers() {
    var random = new Random(SEED);
    for (var number = 0; number < 500; number++) {
      // given
      var expected = new HashMap<Integer, Counter>();
      var counters = Counters.EMPTY;
      for (var i = random.nextInt(20); i > 0; i--) {
        var id = random.nextInt(random.nextBoolean() ? 10 : Integer.MAX_VALUE);
        var counter = counter(random);
        expected.put(id, counter);
        counters = counters.with(id, counter);
      }
      // when
      var read = Counters.unpack(counters.pack());
      // then
      assertThat(read)
          .as("seed %d, number %d", SEED, number)
          .isEqualTo(counters)
          .hasSameHashCodeAs(counters);
      for (var entry : expected.entrySet()) {
        assertThat(read.get(entry.getKey()))
            .as("seed %d, number %d", SEED, number)
            .isEqualTo(entry.getValue());
      }
    }
  }

  private static Counter counter(Random random) {
    var counter = new Counter(random.nextLong(Long.MAX_VALUE - 100), new long[0]);
    for (var i = random.nextInt(12); i > 0; i--) {
      counter =
          counter.plus(
              switch (random.nextInt(4)) {
                case 0 -> random.nextLong();
                case 1 -> random.nextInt(3);
                case 2 -> -random.nextInt(1_000_000);
                default -> 1_700_000_000_000L + random.nextInt();
              },
              10,
              Long.MAX_VALUE);
    }
    return counter;
  }

  @Test
  void shouldKeepTheStoredFormAsItIs() {
    // given what is in databases already
    var counters =
        Counters.EMPTY
            .with(300, new Counter(2, new long[] {1_700_000_000_000L, 1_700_000_060_000L}))
            .with(7, new Counter(1_000, new long[0]));

    // then
    assertThat(HexFormat.of().formatHex(counters.pack()))
        .isEqualTo("07e80700ac02020280a0abfef962c0a907");
  }

  @Test
  void shouldPackNothingIntoNothing() {
    assertThat(Counters.EMPTY.pack()).isEmpty();
    assertThat(Counters.unpack(new byte[0])).isEqualTo(Counters.EMPTY);
    assertThat(Counters.EMPTY.get(1)).isEqualTo(Counter.NONE);
  }

  @Test
  void shouldKeepCountersNoRuleKnowsUntilTheyAreRemoved() {
    // given
    var one = new Counter(1, new long[] {5});
    var stored = Counters.EMPTY.with(1, one).with(2, one).with(3, one).pack();

    // when
    var changed = Counters.unpack(stored).with(3, new Counter(9, new long[0]));

    // then
    assertThat(changed.get(1)).isEqualTo(one);
    assertThat(changed.get(2)).isEqualTo(one);
    assertThat(changed.without(2))
        .isEqualTo(Counters.EMPTY.with(1, one).with(3, new Counter(9, new long[0])));
    assertThat(changed.without(4)).isEqualTo(changed);
    assertThat(changed.only(id -> id != 2)).isEqualTo(changed.without(2));
    assertThat(changed.only(id -> true)).isSameAs(changed);
    assertThat(changed.only(id -> false)).isEqualTo(Counters.EMPTY);
  }

  @Test
  void shouldNotChangeWhatItWasMadeFrom() {
    // given
    var before = Counters.EMPTY.with(1, new Counter(1, new long[] {5}));

    // when
    before.with(1, new Counter(2, new long[] {5, 6})).with(2, Counter.NONE).without(1);

    // then
    assertThat(before.get(1)).isEqualTo(new Counter(1, new long[] {5}));
    assertThat(before).isEqualTo(Counters.EMPTY.with(1, new Counter(1, new long[] {5})));
  }

  @Test
  void shouldRefuseBytesItDidNotWrite() {
    var packed = Counters.EMPTY.with(300, new Counter(2, new long[] {1, 2})).pack();
    for (var length = 1; length < packed.length; length++) {
      var cut = Arrays.copyOf(packed, length);
      assertThatIllegalArgumentException()
          .as("cut at %d", length)
          .isThrownBy(() -> Counters.unpack(cut));
    }
    for (var broken :
        Map.of(
                "a billion times", "0101ffffffff03",
                "more than 64 bits", "01ffffffffffffffffffff01",
                "the same id twice", "010100010100",
                "an id of 64 bits", "ffffffffffffffffff010100")
            .entrySet()) {
      assertThatIllegalArgumentException()
          .as(broken.getKey())
          .isThrownBy(() -> Counters.unpack(HexFormat.of().parseHex(broken.getValue())))
          .withMessageStartingWith("expected packed counters");
    }
  }
}
