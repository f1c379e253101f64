package dev.carillon.bench;

/** Numbers that look random and are the same in every run. */
final class Scramble {
  private Scramble() {}

  /**
   * A number from 0 to {@code bound - 1}.
   *
   * @param n what it belongs to
   * @param salt keeps apart several numbers of the same thing
   */
  static int below(int bound, long n, int salt) {
    return (int) Long.remainderUnsigned(bits(n, salt), bound);
  }

  /** 64 bits. */
  static long bits(long n, int salt) {
    long z = n * 0x9E3779B97F4A7C15L + salt * 0xD1B54A32D192ED03L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
