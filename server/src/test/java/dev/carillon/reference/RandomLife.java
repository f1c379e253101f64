package dev.carillon.reference;

import dev.carillon.reference.Happening.ObjectName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Random things that happen to one person. */
public final class RandomLife {
  /** The product keeps room for a few events ahead of the clock only. */
  private static final int AHEAD = 6;

  private static final long DAY = 86_400;

  /**
   * What journeys through a campaign come to.
   *
   * @param end finished or exited
   */
  public record Course(Duration length, String end) {}

  /** The campaigns there are, by number. */
  public static final SortedMap<Integer, Course> COURSES =
      new TreeMap<>(
          Map.of(
              1, new Course(Duration.ofDays(2), "finished"),
              2, new Course(Duration.ofHours(3), "exited")));

  /** What there is to subscribe to. */
  public static final List<String> CHOICES =
      List.of("topics.topic_1", "topics.topic_2", "channels.email", "channels.push");

  private final RandomValues random;
  private final Set<Kind> kinds;
  private int named;

  RandomLife(RandomValues random, Set<Kind> kinds) {
    this.random = random;
    this.kinds = kinds;
  }

  /**
   * Something about one person alone: what happens to others at the same time does not matter.
   *
   * @param manual segments people can be put into
   */
  Happening own(String person, World world, Instant now, List<Integer> manual) {
    return switch (random.upTo(14)) {
      case 0, 1, 2, 3 -> identified(person, now);
      case 4 -> manual.isEmpty() ? identified(person, now) : placed(person, manual);
      case 5, 6, 7 -> around(person, world, now);
      default -> did(person, world, now);
    };
  }

  /** Something around the person that nobody else has a part in. */
  private Happening around(String person, World world, Instant now) {
    var number = world.names().get(person);
    var kind = random.one(List.of(Kind.DEVICE, Kind.OBJECT, Kind.CAMPAIGN));
    return switch (kinds.contains(kind) && number != null ? kind : Kind.EVENT) {
      case DEVICE -> device(person, "of " + number, now); // nobody else ever uses it
      case OBJECT ->
          random.in(3)
              ? new Happening.Unrelated(person, object())
              : new Happening.Related(person, object(), scalars());
      case CAMPAIGN -> travelled(person, now);
      default -> did(person, world, now);
    };
  }

  private Happening placed(String person, List<Integer> manual) {
    return new Happening.Placed(person, random.one(manual), !random.in(3));
  }

  private Happening identified(String person, Instant now) {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    for (var i = 1 + random.upTo(2); i > 0; i--) {
      var field = random.one(RandomValues.FIELDS);
      attributes.put(field, random.value(field, now));
    }
    if (kinds.contains(Kind.SUBSCRIPTION) && random.in(2)) {
      var leaf = random.one(CHOICES);
      attributes.put("cio_subscription_preferences." + leaf, random.one(List.of(true, false)));
    }
    return new Happening.Identified(person, attributes, random.in(4) ? writtenAt(now) : null);
  }

  /** Mostly earlier, seldom a little later; in whole seconds, as the wire has it. */
  private Instant writtenAt(Instant now) {
    var seconds = random.in(8) ? random.upTo(3_600) : -random.upTo((int) (10 * DAY));
    return Instant.ofEpochSecond(now.getEpochSecond() + seconds);
  }

  private Happening did(String person, World world, Instant now) {
    var type = random.one(List.of("event", "event", "event", "event", "page", "screen", "form"));
    var pages = type.equals("page") || type.equals("screen");
    var name = random.one(pages ? RandomConditions.PAGES : RandomConditions.EVENTS);
    return new Happening.Did(person, type, name, at(world.ahead(person, now), now), random.data());
  }

  /** Mostly now; else late, often by a whole span, or ahead. */
  private Instant at(int ahead, Instant now) {
    return switch (random.upTo(8)) {
      case 0 -> now.minusSeconds((1 + random.upTo(6)) * DAY);
      case 1 -> now.minusMillis(random.upTo(40) * DAY * 1_000 + random.upTo(100_000));
      case 2 -> now.minusSeconds(random.upTo(7_200));
      case 3 ->
          ahead < AHEAD
              ? now.plusMillis(1 + random.upTo(random.in(2) ? 100_000 : 400_000_000))
              : now;
      default -> now;
    };
  }

  /**
   * Something about one person that others may have a part in; null: nothing, this time.
   *
   * @param other somebody, maybe the same person
   */
  @Nullable Happening shared(String person, String other, World world, Instant now) {
    return switch (random.one(sharing())) {
      case DELETED -> new Happening.Deleted(person);
      case MERGED -> merged(person, other, world, now);
      case DEVICE -> device(person, random.one(RandomConditions.TOKENS), now);
      case OBJECT -> object(person);
      case MESSAGE -> message(person, world, now);
      case CAMPAIGN -> travelled(person, now);
    };
  }

  private enum Sharing {
    DELETED,
    MERGED,
    DEVICE,
    OBJECT,
    MESSAGE,
    CAMPAIGN
  }

  private List<Sharing> sharing() {
    var sharing = new ArrayList<>(List.of(Sharing.DELETED, Sharing.MERGED));
    for (var each : List.of(Sharing.DEVICE, Sharing.OBJECT, Sharing.MESSAGE, Sharing.CAMPAIGN)) {
      if (kinds.contains(Kind.valueOf(each.name()))) {
        sharing.addAll(List.of(each, each, each));
      }
    }
    return sharing;
  }

  private static @Nullable Happening merged(String person, String other, World world, Instant now) {
    return world.ahead(person, now) + world.ahead(other, now) <= AHEAD && !person.equals(other)
        ? new Happening.Merged(person, other)
        : null;
  }

  private Happening device(String person, String token, Instant now) {
    if (random.in(4)) {
      return new Happening.DeviceRemoved(person, token);
    }
    var platform = random.one(List.of("ios", "android"));
    var lastUsed = random.in(2) ? now : now.minusSeconds(random.upTo((int) (6 * DAY)));
    return new Happening.DeviceUsed(person, token, platform, lastUsed, scalars());
  }

  private Happening object(String person) {
    var object = object();
    return switch (random.upTo(8)) {
      case 0, 1 -> new Happening.ObjectDeleted(object);
      case 2 -> new Happening.Unrelated(person, object);
      case 3, 4, 5 -> new Happening.ObjectWritten(object, scalars());
      default -> new Happening.Related(person, object, scalars());
    };
  }

  private ObjectName object() {
    return new ObjectName(
        1 + random.upTo(RandomConditions.OBJECT_TYPES), random.one(List.of("a", "b")));
  }

  private @Nullable Happening message(String person, World world, Instant now) {
    var messages = world.messages();
    return messages.isEmpty() || random.in(3)
        ? sent(person, world)
        : reached(random.one(messages), now);
  }

  /** A message to somebody; null when there is nobody of that name. */
  @Nullable Happening sent(String person, World world) {
    var scope = new LinkedHashMap<String, Object>();
    scope.put("channel", random.one(RandomConditions.CHANNELS));
    if (!random.in(3)) {
      scope.put("campaign", random.one(List.copyOf(COURSES.keySet())));
    }
    return world.names().containsKey(person)
        ? new Happening.Sent(person, "m" + named++, scope)
        : null;
  }

  /** Something a message has reached, mostly now. */
  Happening reached(String message, Instant now) {
    var metric = random.one(RandomConditions.METRICS);
    var at = random.in(2) ? now : now.minusSeconds(random.upTo((int) (3 * DAY)));
    var link = metric.equals("clicked") ? random.one(RandomConditions.LINKS) : null;
    return new Happening.Reached(message, metric, at, link, true);
  }

  private Happening travelled(String person, Instant now) {
    var campaign = random.one(List.copyOf(COURSES.keySet()));
    var course = Objects.requireNonNull(COURSES.get(campaign));
    return new Happening.Travelled(
        person, "j" + named++, campaign, now.plus(course.length), course.end);
  }

  private Map<String, @Nullable Object> scalars() {
    var scalars = new LinkedHashMap<String, @Nullable Object>();
    scalars.put(random.one(List.of("plan", "total")), random.in(6) ? null : random.scalar());
    if (random.in(2)) {
      scalars.put("total", random.number());
    }
    return scalars;
  }
}
