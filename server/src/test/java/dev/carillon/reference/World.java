package dev.carillon.reference;

import dev.carillon.reference.Happening.ObjectName;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A workspace at one moment: what is known after everything that happened until then. Does not
 * change once it is made; the next moment is another world.
 */
public final class World {
  /** By number; a number is never used again (P-2, P-16). */
  private final Map<Integer, Person> people = new HashMap<>();

  private final Map<String, Integer> names = new HashMap<>();
  private int born;
  private Shared shared;

  /**
   * What belongs to nobody in particular.
   *
   * @param segments conditions by the segment's number; empty for manual ones
   * @param defaults what topics and channels give those who chose nothing
   */
  record Shared(
      ZoneId zone,
      Map<Integer, Optional<Map<String, Object>>> segments,
      Map<ObjectName, Attributes> objects,
      Map<String, Boolean> defaults) {}

  World(ZoneId zone) {
    shared = new Shared(zone, Map.of(), Map.of(), Map.of());
  }

  private World(World before) {
    people.putAll(before.people);
    names.putAll(before.names);
    born = before.born;
    shared = before.shared;
  }

  /** Who has which id. */
  public Map<String, Integer> names() {
    return Map.copyOf(names);
  }

  @Nullable Person person(int number) {
    return people.get(number);
  }

  /** The messages that went to people who are there. */
  List<String> messages() {
    return people.values().stream()
        .flatMap(who -> who.messages.keySet().stream())
        .sorted()
        .toList();
  }

  /** How many events somebody has that have not happened yet. */
  int ahead(String id, Instant now) {
    var who = people.get(names.getOrDefault(id, 0));
    return who == null
        ? 0
        : (int) who.events.stream().filter(each -> each.at().isAfter(now)).count();
  }

  Shared shared() {
    return shared;
  }

  /** The conditions of a segment; none of a manual one, nor before it is defined. */
  Optional<Map<String, Object>> conditions(int segment) {
    return shared.segments.getOrDefault(segment, Optional.empty());
  }

  /** Whether somebody is in a segment at an instant; nobody is in one before it is defined. */
  boolean in(int segment, Person person, Instant now) {
    return shared.segments.containsKey(segment)
        && conditions(segment)
            .map(each -> new Truth(this, person, now).holds(each))
            .orElseGet(() -> person.placed.contains(segment));
  }

  /** The world after one more happening. */
  World after(Happening happening, Instant now) {
    var next = new World(this);
    next.apply(happening, now);
    return next;
  }

  /** The world once all journeys that are due have gone on, which they do when the clock stops. */
  World stopped(Instant now) {
    var next = new World(this);
    next.people.replaceAll(
        (number, who) -> who.travelsOn(now) ? changed(who, each -> each.travel(now)) : who);
    return next;
  }

  /** When journeys of somebody are due to end. */
  public List<Instant> journeysDue(String id) {
    var who = people.get(names.getOrDefault(id, 0));
    return who == null
        ? List.of()
        : who.journeys.values().stream()
            .filter(Person.Journey::underWay)
            .map(Person.Journey::due)
            .sorted()
            .toList();
  }

  private void apply(Happening happening, Instant now) {
    switch (happening) {
      case Happening.Identified(var id, var call, var writtenAt) ->
          change(id, now, who -> who.attributes = who.attributes.with(call, writtenAt, now));
      case Happening.Did did -> change(did.person(), now, who -> who.events.add(did)); // P-45
      case Happening.Placed(var id, var segment, var in) when in ->
          change(id, now, who -> who.placed.add(segment));
      case Happening.Placed(var id, var segment, _) ->
          changeKnown(id, who -> who.placed.remove(segment));
      case Happening.Merged(var primary, var secondary) -> merge(primary, secondary);
      case Happening.Deleted(var id) -> people.remove(names.remove(id));
      case Happening.DeviceUsed used -> use(used, now);
      case Happening.DeviceRemoved(var id, var token) ->
          changeKnown(id, who -> who.devices.remove(token));
      case Happening.ObjectWritten(var object, var call) -> write(object, call, now);
      case Happening.ObjectDeleted(var object) -> {
        people.replaceAll((number, who) -> changed(who, each -> each.relationships.remove(object)));
        share(shared.segments, without(shared.objects, object), shared.defaults);
      }
      case Happening.Related(var id, var object, var call) -> {
        write(object, Map.of(), now);
        change(
            id,
            now,
            who ->
                who.relationships.merge(
                    object,
                    Attributes.NONE.with(call, null, now),
                    (present, added) -> present.with(call, null, now)));
      }
      case Happening.Unrelated(var id, var object) ->
          changeKnown(id, who -> who.relationships.remove(object));
      case Happening.Sent(var id, var message, var scope) ->
          changeKnown(id, who -> who.messages.put(message, new Person.Message(scope, List.of())));
      case Happening.Reached reached ->
          people.replaceAll((number, who) ->
              who.messages.containsKey(reached.message())
                  ? changed(
                      who,
                      each ->
                          each.messages.computeIfPresent(
                              reached.message(), (_, message) -> message.with(reached)))
                  : who);
      case Happening.Travelled(var id, var journey, var campaign, var ends, var end) ->
          change(
              id,
              now,
              who -> who.journeys.put(journey, new Person.Journey(campaign, ends, end, "in")));
      case Happening.Defined(var segment, var condition) ->
          share(
              with(shared.segments, segment, Optional.ofNullable(condition)),
              shared.objects,
              shared.defaults);
      case Happening.ByDefault(var choice, var subscribed) ->
          share(shared.segments, shared.objects, with(shared.defaults, choice, subscribed));
    }
  }

  /** Changes whoever has an id; somebody unknown comes to be (P-1, P-45). */
  private void change(String id, Instant now, Consumer<Person> change) {
    if (!names.containsKey(id)) {
      names.put(id, ++born);
      people.put(born, new Person(Attributes.NONE.with(Map.of("id", id), null, now)));
    }
    changeKnown(id, change);
  }

  private void changeKnown(String id, Consumer<Person> change) {
    var number = names.get(id);
    if (number != null) {
      people.compute(number, (_, who) -> changed(Objects.requireNonNull(who), change));
    }
  }

  private static Person changed(Person who, Consumer<Person> change) {
    var copy = who.copy();
    change.accept(copy);
    return copy;
  }

  /** Nothing happens when either is unknown, or both are the same. The secondary's id is free. */
  private void merge(String primary, String secondary) {
    if (names.containsKey(primary) && names.containsKey(secondary) && !primary.equals(secondary)) {
      var heritage = Objects.requireNonNull(people.remove(names.remove(secondary)));
      changeKnown(primary, who -> who.inherit(heritage));
    }
  }

  /** A device moves with what is known of it; when it was used last never goes back. */
  private void use(Happening.DeviceUsed used, Instant now) {
    var owner = names.get(used.person());
    var present =
        people.values().stream()
            .flatMap(who -> Optional.ofNullable(who.devices.get(used.token())).stream())
            .findFirst()
            .orElse(new Person.Device(used.platform(), used.lastUsed(), Attributes.NONE));
    var lastUsed =
        present.lastUsed().isAfter(used.lastUsed()) ? present.lastUsed() : used.lastUsed();
    var attributes = present.attributes().with(used.attributes(), null, now);
    people.replaceAll((number, who) ->
        number.equals(owner) ? who : changed(who, each -> each.devices.remove(used.token())));
    var device = new Person.Device(used.platform(), lastUsed, attributes);
    change(used.person(), now, who -> who.devices.put(used.token(), device));
  }

  private void write(ObjectName name, Map<String, @Nullable Object> call, Instant now) {
    var present = shared.objects.getOrDefault(name, Attributes.NONE);
    share(
        shared.segments,
        with(shared.objects, name, present.with(call, null, now)),
        shared.defaults);
  }

  private void share(
      Map<Integer, Optional<Map<String, Object>>> segments,
      Map<ObjectName, Attributes> objects,
      Map<String, Boolean> defaults) {
    shared = new Shared(shared.zone, segments, objects, defaults);
  }

  private static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    var changed = new HashMap<>(map);
    changed.put(key, value);
    return changed;
  }

  private static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    var changed = new HashMap<>(map);
    changed.remove(key);
    return changed;
  }
}
