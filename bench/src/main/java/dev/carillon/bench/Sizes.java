package dev.carillon.bench;

/**
 * How much of everything. The requirements are made for {@link #DEFAULT}; smaller sizes are for a
 * quick look.
 *
 * @param connections kept-alive connections under load
 * @param seconds length of one window of {@code accept}
 * @param rounds measured rounds or windows; their median counts
 * @param people whom events are about
 * @param events operations in one round
 * @param mails mails in one round
 * @param samples single events on an idle server
 * @param growthPeople size of the larger base of {@code growth}
 * @param segmentsPeople size of the base of {@code segments}
 */
record Sizes(
    int connections,
    int seconds,
    int rounds,
    int people,
    int events,
    int mails,
    int samples,
    int growthPeople,
    int segmentsPeople) {

  static final Sizes DEFAULT =
      new Sizes(64, 10, 3, 2_000, 20_000, 2_000, 100, 1_000_000, 1_000_000);

  /** Times the people of a round do the event: exact, so that counts can be foretold. */
  int eventsEach() {
    return Math.max(1, events / people);
  }

  /** Operations in one round of events, the same number for each person. */
  int roundOfEvents() {
    return eventsEach() * people;
  }
}
