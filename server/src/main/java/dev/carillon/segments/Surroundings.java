package dev.carillon.segments;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a person beyond the profile: devices, related objects, journeys. Read only for
 * conditions that ask for it.
 *
 * @param related by type of object
 * @param campaigns by campaign; absent: never entered
 */
public record Surroundings(
    List<OwnDevice> devices,
    Map<Integer, List<Relation>> related,
    Map<Integer, EnumSet<CampaignActivity>> campaigns) {

  /** Of somebody who has nothing. */
  public static final Surroundings NONE = new Surroundings(List.of(), Map.of(), Map.of());

  /**
   * A device of the person.
   *
   * @param platform {@code ios} or {@code android}; null: not known
   */
  public record OwnDevice(
      String token, @Nullable String platform, Instant lastUsed, Map<String, Object> attributes) {}

  /** An object the person is related to. */
  public record Relation(
      String objectId, Map<String, Object> object, Map<String, Object> relationship) {}

  /** Objects of a type; none when there are none. */
  List<Relation> related(int typeId) {
    return related.getOrDefault(typeId, List.of());
  }

  /** What was done in a campaign; nothing when it was never entered. */
  Set<CampaignActivity> in(int campaignId) {
    var activities = campaigns.get(campaignId);
    return activities == null ? Set.of() : activities;
  }
}
