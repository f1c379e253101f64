package dev.carillon.reference;

import dev.carillon.reference.Happening.ObjectName;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Random things that happen to one person. */
final class RandomLife {
  /** The product keeps room for a few events ahead of the clock only. */
  private static final int AHEAD = 6;

  private static final long DAY = 86_400;

  private final RandomValues random;
  private final Set<Kind> kinds;

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
    return switch (random.upTo(12)) {
      case 0, 1, 2, 3 -> identified(person, now);
      case 4 -> manual.isEmpty() ? identified(person, now) : placed(person, manual);
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
      var leaf = random.one(List.of("topics.topic_1", "topics.topic_2", "channels.email", "channels.push"));
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
          ahead < AHEAD ? now.plusMillis(1 + random.upTo(random.in(2) ? 100_000 : 400_000_000)) : now;
      default -> now;
    };
  }

  /** Something that may concern others, too; null: there is nothing of the kind. */
  @Nullable Happening shared(String person, String other, World world, Instant now) {
    return switch (random.upTo(6)) {
      case 0 -> new Happening.Deleted(person);
      case 1 -> merged(person, other, world, now);
      case 2, 3 -> kinds.contains(Kind.DEVICE) ? device(person, now) : null;
      default -> kinds.contains(Kind.OBJECT) ? object(person) : null;
    };
  }

  private static @Nullable Happening merged(
      String person, String other, World world, Instant now) {
    return world.ahead(person, now) + world.ahead(other, now) <= AHEAD && !person.equals(other)
        ? new Happening.Merged(person, other)
        : null;
  }

  private Happening device(String person, Instant now) {
    var token = random.one(RandomConditions.TOKENS);
    if (random.in(4)) {
      return new Happening.DeviceRemoved(person, token);
    }
    var platform = random.one(List.of("ios", "android"));
    var lastUsed = random.in(2) ? now : now.minusSeconds(random.upTo((int) (6 * DAY)));
    return new Happening.DeviceUsed(person, token, platform, lastUsed, scalars());
  }

  private Happening object(String person) {
    var object =
        new ObjectName(
            1 + random.upTo(RandomConditions.OBJECT_TYPES), random.one(List.of("a", "b", "c")));
    return switch (random.upTo(8)) {
      case 0 -> new Happening.ObjectDeleted(object);
      case 1, 2 -> new Happening.Unrelated(person, object);
      case 3, 4 -> new Happening.ObjectWritten(object, scalars());
      default -> new Happening.Related(person, object, scalars());
    };
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
