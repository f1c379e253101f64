package dev.carillon.segments;

/**
 * How often something happened to the person: events or messages, as a counter has counted them
 * (S-40 … S-43).
 *
 * @param condition an event or message condition
 */
record TimesLeaf(Condition condition, Occurrences often, int counterId) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return often.fits(counted(facts));
  }

  /** How many count now. */
  long counted(Facts facts) {
    var counter = facts.counter(counterId);
    if (!(often.window() instanceof Window.Within(var span))) {
      return counter.total(); // the counter keeps to fixed bounds itself
    }
    var now = facts.now().toEpochMilli();
    var from = now - span.toMillis();
    var count = 0L;
    for (var time : counter.newest()) {
      if (time > from && time <= now) {
        count++;
      }
    }
    return count;
  }

  @Override
  public boolean timed() {
    return often.window() instanceof Window.Within;
  }

  /**
   * Walks the instants at which something enters or leaves the window, until one turns the answer
   * round (S-42, S-43).
   */
  @Override
  public long nextChange(Facts facts) {
    if (!(often.window() instanceof Window.Within(var span))) {
      return ValueTests.NEVER;
    }
    var now = facts.now().toEpochMilli();
    var window = span.toMillis();
    var times = facts.counter(counterId).newest();
    var count = counted(facts);
    var holds = often.fits(count);
    var leaving = 0;
    while (leaving < times.length && times[leaving] <= now - window) {
      leaving++;
    }
    var entering = 0;
    while (entering < times.length && times[entering] <= now) {
      entering++;
    }
    while (leaving < times.length) {
      var leaves = times[leaving] + window;
      var enters = entering < times.length ? times[entering] : ValueTests.NEVER;
      var at = Math.min(leaves, enters);
      while (entering < times.length && times[entering] == at) {
        entering++;
        count++;
      }
      while (leaving < times.length && times[leaving] + window == at) {
        leaving++;
        count--;
      }
      if (often.fits(count) != holds) {
        return at;
      }
    }
    return ValueTests.NEVER;
  }
}
