package dev.carillon.log;

import java.nio.charset.StandardCharsets;

/**
 * Operations are spread over 64 lanes by workspace and the identifier the caller used. Within a
 * lane they are applied in the order they were accepted. Four lanes form a group, the unit a node
 * owns.
 */
public final class Lanes {
  /** Number of lanes; one bit each in a block's {@code lanes}. */
  public static final int LANES = 64;

  /** Number of lane groups; a row each in {@code lane_group}. */
  public static final int GROUPS = 16;

  private static final int LANES_OF_GROUP = LANES / GROUPS;

  private Lanes() {}

  /**
   * The lane of calls about {@code key} in {@code workspace}. The same everywhere and for ever: it
   * is stored in the log.
   */
  public static int of(int workspace, String key) {
    var hash = 0x811c9dc5 ^ workspace * 0x9e3779b1;
    for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * 0x01000193;
    }
    hash ^= hash >>> 15;
    hash *= 0x2c1b3c6d;
    hash ^= hash >>> 13;
    return hash & (LANES - 1);
  }

  /** The group a lane belongs to. */
  public static int groupOf(int lane) {
    return lane / LANES_OF_GROUP;
  }

  /** The lanes of a group as a bit set. */
  static long maskOf(int group) {
    return ((1L << LANES_OF_GROUP) - 1) << (group * LANES_OF_GROUP);
  }

  /** The lanes of the given groups as a bit set. */
  public static long maskOf(Iterable<Integer> groups) {
    var mask = 0L;
    for (int group : groups) {
      mask |= maskOf(group);
    }
    return mask;
  }
}
