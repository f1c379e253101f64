package dev.carillon.processing;

import java.util.Arrays;

/**
 * Maps 128-bit keys to people in 24 bytes each: four places for each key, in one array. When all
 * four are taken the table doubles, up to its greatest size; from then on a newcomer takes the
 * place of one of the four. So memory follows use and is bounded, and a look-up touches one or two
 * cache lines, which a map of objects (about 160 bytes each) cannot do. Not thread-safe.
 */
final class IdentifierTable {
  private static final int WAYS = 4;
  private static final int LONGS = 3;
  private static final int FEWEST = 1 << 12;

  private final int mostEntries;
  private long[] table = new long[FEWEST * LONGS];
  private int victim;

  /**
   * @param mostEntries how many entries at most; a power of two from 4,096 up
   */
  IdentifierTable(int mostEntries) {
    if (Integer.bitCount(mostEntries) != 1 || mostEntries < FEWEST) {
      throw new IllegalArgumentException("not a power of two from 4,096 up: " + mostEntries);
    }
    this.mostEntries = mostEntries;
  }

  /** The person of this key; 0 when the key is not here. */
  long get(long high, long low) {
    var start = bucket(table, low);
    for (var at = start; at < start + WAYS * LONGS; at += LONGS) {
      if (table[at] == high && table[at + 1] == low) {
        return table[at + 2];
      }
    }
    return 0;
  }

  /**
   * Stores a key.
   *
   * @param person not 0
   */
  void put(long high, long low, long person) {
    while (!tryPut(table, high, low, person)) {
      if (table.length / LONGS < mostEntries) {
        grow();
      } else {
        store(table, bucket(table, low) + victim++ % WAYS * LONGS, high, low, person);
        return;
      }
    }
  }

  private static boolean tryPut(long[] table, long high, long low, long person) {
    var start = bucket(table, low);
    for (var at = start; at < start + WAYS * LONGS; at += LONGS) {
      if (table[at + 2] == 0 || (table[at] == high && table[at + 1] == low)) {
        store(table, at, high, low, person);
        return true;
      }
    }
    return false;
  }

  private static void store(long[] table, int at, long high, long low, long person) {
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = person;
  }

  private static int bucket(long[] table, long low) {
    var buckets = table.length / (WAYS * LONGS);
    return ((int) low & buckets - 1) * WAYS * LONGS;
  }

  /** Each bucket becomes two, so that whatever was in it has room. */
  private void grow() {
    var larger = new long[table.length * 2];
    for (var at = 0; at < table.length; at += LONGS) {
      if (table[at + 2] != 0) {
        tryPut(larger, table[at], table[at + 1], table[at + 2]);
      }
    }
    table = larger;
  }

  /** Forgets everything; the room it took is kept. */
  void clear() {
    Arrays.fill(table, 0);
    victim = 0;
  }
}
