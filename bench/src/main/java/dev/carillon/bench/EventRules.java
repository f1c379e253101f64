package dev.carillon.bench;

import java.util.List;

/**
 * Two segments and a campaign that react to one event.
 *
 * @param event its name
 * @param early segment of the people with an attribute who did it
 * @param often segment of the people who did it as often as a round lets them
 * @param campaign each event starts it; it waits for a day
 */
record EventRules(String event, int early, int often, int campaign) {

  /** Defines the rules and waits until they are in force. */
  static EventRules define(RunningServer server, String event, int times) {
    var rules = server.rules();
    int early =
        rules.segment(
            event + " early",
            Rules.all(
                List.of(Rules.attributeIs(TestBed.TIER, TestBed.GOLD), Rules.performed(event, 1))));
    int often = rules.segment(event + " often", Rules.performed(event, times));
    rules.awaitBuilt(early);
    rules.awaitBuilt(often);
    int campaign = rules.campaign(event, event, List.of(Rules.waitDay()));
    return new EventRules(event, early, often, campaign);
  }

  /** One round: every person does it the same number of times. */
  LoadClient.Source source(Sizes sizes) {
    int people = sizes.people();
    return Sources.counted(Calls.event(event), 0, sizes.roundOfEvents(), n -> n % people);
  }

  /** The same round in v2 batches. */
  LoadClient.Source batches(Sizes sizes) {
    int people = sizes.people();
    return Sources.batches(
        Calls.batchOfEvents(event), Calls.BATCH, 0, sizes.roundOfEvents(), n -> n % people);
  }

  /**
   * Counts what one round has to have left behind.
   *
   * @throws BenchFailure when anything is missing or too much
   */
  void check(ServerDatabase database, Sizes sizes) {
    database.expectNoDeadLetters();
    database.expectEvents(event, sizes.roundOfEvents());
    database.expect(
        "journeys that wait in campaign " + event,
        sizes.roundOfEvents(),
        """
        SELECT count(*) FROM journey
         WHERE campaign_id = ? AND state = 'waiting' AND wake_at IS NOT NULL
        """,
        campaign);
    for (int segment : List.of(early, often)) {
      database.expect(
          "members of segment " + segment,
          sizes.people(),
          "SELECT count(*) FROM segment_member WHERE segment_id = ?",
          segment);
    }
  }
}
