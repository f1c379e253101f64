package dev.carillon.events;

import java.util.Arrays;
import java.util.StringJoiner;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * All counters of one person, as packed into {@code person_counters.counters}. Immutable.
 *
 * <p>The packed form, per counter in the order of ids: id, total, how many times follow, and the
 * times, the first as Unix milliseconds, each other as the difference to the one before. All are
 * numbers of seven bits a byte, lowest first, the high bit set on all but the last byte;
 * differences carry their sign in the lowest bit. Counters that no rule knows any more stay until
 * the person's counters are written the next time ({@link #only}).
 */
public final class Counters {
  /** Nothing counted yet. */
  public static final Counters EMPTY = new Counters(new int[0], new Counter[0]);

  /** A number of 64 bits takes at most so many bytes. */
  private static final int WIDEST = 10;

  /**
   * Ascending; a person has few, so finding one is quicker than in a hash table, and so is packing.
   */
  private final int[] ids;

  private final Counter[] counters;

  private Counters(int[] ids, Counter[] counters) {
    this.ids = ids;
    this.counters = counters;
  }

  /** The ids of all counters that are kept, ascending. */
  public int[] ids() {
    return ids.clone();
  }

  /** The counter with this id; {@link Counter#NONE} when there is none. */
  public Counter get(int counterId) {
    var at = Arrays.binarySearch(ids, counterId);
    return at < 0 ? Counter.NONE : counters[at];
  }

  /** These counters with one of them added or replaced. */
  public Counters with(int counterId, Counter counter) {
    var at = Arrays.binarySearch(ids, counterId);
    if (at >= 0) {
      var replaced = counters.clone();
      replaced[at] = counter;
      return new Counters(ids, replaced);
    }
    var place = -at - 1;
    var grownIds = Arrays.copyOf(ids, ids.length + 1);
    var grown = Arrays.copyOf(counters, ids.length + 1);
    System.arraycopy(ids, place, grownIds, place + 1, ids.length - place);
    System.arraycopy(counters, place, grown, place + 1, ids.length - place);
    grownIds[place] = counterId;
    grown[place] = counter;
    return new Counters(grownIds, grown);
  }

  /**
   * These counters without one that is no longer kept; the same when there is none with this id.
   */
  public Counters without(int counterId) {
    var at = Arrays.binarySearch(ids, counterId);
    if (at < 0) {
      return this;
    }
    var fewerIds = Arrays.copyOf(ids, ids.length - 1);
    var fewer = Arrays.copyOf(counters, ids.length - 1);
    System.arraycopy(ids, at + 1, fewerIds, at, fewerIds.length - at);
    System.arraycopy(counters, at + 1, fewer, at, fewer.length - at);
    return new Counters(fewerIds, fewer);
  }

  /** These counters without those that are no longer kept; the same when all of them are. */
  public Counters only(IntPredicate isKept) {
    var kept = this;
    for (var id : ids) {
      if (!isKept.test(id)) {
        kept = kept.without(id);
      }
    }
    return kept;
  }

  /**
   * Two people's counters as those of one.
   *
   * @param keep how many newest times each counter keeps
   * @param nowMillis the clock
   */
  public Counters plus(Counters other, IntUnaryOperator keep, long nowMillis) {
    var sum = this;
    for (var i = 0; i < other.ids.length; i++) {
      var id = other.ids[i];
      sum = sum.with(id, sum.get(id).plus(other.counters[i], keep.applyAsInt(id), nowMillis));
    }
    return sum;
  }

  /** The stored form; equal counters have equal bytes. */
  public byte[] pack() {
    var times = 0;
    for (var counter : counters) {
      times += counter.newest().length;
    }
    var bytes = new byte[(ids.length * 3 + times) * WIDEST];
    var end = 0;
    for (var i = 0; i < ids.length; i++) {
      end = put(bytes, end, ids[i]);
      end = put(bytes, end, counters[i].total());
      end = put(bytes, end, counters[i].newest().length);
      var previous = 0L;
      for (var time : counters[i].newest()) {
        var difference = time - previous;
        end = put(bytes, end, difference << 1 ^ difference >> 63);
        previous = time;
      }
    }
    return Arrays.copyOf(bytes, end);
  }

  private static int put(byte[] bytes, int at, long value) {
    var end = at;
    var rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
    return end;
  }

  /**
   * Reads the stored form.
   *
   * @throws IllegalArgumentException when these bytes were not written by {@link #pack}
   */
  public static Counters unpack(byte[] packed) {
    return packed.length == 0 ? EMPTY : new Reader(packed).counters();
  }

  /** Goes through packed bytes once. */
  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    Counters counters() {
      var ids = new int[8];
      var counters = new Counter[8];
      var count = 0;
      while (at < bytes.length) {
        if (count == ids.length) {
          ids = Arrays.copyOf(ids, count * 2);
          counters = Arrays.copyOf(counters, count * 2);
        }
        ids[count] = id();
        if (count > 0 && ids[count] <= ids[count - 1]) {
          throw broken("ids out of order");
        }
        counters[count++] = new Counter(number(), times());
      }
      return new Counters(Arrays.copyOf(ids, count), Arrays.copyOf(counters, count));
    }

    private int id() {
      var id = number();
      if (id < 0 || id > Integer.MAX_VALUE) {
        throw broken("an id of " + id);
      }
      return (int) id;
    }

    private long[] times() {
      var count = number();
      if (count < 0 || count > bytes.length - at) {
        throw broken(count + " times");
      }
      var times = new long[(int) count];
      var previous = 0L;
      for (var i = 0; i < times.length; i++) {
        var difference = number();
        previous += difference >>> 1 ^ -(difference & 1);
        times[i] = previous;
      }
      return times;
    }

    private long number() {
      var value = 0L;
      for (var shift = 0; shift < 7 * WIDEST; shift += 7) {
        if (at == bytes.length) {
          throw broken("the end inside a number");
        }
        var each = bytes[at++];
        value |= (long) (each & 0x7f) << shift;
        if (each >= 0) {
          return value;
        }
      }
      throw broken("a number of more than 64 bits");
    }

    private IllegalArgumentException broken(String found) {
      return new IllegalArgumentException(
          "expected packed counters, found %s before byte %d of %d"
              .formatted(found, at, bytes.length));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Counters that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(counters, that.counters);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids) * 31 + Arrays.hashCode(counters);
  }

  @Override
  public String toString() {
    var text = new StringJoiner(", ", "{", "}");
    for (var i = 0; i < ids.length; i++) {
      text.add(ids[i] + "=" + counters[i]);
    }
    return text.toString();
  }
}
