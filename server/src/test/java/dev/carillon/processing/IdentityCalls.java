package dev.carillon.processing;

import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes random calls about a few people, who are named in many ways. Every event has a name of its
 * own, so that each can be followed, and every value too.
 *
 * @param prefix begins all names, so that several of these share a workspace and never meet
 * @param names how many of each kind there are
 * @param segmentId a manual segment
 */
record IdentityCalls(
    ProcessingKit kit, Random random, String prefix, int names, int segmentId, List<String> kinds) {

  /**
   * When all values were written: at one instant, so that the order in which calls are applied
   * decides (P-11). It is late enough for none to be older than what creates a person.
   */
  private static final long WRITTEN = ProcessingKit.START.plus(Duration.ofDays(30)).toEpochMilli();

  /** Calls that move or remove people among others. */
  static final Set<String> ALL =
      Set.of(
          "identify",
          "both",
          "event",
          "anonymous",
          "link",
          "merge",
          "alias",
          "delete",
          "suppress",
          "unsuppress",
          "device",
          "no device",
          "relate",
          "unrelate",
          "relate anonymous",
          "delete object",
          "enter",
          "leave");

  /** Calls after which every event still belongs to somebody, or waits. */
  static final Set<String> LOSING_NOTHING =
      Set.of("identify", "both", "event", "anonymous", "link", "merge", "alias", "device", "enter");

  IdentityCalls(
      ProcessingKit kit,
      Random random,
      String prefix,
      int names,
      int segmentId,
      Set<String> kinds) {
    this(kit, random, prefix, names, segmentId, kinds.stream().sorted().toList());
  }

  private String any(String kind) {
    return prefix + kind + random.nextInt(names);
  }

  private Identifier anybody() {
    return random.nextBoolean() ? Identifier.id(any("p")) : Identifier.email(anyEmail());
  }

  /** In any letters. */
  private String anyEmail() {
    var email = any("p") + "@example.test";
    return random.nextInt(4) == 0 ? email.toUpperCase(Locale.ROOT) : email;
  }

  /** Every identifier that can occur. */
  List<Identifier> identifiers() {
    return IntStream.range(0, names)
        .boxed()
        .flatMap(i ->
            Stream.of(
                Identifier.id(prefix + "p" + i),
                Identifier.email(prefix + "p" + i + "@example.test"),
                Identifier.id(prefix + "a" + i))) // an alias may name it
        .toList();
  }

  Operation next(int number) {
    var value = prefix + "v" + number;
    var object = new ObjectName.OfType(1, any("o"));
    var things = new Things(kit);
    return switch (kinds.get(random.nextInt(kinds.size()))) {
      case "identify" -> identify(value, false);
      case "both" -> identify(value, true);
      case "event" -> kit.eventOf(anybody(), value, "{}");
      case "anonymous" -> kit.anonymousOf(any("a"), value, kit.clock.instant());
      case "link" -> kit.linkingOf(anybody(), any("a"), value);
      case "merge" -> kit.mergeOf(anybody(), anybody());
      case "alias" ->
          new Operation.Merge(
              kit.workspace(),
              anybody(),
              random.nextBoolean() ? anybody() : Identifier.id(any("a")),
              true);
      case "delete" -> new Operation.Delete(kit.workspace(), anybody());
      case "suppress" -> kit.suppressOf(anybody());
      case "unsuppress" -> kit.unsuppressOf(anybody());
      case "device" -> things.device(anybody(), any("t"), null);
      case "no device" -> things.noDevice(anybody(), any("t"));
      case "relate" -> relate(anybody(), null, object, value);
      case "unrelate" -> things.unrelate(anybody(), object);
      case "relate anonymous" -> relate(null, any("a"), object, value);
      case "delete object" -> things.delete(object);
      case "enter" -> new Operation.Membership(kit.workspace(), anybody(), segmentId, true);
      case "leave" -> new Operation.Membership(kit.workspace(), anybody(), segmentId, false);
      default -> throw new IllegalStateException("no such kind of call");
    };
  }

  private Operation relate(
      @Nullable Identifier person, @Nullable String anonymousId, ObjectName object, String value) {
    return new Operation.Relate(
        kit.workspace(),
        person,
        anonymousId,
        object,
        true,
        person != null,
        Map.of("of", value),
        WRITTEN);
  }

  private Operation identify(String value, boolean both) {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    attributes.put("b" + random.nextInt(names), value);
    if (both) {
      attributes.put("id", any("p"));
      attributes.put("email", anyEmail());
    }
    if (random.nextInt(4) == 0) {
      attributes.put("anonymous_id", any("a"));
    }
    return new Operation.Identify(
        kit.workspace(), anybody(), attributes, WRITTEN, random.nextInt(8) == 0);
  }
}
