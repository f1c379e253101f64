package dev.carillon.processing;

import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.campaigns.Journey;
import dev.carillon.objects.ObjectAttributes;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.DeviceRepository.Device;
import dev.carillon.people.Profile;
import dev.carillon.processing.RuleBook.Rules;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.Surroundings;
import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.segments.Surroundings.Relation;
import dev.carillon.segments.SurroundingsRepository;
import dev.carillon.segments.SurroundingsWakes;
import dev.carillon.segments.SurroundingsWakes.ChangedObject;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Devices, objects and journeys around the people of one batch: read for those rules that look at
 * them, kept up with what the batch does, and telling the segments that look at them.
 *
 * <p>Where operations are applied they are read only for campaigns that may start, for whoever is
 * loaded; slow segments are woken and left to due work ({@link SurroundingRules}), which reads them
 * for the people it is about.
 *
 * <p>Who is related to an object that has changed is found out in the background ({@link
 * SlowWakes}): an object may have a million people.
 */
final class BatchSurroundings {
  private final BatchScope scope;
  private final SurroundingsRepository repository = new SurroundingsRepository();
  private final SurroundingsWakes wakes = new SurroundingsWakes();
  private final Map<Long, PersonState> wanted = new LinkedHashMap<>();
  private final Map<Long, LiveSurroundings> live = new LinkedHashMap<>();
  private final TreeMap<Long, ChangedObject> changed = new TreeMap<>();
  private Part part = Part.NONE;
  private boolean left;

  BatchSurroundings(BatchScope scope) {
    this.scope = scope;
  }

  /** Due work is about to evaluate something that looks at this part of a person's surroundings. */
  void want(PersonState person, Part more) {
    if (!more.isEmpty()) {
      part = part.plus(more);
      wanted.put(person.personId(), person);
      person.evaluateSlowSegments();
    }
  }

  /**
   * Leaves a slow segment that was woken to due work.
   *
   * @return false: it can be evaluated here
   */
  boolean leaves(PersonState person, SegmentRule segment, Instant now) {
    if (!segment.slow() || person.evaluatesSlowSegments()) {
      return false;
    }
    person.lookAt(segment.segmentId(), now);
    left = true;
    return true;
  }

  /**
   * Reads what is wanted; where operations are applied, what campaigns look at that may start, for
   * everybody loaded.
   */
  void read(RuleBook.Reach reach, Collection<PersonState> loaded) {
    if (!reach.isDueWork()) {
      for (var person : loaded) {
        var campaigns = campaigns(rules(person), reach);
        if (!campaigns.isEmpty()) {
          part = part.plus(campaigns);
          wanted.put(person.personId(), person);
        }
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    var people = wanted.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    var stored = repository.load(scope.handle(), people, part);
    wanted.forEach((personId, person) ->
        surround(person, LiveSurroundings.of(stored.getOrDefault(personId, Surroundings.NONE))));
    wanted.clear();
  }

  private static Part campaigns(Rules rules, RuleBook.Reach reach) {
    var part = Part.NONE;
    if (!rules.surroundings().ofCampaigns().isEmpty()) {
      for (var id : reach.campaigns()) {
        CompiledCampaign campaign = rules.campaigns().get(id);
        if (campaign != null) {
          part = part.plus(campaign.reads().surroundings());
        }
      }
    }
    return part;
  }

  private void surround(PersonState person, LiveSurroundings surroundings) {
    person.surround(surroundings);
    live.put(person.personId(), surroundings);
  }

  /** Null: nobody looks at them. Somebody new has nothing, until the batch gives them something. */
  private @Nullable LiveSurroundings around(PersonState person) {
    var known = live.get(person.personId());
    if (known == null
        && person.created()
        && !rules(person).surroundings().ofCampaigns().isEmpty()) {
      known = LiveSurroundings.of(Surroundings.NONE);
      surround(person, known);
    }
    return known;
  }

  private Rules rules(PersonState person) {
    return scope.ruleBook().of(person.workspace());
  }

  private void wake(PersonState person, Collection<SegmentRule> segments, Instant at) {
    scope.reactions().woken(person, segments, at);
  }

  /** A person has a device that is new, or has changed. */
  void device(PersonState person, Device device, Instant at) {
    var around = around(person);
    if (around != null) {
      around.put(
          new OwnDevice(
              device.key().token(),
              device.platform(),
              device.lastUsed(),
              AttributesJson.parse(device.attributes()),
              at));
    }
    wake(person, rules(person).surroundings().onDevices(), at);
  }

  /** A person has lost a device; nothing for somebody who is not loaded, as nobody looks then. */
  void noDevice(@Nullable PersonState person, String token, Instant at) {
    if (person == null || !person.loaded()) {
      return;
    }
    var around = around(person);
    if (around != null) {
      around.removeDevice(token);
    }
    wake(person, rules(person).surroundings().onDevices(), at);
  }

  /** A relationship is new, or has changed. */
  void related(PersonState person, ObjectState object, ObjectAttributes relationship, Instant at) {
    var around = around(person);
    if (around != null) {
      around.put(
          object.name().typeId(),
          new Relation(
              object.objectKey(),
              object.name().objectId(),
              copy(object.attributes()),
              copy(relationship),
              at));
    }
    wakeByObject(person, object, at);
  }

  /** A relationship is gone. */
  void unrelated(PersonState person, ObjectState object, Instant at) {
    var around = around(person);
    if (around != null) {
      around.removeRelation(object.name().typeId(), object.objectKey());
    }
    wakeByObject(person, object, at);
  }

  private void wakeByObject(PersonState person, ObjectState object, Instant at) {
    wake(person, onObjects(object), at);
  }

  /**
   * An object has other attributes.
   *
   * @param names of those that have changed; people are looked at again only when somebody asks for
   *     one of them
   */
  void objectChanged(ObjectState object, Set<String> names, Instant at) {
    if (!live.isEmpty()) {
      var attributes = copy(object.attributes());
      live.values()
          .forEach(each ->
              each.changeObject(object.name().typeId(), object.objectKey(), attributes, at));
    }
    for (var segment : onObjects(object)) {
      if (reads(segment, object.name().typeId(), names)) {
        wakePeople(object, at);
        return;
      }
    }
  }

  private static boolean reads(SegmentRule segment, int typeId, Set<String> names) {
    var read = segment.surroundings().objects().getOrDefault(typeId, Set.of());
    return names.stream()
        .anyMatch(name -> read.contains(name) || read.contains(Profile.topLevel(name)));
  }

  private List<SegmentRule> onObjects(ObjectState object) {
    var rules = scope.ruleBook().of(object.name().workspace());
    return rules.surroundings().onObjects(object.name().typeId());
  }

  /** An object is gone, and with it the relationships to it. */
  void objectDeleted(ObjectState object, Instant at) {
    live.values().forEach(each -> each.removeRelation(object.name().typeId(), object.objectKey()));
    if (!onObjects(object).isEmpty()) {
      wakePeople(object, at);
    }
  }

  /** One that this batch has created has nobody yet but those the batch has told. */
  private void wakePeople(ObjectState object, Instant at) {
    if (!object.created()) {
      var name = object.name();
      changed.put(object.objectKey(), new ChangedObject(name.workspace(), name.typeId(), at));
    }
  }

  private static Map<String, Object> copy(ObjectAttributes attributes) {
    return new LinkedHashMap<>(attributes.attributes());
  }

  /** A journey is about to take its first step. */
  void journeyStarted(PersonState person, Journey journey, Instant at) {
    if (rules(person).surroundings() != SurroundingRules.NONE) {
      var around = around(person);
      if (around != null) {
        around.started(journey.campaignId(), at);
      }
      wakeByJourney(person, journey, at);
    }
  }

  /** A journey has moved; only its end matters here. */
  void journeyMoved(PersonState person, Journey journey, Instant at) {
    if (journey.hasEnded() && rules(person).surroundings() != SurroundingRules.NONE) {
      var around = around(person);
      if (around != null) {
        around.ended(journey, at);
      }
      wakeByJourney(person, journey, at);
    }
  }

  /** These are not evaluated in the transaction that has moved the journey. */
  private void wakeByJourney(PersonState person, Journey journey, Instant at) {
    var rules = rules(person).surroundings();
    for (var segment : rules.onJourneys(journey.campaignId())) {
      person.lookAt(segment.segmentId(), rules.looksAt(segment, journey.campaignId(), at));
      left = true;
    }
  }

  /** Writes which objects have changed. */
  void write() {
    if (!changed.isEmpty()) {
      wakes.objectsChanged(scope.handle(), changed);
    }
  }

  /** Whether there is work for due work once this is committed. */
  boolean leavesWork() {
    return left || !changed.isEmpty();
  }
}
