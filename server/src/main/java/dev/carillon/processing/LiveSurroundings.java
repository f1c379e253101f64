package dev.carillon.processing;

import dev.carillon.campaigns.EndReason;
import dev.carillon.campaigns.Journey;
import dev.carillon.segments.Surroundings;
import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.Surroundings.Relation;
import dev.carillon.segments.Surroundings.Travels;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The surroundings of one person while a batch works on it: as stored, and kept up with what the
 * batch does, so that conditions see what came before them and nothing that comes after.
 */
final class LiveSurroundings {
  private static final Travels NOT_ENTERED = new Travels(0, 0, false, false, Instant.EPOCH);

  private final Map<String, OwnDevice> devices = new LinkedHashMap<>();
  private final Map<Integer, Map<Long, Relation>> related = new HashMap<>();
  private final Map<Integer, Collection<Relation>> relatedView = new HashMap<>();
  private final Map<Integer, Travels> campaigns = new HashMap<>();
  private final Surroundings view;

  private LiveSurroundings(boolean more) {
    view =
        new Surroundings(
            Collections.unmodifiableCollection(devices.values()),
            Collections.unmodifiableMap(relatedView),
            more,
            Collections.unmodifiableMap(campaigns));
  }

  /** Starts with what is stored. */
  static LiveSurroundings of(Surroundings stored) {
    var live = new LiveSurroundings(stored.more());
    stored.devices().forEach(live::put);
    stored.related().forEach((type, each) -> each.forEach(relation -> live.put(type, relation)));
    live.campaigns.putAll(stored.campaigns());
    return live;
  }

  /** As they are at this point of the batch. */
  Surroundings view() {
    return view;
  }

  /** Adds or changes a device. */
  void put(OwnDevice device) {
    devices.put(device.token(), device);
  }

  /** Takes a device away. */
  void removeDevice(String token) {
    devices.remove(token);
  }

  /** Adds or changes a relationship to an object of a type. */
  void put(int typeId, Relation relation) {
    related
        .computeIfAbsent(
            typeId,
            _ -> {
              var relations = new LinkedHashMap<Long, Relation>();
              relatedView.put(typeId, relations.values());
              return relations;
            })
        .put(relation.objectKey(), relation);
  }

  /** Takes a relationship away. */
  void removeRelation(int typeId, long objectKey) {
    relations(typeId).remove(objectKey);
  }

  /** An object has other attributes now; nothing if the person is not related to it. */
  void changeObject(int typeId, long objectKey, Map<String, Object> attributes, Instant at) {
    relations(typeId)
        .computeIfPresent(
            objectKey,
            (_, former) ->
                new Relation(objectKey, former.objectId(), attributes, former.relationship(), at));
  }

  private Map<Long, Relation> relations(int typeId) {
    var relations = related.get(typeId);
    return relations == null ? new HashMap<>() : relations;
  }

  /** A journey has started. */
  void started(int campaignId, Instant at) {
    var before = campaigns.getOrDefault(campaignId, NOT_ENTERED);
    campaigns.put(
        campaignId,
        new Travels(
            before.journeys() + 1, before.underWay() + 1, before.finished(), before.exited(), at));
  }

  /** A journey that was under way has ended. */
  void ended(Journey journey, Instant at) {
    var before = campaigns.getOrDefault(journey.campaignId(), NOT_ENTERED);
    var early =
        journey.state() == Journey.State.EXITED && journey.endReason() != EndReason.MERGED_PERSON;
    campaigns.put(
        journey.campaignId(),
        new Travels(
            before.journeys(),
            Math.max(0, before.underWay() - 1),
            before.finished() || journey.state() == Journey.State.FINISHED,
            before.exited() || early,
            at));
  }
}
