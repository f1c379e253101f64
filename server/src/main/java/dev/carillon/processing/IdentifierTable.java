package dev.carillon.processing;

import java.util.Arrays;

/**
 * Maps 128-bit keys to people in 24 bytes each: eight places for each key, in one array that
 * doubles when it is half full, up to its greatest size. When all eight are taken, a newcomer takes
 * the place of one of them. So memory follows use and is bounded, and a look-up touches a few
 * neighbouring cache lines, which a map of objects (about 160 bytes each) cannot do. Not
 * thread-safe.
 */
final class IdentifierTable {
  private static final int WAYS = 8;
  private static final int LONGS = 3;
  private static final int FEWEST = 1 << 12;

  private final int mostEntries;
  private long[] table = new long[FEWEST * LONGS];
  private int entries;
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
    if (!putIfRoom(high, low, person)) {
      var start = bucket(table, low);
      store(table, start + Math.floorMod(victim++, WAYS) * LONGS, high, low, person);
    }
  }

  /**
   * Stores a key unless that would take another one's place.
   *
   * @param person not 0
   * @return whether it is stored
   */
  boolean putIfRoom(long high, long low, long person) {
    if (entries > table.length / LONGS / 2 && table.length / LONGS < mostEntries) {
      grow();
    }
    var start = bucket(table, low);
    for (var at = start; at < start + WAYS * LONGS; at += LONGS) {
      if (table[at + 2] == 0) {
        entries++;
        store(table, at, high, low, person);
        return true;
      }
      if (table[at] == high && table[at + 1] == low) {
        store(table, at, high, low, person);
        return true;
      }
    }
    return false;
  }

  /** How many keys are stored. */
  int entries() {
    return entries;
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
    var former = table;
    table = new long[former.length * 2];
    entries = 0;
    for (var at = 0; at < former.length; at += LONGS) {
      if (former[at + 2] != 0) {
        put(former[at], former[at + 1], former[at + 2]);
      }
    }
  }

  /** Forgets everything; the room it took is kept. */
  void clear() {
    Arrays.fill(table, 0);
    entries = 0;
    victim = 0;
  }
}
