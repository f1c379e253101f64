package dev.carillon.reference;

import dev.carillon.reference.History.Moment;
import dev.carillon.reference.Step.Happens;
import dev.carillon.reference.Step.Restart;
import dev.carillon.reference.Step.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes up scenarios: random lives of a few people, random segments over them, and a clock that is
 * turned by anything between a millisecond and months, often to where the reference says that
 * something changes. The same seed and kinds give the same scenario.
 */
public final class RandomScenario {
  private static final List<ZoneId> ZONES =
      List.of(ZoneId.of("UTC"), ZoneId.of("Europe/Berlin"), ZoneId.of("America/New_York"));
  private static final int MANUAL = 2;
  private static final int ATTEMPTS = 12;

  private final RandomValues random;
  private final ZoneId zone;
  private final RandomConditions conditions;
  private final RandomLife life;
  private final Yardstick yardstick;
  private final Instant start;
  private final History history;
  private final List<String> people;
  private final int segments;
  private final Map<Integer, Happening.Defined> defined = new LinkedHashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private final Set<Kind> kinds;
  private Instant now;

  private RandomScenario(long seed, Set<Kind> kinds, Instant start, int people, int segments) {
    var source = new Random(seed);
    this.random = new RandomValues(source);
    this.kinds = kinds;
    this.zone = random.one(ZONES);
    this.conditions = new RandomConditions(source, kinds, zone);
    this.life = new RandomLife(random, kinds);
    this.yardstick = new Yardstick(seed, kinds, zone, start, List.of(1, MANUAL));
    this.start = start;
    this.now = start;
    this.history = new History(zone);
    this.people = IntStream.rangeClosed(1, people).mapToObj(i -> "p" + i).toList();
    this.segments = segments;
  }

  /**
   * Makes one up.
   *
   * @param kinds what conditions are made of
   * @param start what the clock shows before the first step
   * @param segments how many have conditions; two more are manual
   * @param rounds how often something happens and the clock is turned
   */
  public static Scenario of(
      long seed, Set<Kind> kinds, Instant start, int people, int segments, int rounds) {
    return new RandomScenario(seed, kinds, start, people, segments).write(rounds);
  }

  private Scenario write(int rounds) {
    for (var i = 1; i <= MANUAL; i++) {
      define(i, null);
    }
    for (var round = 0; round < rounds; round++) {
      // most segments are there from the beginning, some look back on a history
      while (defined.size() - MANUAL < Math.min(segments, segments * 2 / 3 + round)) {
        define(defined.size() + 1, condition(defined.size() + 1));
      }
      if (random.in(12)) {
        var segment = MANUAL + 1 + random.upTo(defined.size() - MANUAL);
        define(segment, condition(segment));
      }
      if (kinds.contains(Kind.SUBSCRIPTION) && random.in(3)) {
        happens(new Happening.ByDefault(random.one(RandomLife.CHOICES), random.in(2)));
      }
      live();
      if (kinds.contains(Kind.MESSAGE)) {
        mail();
      }
      pass();
    }
    return new Scenario(start, zone, steps);
  }

  private void define(int segment, @Nullable Map<String, Object> condition) {
    var definition = new Happening.Defined(segment, condition);
    defined.put(segment, definition);
    happens(definition);
  }

  /**
   * One that comes and goes; it asks about older segments only, so nothing goes in a circle (S-10).
   */
  private Map<String, Object> condition(int segment) {
    var older = defined.keySet().stream().filter(each -> each < segment).toList();
    var condition = conditions.condition(now, older);
    for (var i = 0; i < ATTEMPTS && !yardstick.isLively(segment, condition, defined); i++) {
      condition = conditions.condition(now, older);
    }
    return condition;
  }

  private void live() {
    var together = new ArrayList<Happening>();
    for (var person : people) {
      if (random.in(2)) {
        // many at once push out what counters keep of each
        for (var i = random.in(12) ? 12 : 1 + random.upTo(2); i > 0; i--) {
          var happening = life.own(person, history.world(), now, List.of(1, MANUAL));
          history.add(now, happening);
          together.add(happening);
        }
      }
    }
    if (!together.isEmpty()) {
      steps.add(new Happens(together));
    }
    for (var i = random.upTo(6); i > 0; i--) {
      var alone = life.shared(random.one(people), random.one(people), history.world(), now);
      if (alone != null) {
        happens(alone);
      }
    }
  }

  /**
   * Messages go out to many, and then many reach something. Nothing else happens with them:
   * messages are counted a little after the call, so that something between would be seen.
   */
  private void mail() {
    var sent = new ArrayList<Happening>();
    for (var person : people) {
      var message = random.in(3) ? life.sent(person, history.world()) : null;
      if (message != null) {
        sent.add(message);
      }
    }
    together(sent);
    var messages = new ArrayList<>(history.world().messages());
    var reached = new ArrayList<Happening>();
    for (var i = random.upTo(people.size()); i > 0 && !messages.isEmpty(); i--) {
      var message = random.one(messages);
      messages.remove(message);
      reached.add(life.reached(message, now));
    }
    together(reached);
  }

  private void together(List<Happening> happenings) {
    if (!happenings.isEmpty()) {
      happenings.forEach(each -> history.add(now, each));
      steps.add(new Happens(happenings));
    }
  }

  private void happens(Happening happening) {
    history.add(now, happening);
    steps.add(new Happens(List.of(happening)));
  }

  private void pass() {
    switch (random.upTo(10)) {
      case 0 -> {} // the next things happen at the same instant
      case 1, 2, 3, 4 -> turnToAChange();
      case 5 -> {
        var away = length();
        steps.add(new Restart(away));
        passed(away);
      }
      default -> turn(length());
    }
  }

  /** Just before something changes by itself, and then to that very instant. */
  private void turnToAChange() {
    var segment = random.one(List.copyOf(defined.keySet()));
    var person = random.one(people);
    var number = history.world().names().getOrDefault(person, 0);
    Moment from = history.moment(now);
    Moment to = history.moment(now.plus(Duration.ofDays(40)));
    var changes =
        new ArrayList<>(
            history.changes(segment, number, from, to).stream().map(History.Change::at).toList());
    changes.addAll(history.world().journeysDue(person));
    if (changes.isEmpty()) {
      turn(length());
      return;
    }
    var before = Duration.ofMillis(random.in(2) ? 1 : 1_000);
    var distance = Duration.between(now, random.one(changes));
    if (distance.compareTo(before) > 0) {
      turn(distance.minus(before));
      turn(before);
    } else {
      turn(distance);
    }
  }

  private void turn(Duration by) {
    steps.add(new Turn(by));
    passed(by);
  }

  private void passed(Duration by) {
    now = now.plus(by);
    history.stop(now);
  }

  private Duration length() {
    return switch (random.upTo(12)) {
      case 0 -> Duration.ofMillis(1 + random.upTo(999));
      case 1 -> Duration.ofSeconds(1);
      case 2, 3 -> Duration.ofMinutes(1 + random.upTo(200));
      case 4, 5, 6 -> Duration.ofHours(1 + random.upTo(48));
      case 7, 8, 9 -> Duration.ofDays(1 + random.upTo(6));
      case 10 -> Duration.ofDays(7 + random.upTo(30));
      default -> Duration.ofDays(30 + random.upTo(200)).plusMillis(random.upTo(100_000));
    };
  }
}
