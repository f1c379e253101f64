package dev.carillon.segments;

/**
 * How many people a build takes at once: so many that it holds their locks for about fifty
 * milliseconds, because whatever else happens to these people waits meanwhile. Learns from each
 * range how long one person takes. Thread-safe.
 */
public final class RangeSize {
  private static final double HELD_NANOS = 50e6;
  private static final int FEWEST = 100;
  private static final int MOST = 2_000;

  /** Bounds what is held in memory: people times what is built for each of them. */
  private static final int PAIRS = 200_000;

  private final int fewest;
  private final int most;
  private double size;

  private RangeSize(int fewest, int most, int first) {
    this.fewest = fewest;
    this.most = most;
    this.size = first;
  }

  /** One that learns. */
  public static RangeSize learning() {
    return new RangeSize(FEWEST, MOST, FEWEST * 4);
  }

  /** Always this many, should what is built for each person not be very much. */
  public static RangeSize of(int people) {
    return new RangeSize(people, people, people);
  }

  /**
   * How many to take next.
   *
   * @param builds how many are built together
   */
  public synchronized int next(int builds) {
    return (int) Math.clamp((double) PAIRS / builds, 1, size);
  }

  /** Takes note of how long the locks of so many people were held. */
  public synchronized void held(int people, long nanos) {
    if (people > 0) {
      var fitting = people * HELD_NANOS / Math.max(1, nanos);
      size = Math.clamp((size + Math.clamp(fitting, size / 2, size * 2)) / 2, fewest, most);
    }
  }
}
