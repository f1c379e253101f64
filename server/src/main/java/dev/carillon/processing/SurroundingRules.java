package dev.carillon.processing;

import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.campaigns.Frequency;
import dev.carillon.objects.ObjectName;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.segments.Surroundings.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which rules of one workspace look at the surroundings of people: their devices, objects and
 * journeys.
 *
 * <p>Such a segment is <i>slow</i>. It is never evaluated where operations are applied, whose
 * memory does not hold all of that; whatever wakes it sets its timer to that instant, and due work,
 * which reads what it needs, looks within milliseconds.
 *
 * <p><b>No segment drives itself round and round through a campaign.</b> Entering a segment may
 * start a campaign, and its journeys may wake the segment again. Having entered, finished or left a
 * campaign early never becomes untrue, so these turn a segment once. Only whether a journey is
 * under way comes and goes. A journey that does not wait starts and ends in one transaction, and
 * nobody ever sees it under way; one that waits could come back as often as its waits allow, down
 * to a second. Therefore a segment that starts, directly or through others, the campaign it asks
 * this of follows its journeys {@link #TURN} later: a turn takes at least that long.
 *
 * @param onDevices segments that look at devices
 * @param byObjectType segments that look at objects of a type
 * @param byCampaign segments that look at journeys of a campaign
 * @param firing what has to be at hand when a segment is evaluated with all that may follow;
 *     absent: nothing
 * @param ofCampaigns what the conditions of campaigns look at
 * @param loops segments that may start the campaign they ask whether a journey of it is under way
 */
record SurroundingRules(
    List<SegmentRule> onDevices,
    Map<Integer, List<SegmentRule>> byObjectType,
    Map<Integer, List<SegmentRule>> byCampaign,
    Map<Integer, Part> firing,
    Part ofCampaigns,
    Set<Loop> loops) {
  /** How long a segment that may start a campaign takes to follow its journeys. */
  static final Duration TURN = Duration.ofHours(1);

  static final SurroundingRules NONE =
      new SurroundingRules(List.of(), Map.of(), Map.of(), Map.of(), Part.NONE, Set.of());

  /** A segment and a campaign that come back to each other. */
  record Loop(int segmentId, int campaignId) {}

  /**
   * Arranges rules.
   *
   * @param bySegment segments that read another segment
   * @param onEntry running campaigns that start when a segment is entered
   * @param campaigns all campaigns journeys may be in
   */
  static SurroundingRules of(
      Collection<SegmentRule> segments,
      Map<Integer, List<SegmentRule>> bySegment,
      Map<Integer, List<CompiledCampaign>> onEntry,
      Collection<CompiledCampaign> campaigns) {
    var ofCampaigns = Part.NONE;
    for (var campaign : campaigns) {
      ofCampaigns = ofCampaigns.plus(campaign.reads().surroundings());
    }
    if (ofCampaigns.isEmpty() && segments.stream().noneMatch(SegmentRule::slow)) {
      return NONE;
    }
    var onDevices = new ArrayList<SegmentRule>();
    var byObjectType = new HashMap<Integer, List<SegmentRule>>();
    var byCampaign = new HashMap<Integer, List<SegmentRule>>();
    for (var segment : segments) {
      var wakes = segment.wakes();
      if (wakes.devices()) {
        onDevices.add(segment);
      }
      wakes.objectTypes().forEach(type -> list(byObjectType, type).add(segment));
      wakes.campaigns().forEach(campaign -> list(byCampaign, campaign).add(segment));
    }
    var graph = new Graph(bySegment, onEntry, byCampaign);
    return new SurroundingRules(
        List.copyOf(onDevices),
        Map.copyOf(byObjectType),
        Map.copyOf(byCampaign),
        graph.firing(segments),
        ofCampaigns,
        graph.loops());
  }

  private static List<SegmentRule> list(Map<Integer, List<SegmentRule>> lists, int key) {
    return lists.computeIfAbsent(key, _ -> new ArrayList<>());
  }

  /** What leads to what. */
  private record Graph(
      Map<Integer, List<SegmentRule>> bySegment,
      Map<Integer, List<CompiledCampaign>> onEntry,
      Map<Integer, List<SegmentRule>> byCampaign) {

    Map<Integer, Part> firing(Collection<SegmentRule> segments) {
      var firing = new HashMap<Integer, Part>();
      for (var segment : segments) {
        var part = Part.NONE;
        for (var each : follow(segment)) {
          part = part.plus(each.surroundings());
          for (var campaign : entered(each)) {
            part = part.plus(campaign.reads().surroundings());
          }
        }
        if (!part.isEmpty()) {
          firing.put(segment.segmentId(), part);
        }
      }
      return Map.copyOf(firing);
    }

    /** A segment and those that read it, directly or through others. */
    private Set<SegmentRule> follow(SegmentRule segment) {
      var reached = new LinkedHashSet<SegmentRule>();
      var waiting = new ArrayDeque<>(List.of(segment));
      while (!waiting.isEmpty()) {
        var each = waiting.poll();
        if (reached.add(each)) {
          waiting.addAll(bySegment.getOrDefault(each.segmentId(), List.of()));
        }
      }
      return reached;
    }

    private List<CompiledCampaign> entered(SegmentRule segment) {
      return onEntry.getOrDefault(segment.segmentId(), List.of());
    }

    private Set<Loop> loops() {
      var loops = new HashSet<Loop>();
      byCampaign.forEach((campaign, segments) -> {
        for (var segment : segments) {
          if (segment.underWay().contains(campaign) && starts(segment, campaign)) {
            loops.add(new Loop(segment.segmentId(), campaign));
          }
        }
      });
      return Set.copyOf(loops);
    }

    /** Whether a change of a segment may start a campaign again, by whatever way. */
    private boolean starts(SegmentRule from, int campaignId) {
      var reached = new HashSet<SegmentRule>();
      var waiting = new ArrayDeque<>(List.of(from));
      while (!waiting.isEmpty()) {
        var each = waiting.poll();
        if (!reached.add(each)) {
          continue;
        }
        waiting.addAll(bySegment.getOrDefault(each.segmentId(), List.of()));
        for (var campaign : entered(each)) {
          if (campaign.campaign().definition().frequency() == Frequency.ONCE) {
            continue;
          }
          if (campaign.id() == campaignId) {
            return true;
          }
          for (var reader : byCampaign.getOrDefault(campaign.id(), List.of())) {
            if (reader.underWay().contains(campaign.id())) {
              waiting.add(reader);
            }
          }
        }
      }
      return false;
    }
  }

  /** Segments that look at relationships to an object; which type it has may not be known yet. */
  Collection<SegmentRule> onRelationship(ObjectName object) {
    return switch (object) {
      case ObjectName.OfType(var typeId, _) -> onObjects(typeId);
      case ObjectName.OfCioId _ -> onAnyObject();
    };
  }

  /** Segments that look at objects of a type. */
  List<SegmentRule> onObjects(int typeId) {
    return byObjectType.getOrDefault(typeId, List.of());
  }

  /** Segments that look at objects of whatever type. */
  Collection<SegmentRule> onAnyObject() {
    if (byObjectType.isEmpty()) {
      return List.of();
    }
    var all = new LinkedHashSet<SegmentRule>();
    byObjectType.values().forEach(all::addAll);
    return all;
  }

  /** Segments that look at journeys of a campaign. */
  List<SegmentRule> onJourneys(int campaignId) {
    return byCampaign.getOrDefault(campaignId, List.of());
  }

  /** When a segment looks at a journey that has started or ended now. */
  Instant looksAt(SegmentRule segment, int campaignId, Instant now) {
    return loops.contains(new Loop(segment.segmentId(), campaignId)) ? now.plus(TURN) : now;
  }

  /** What has to be at hand when a segment is evaluated with all that may follow. */
  Part firing(int segmentId) {
    return firing.getOrDefault(segmentId, Part.NONE);
  }

  /** Whether anything looks at devices, so that whoever loses one has to be known. */
  boolean lookAtDevices() {
    return !onDevices.isEmpty() || ofCampaigns.devices();
  }
}
