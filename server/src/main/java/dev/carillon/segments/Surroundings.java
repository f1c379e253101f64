package dev.carillon.segments;

import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a person beyond the profile: devices, related objects, journeys. Read only for
 * conditions that ask for it, and only the part of it they ask for. Nothing is copied, so that
 * changes of whoever made it count at once.
 *
 * @param related by type of object
 * @param more whether the person has more relationships than were looked at ({@link
 *     SurroundingsRepository#MOST_RELATIONSHIPS})
 * @param campaigns by campaign; absent: never entered
 */
public record Surroundings(
    Collection<OwnDevice> devices,
    Map<Integer, Collection<Relation>> related,
    boolean more,
    Map<Integer, Travels> campaigns) {

  /** Of somebody who has nothing. */
  public static final Surroundings NONE = new Surroundings(List.of(), Map.of(), false, Map.of());

  /**
   * A device of the person.
   *
   * @param platform {@code ios} or {@code android}; null: not known
   * @param changedAt when anything about it changed last
   */
  public record OwnDevice(
      String token,
      @Nullable String platform,
      Instant lastUsed,
      Map<String, Object> attributes,
      Instant changedAt) {}

  /**
   * An object the person is related to. Of both attributes at least those are there that the
   * conditions name.
   *
   * @param changedAt when the object or the relationship changed last
   */
  public record Relation(
      long objectKey,
      String objectId,
      Map<String, Object> object,
      Map<String, Object> relationship,
      Instant changedAt) {}

  /**
   * What the person did in one campaign.
   *
   * @param journeys how many were started, ended ones included
   * @param underWay how many of them have not ended
   * @param finished whether any came to its end
   * @param exited whether any ended early
   * @param changedAt when the last of them started or ended
   */
  public record Travels(
      int journeys, int underWay, boolean finished, boolean exited, Instant changedAt) {

    /** The same in the words of conditions. */
    public Set<CampaignActivity> activities() {
      var activities = EnumSet.noneOf(CampaignActivity.class);
      if (journeys > 0) {
        activities.add(CampaignActivity.ENTERED);
      }
      if (underWay > 0) {
        activities.add(CampaignActivity.IN);
      }
      if (finished) {
        activities.add(CampaignActivity.FINISHED);
      }
      if (exited) {
        activities.add(CampaignActivity.EXITED);
      }
      return activities;
    }
  }

  /**
   * Which part of the surroundings somebody asks for.
   *
   * @param objects types of related objects, each with the attributes that are looked at
   * @param campaigns ids
   */
  public record Part(boolean devices, Map<Integer, Set<String>> objects, Set<Integer> campaigns) {
    /** Nothing of it. */
    public static final Part NONE = new Part(false, Map.of(), Set.of());

    /** Copies the map and the sets. */
    public Part {
      var types = new HashMap<Integer, Set<String>>();
      objects.forEach((type, names) -> types.put(type, Set.copyOf(names)));
      objects = Map.copyOf(types);
      campaigns = Set.copyOf(campaigns);
    }

    /** Whether it is nothing. */
    public boolean isEmpty() {
      return !devices && objects.isEmpty() && campaigns.isEmpty();
    }

    /** Both together. */
    public Part plus(Part other) {
      if (other.isEmpty()) {
        return this;
      }
      if (isEmpty()) {
        return other;
      }
      var types = new HashMap<>(objects);
      other.objects.forEach((type, names) ->
          types.merge(
              type,
              names,
              (own, more) -> {
                var both = new HashSet<>(own);
                both.addAll(more);
                return Set.copyOf(both);
              }));
      var ids = new HashSet<>(campaigns);
      ids.addAll(other.campaigns);
      return new Part(devices || other.devices, types, ids);
    }
  }

  /** Objects of a type; none when there are none. */
  Collection<Relation> related(int typeId) {
    return related.getOrDefault(typeId, List.of());
  }

  /** What was done in a campaign; null when it was never entered. */
  @Nullable Travels travels(int campaignId) {
    return campaigns.get(campaignId);
  }
}
