package dev.carillon.events;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * All counters of one person, as packed into {@code person_counters.counters}: per counter its id, the total, and the newest times as differences, all
 * in numbers of seven bits a byte. Immutable.
 */
public final class Counters {
  /** Nothing counted yet. */
  public static final Counters EMPTY = new Counters(Map.of());

  private final Map<Integer, Counter> counters;

  private Counters(Map<Integer, Counter> counters) {
    this.counters = counters;
  }

  /** The counter with this id; {@link Counter#NONE} when there is none. */
  public Counter get(int counterId) {
    return counters.getOrDefault(counterId, Counter.NONE);
  }

  /** These counters with one of them replaced. */
  public Counters with(int counterId, Counter counter) {
    var changed = new HashMap<>(counters);
    changed.put(counterId, counter);
    return new Counters(changed);
  }

  /** These counters without one that is no longer kept. */
  public Counters without(int counterId) {
    var changed = new HashMap<>(counters);
    changed.remove(counterId);
    return new Counters(changed);
  }

  /** The stored form. */
  public byte[] pack() {
    var bytes = new ByteArrayOutputStream(16 + counters.size() * 16);
    for (var entry : new TreeMap<>(counters).entrySet()) {
      put(bytes, entry.getKey());
      put(bytes, entry.getValue().total());
      put(bytes, entry.getValue().newest().length);
      var previous = 0L;
      for (var time : entry.getValue().newest()) {
        put(bytes, zigzag(time - previous));
        previous = time;
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the stored form.
   *
   * @throws java.nio.BufferUnderflowException when it is cut off
   */
  public static Counters unpack(byte[] packed) {
    var buffer = ByteBuffer.wrap(packed);
    var counters = new HashMap<Integer, Counter>();
    while (buffer.hasRemaining()) {
      var counterId = (int) take(buffer);
      var total = take(buffer);
      var newest = new long[(int) take(buffer)];
      var previous = 0L;
      for (var i = 0; i < newest.length; i++) {
        var difference = take(buffer);
        previous += difference >>> 1 ^ -(difference & 1);
        newest[i] = previous;
      }
      counters.put(counterId, new Counter(total, newest));
    }
    return new Counters(counters);
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  private static void put(ByteArrayOutputStream bytes, long value) {
    var rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  private static long take(ByteBuffer buffer) {
    var value = 0L;
    for (var shift = 0; ; shift += 7) {
      var each = buffer.get();
      value |= (long) (each & 0x7f) << shift;
      if (each >= 0) {
        return value;
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Counters that && counters.equals(that.counters);
  }

  @Override
  public int hashCode() {
    return counters.hashCode();
  }

  @Override
  public String toString() {
    return counters.toString();
  }
}
