package dev.carillon.reference;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Tells conditions that come and go from those that never change: by a life of a few people that
 * nobody but the reference sees. Most random conditions are dull, and a test of them shows little.
 */
final class Yardstick {
  private static final int PEOPLE = 4;
  private static final int ROUNDS = 12;
  private static final int LIVELY = 4;

  private final ZoneId zone;
  private final Instant start;
  private final List<Event> life = new ArrayList<>();
  private Instant end;

  private record Event(Instant at, Happening happening) {}

  Yardstick(long seed, Set<Kind> kinds, ZoneId zone, Instant start, List<Integer> manual) {
    this.zone = zone;
    this.start = start;
    this.end = start;
    var random = new RandomValues(new Random(seed));
    var lives = new RandomLife(random, kinds);
    var history = new History(zone);
    for (var i = 0; i < PEOPLE * ROUNDS; i++) {
      var person = "p" + i % PEOPLE;
      var happening =
          random.in(3)
              ? lives.shared(person, person, history.world(), end)
              : lives.own(person, history.world(), end, manual);
      history.stop(end);
      if (happening != null && !(happening instanceof Happening.Deleted)) {
        history.add(end, happening);
        life.add(new Event(end, happening));
      }
      end = end.plus(Duration.ofHours(random.upTo(30)));
    }
  }

  /**
   * Whether a segment comes and goes.
   *
   * @param known segments there are already, which it may ask about
   */
  boolean isLively(
      int segment, Map<String, Object> condition, Map<Integer, Happening.Defined> known) {
    var history = new History(zone);
    var all = new LinkedHashMap<>(known);
    all.put(segment, new Happening.Defined(segment, condition));
    all.values().forEach(each -> history.add(start, each));
    var from = history.moment(start);
    life.forEach(each -> {
      history.stop(each.at);
      history.add(each.at, each.happening);
    });
    var to = history.moment(end.plus(Duration.ofDays(40)));
    var changes = 0;
    for (var person : history.world().names().values()) {
      changes += history.changes(segment, person, from, to).size();
    }
    return changes >= LIVELY;
  }
}
