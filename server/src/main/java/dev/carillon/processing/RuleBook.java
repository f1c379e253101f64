package dev.carillon.processing;

import dev.carillon.campaigns.CompiledCampaign;
import dev.carillon.computed.ComputedDefinition;
import dev.carillon.delivery.Metric;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.CounterSpec;
import dev.carillon.segments.EventFilter;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.segments.Wakes;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can react, arranged by what wakes it, so that a change costs as much as the rules
 * that mention it (promise I6). Immutable; valid for one {@code epoch.rules}.
 *
 * @param version the epoch it was read under
 * @param settings of workspaces that decided anything
 * @param reported the names of events that webhooks ask for
 * @param building whether the build of any segment is under way
 */
record RuleBook(
    long version,
    Map<WorkspaceId, Rules> workspaces,
    Map<WorkspaceId, WorkspaceSettings> settings,
    Map<WorkspaceId, Set<String>> reported,
    boolean building) {

  RuleBook(
      long version,
      Map<WorkspaceId, Rules> workspaces,
      Map<WorkspaceId, WorkspaceSettings> settings,
      Map<WorkspaceId, Set<String>> reported) {
    this(
        version,
        workspaces,
        settings,
        reported,
        workspaces.values().stream()
            .flatMap(rules -> rules.segments().values().stream())
            .anyMatch(SegmentRule::building));
  }

  /** What an administrator decided for a workspace. */
  WorkspaceSettings settings(WorkspaceId workspace) {
    return settings.getOrDefault(workspace, WorkspaceSettings.DEFAULT);
  }

  /** The names of events that webhooks of a workspace ask for. */
  Set<String> reported(WorkspaceId workspace) {
    return reported.getOrDefault(workspace, Set.of());
  }

  /** The rules of a workspace; none for one that has none. */
  Rules of(WorkspaceId workspace) {
    return workspaces.getOrDefault(workspace, Rules.NONE);
  }

  /** An event name of one kind. */
  record EventName(EventKind kind, String name) {}

  /**
   * The rules of one workspace.
   *
   * @param byEvent what an event touches
   * @param messages what counts messages
   * @param counters all counters that are kept
   * @param byAttribute segments that read an attribute
   * @param bySegment segments that read another segment
   * @param forNobody segments that hold for a person of whom nothing is known
   * @param segments all live segments by id
   * @param manual segments people are put into by hand
   * @param onEntry running campaigns that start when a segment is entered
   * @param campaigns all campaigns journeys may be in, by id
   * @param surroundings which of them look at devices, objects and journeys
   * @param computed all computed attributes, by id
   * @param windowed those whose values change with no new event, by name of the attribute
   */
  record Rules(
      EventIndex byEvent,
      MessageRules messages,
      Map<Integer, CounterSpec> counters,
      Map<String, List<SegmentRule>> byAttribute,
      Map<Integer, List<SegmentRule>> bySegment,
      List<SegmentRule> forNobody,
      Map<Integer, SegmentRule> segments,
      Set<Integer> manual,
      Map<Integer, List<CompiledCampaign>> onEntry,
      Map<Integer, CompiledCampaign> campaigns,
      SurroundingRules surroundings,
      Map<Integer, ComputedRule> computed,
      Map<String, ComputedRule> windowed) {
    static final Rules NONE =
        new Rules(
            EventIndex.NONE,
            MessageRules.NONE,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of(),
            Set.of(),
            Map.of(),
            Map.of(),
            SurroundingRules.NONE,
            Map.of(),
            Map.of());

    /** The segments that read a computed attribute; none for one that is gone. */
    List<SegmentRule> readers(int computedId) {
      var attribute = computed.get(computedId);
      return attribute == null
          ? List.of()
          : byAttribute.getOrDefault(attribute.definition().name(), List.of());
    }

    /** Whether an attribute is computed, so that nobody else may write it. */
    boolean computes(String attribute) {
      for (var each : computed.values()) {
        if (each.definition().name().equals(attribute)) {
          return true;
        }
      }
      return false;
    }
  }

  /** What an event of one name touches. */
  record EventRules(
      List<CounterRule> counters,
      List<SegmentRule> segments,
      List<CompiledCampaign> campaigns,
      List<ComputedRule> computed) {}

  /**
   * An attribute that is computed from events.
   *
   * @param shown whether profiles may show it
   * @param withdrawn whether it was deleted and goes from profiles
   */
  record ComputedRule(int id, ComputedDefinition definition, boolean shown, boolean withdrawn) {}

  /**
   * What counts messages.
   *
   * @param counters of messages
   * @param segments that read each of them; no entry for one only campaigns read
   * @param metrics what messages have to reach for any of them to change
   */
  record MessageRules(
      List<CounterRepository.Stored> counters,
      Map<Integer, List<SegmentRule>> segments,
      Set<Metric> metrics) {
    static final MessageRules NONE = new MessageRules(List.of(), Map.of(), Set.of());
  }

  /**
   * A counter of events.
   *
   * @param where which events it counts, by their data
   * @param spec bounds of time, and how many newest times it keeps
   */
  record CounterRule(int counterId, List<AttributeTest> where, CounterSpec spec) {
    /** Whether an event counts. */
    boolean counts(Instant at, Map<String, Object> data) {
      return spec.inside(at) && EventFilter.matches(where, data);
    }

    /** How many newest times up to now it keeps. */
    int keep() {
      return spec.newest();
    }
  }

  /**
   * A segment kept up to date live.
   *
   * @param rank higher than that of every segment it reads
   * @param condition by which people are in it; during a build, people it has reached
   * @param building whether a build is under way
   * @param before by which people are in it whom the build has not reached; null: they are left to
   *     it
   */
  record SegmentRule(
      int segmentId,
      CompiledCondition condition,
      int rank,
      boolean building,
      @Nullable CompiledCondition before) {
    /** What is read comes before what reads it. */
    static final Comparator<SegmentRule> ORDER =
        Comparator.comparingInt(SegmentRule::rank).thenComparingInt(SegmentRule::segmentId);

    /** What can change the answer for anybody. */
    Wakes wakes() {
      return before == null ? condition.wakes() : condition.wakes().plus(before.wakes());
    }

    /** Whether the answer can change for anybody with no new data. */
    boolean timed() {
      return condition.timed() || before != null && before.timed();
    }

    /** The condition that counts; null: the build will find out. */
    @Nullable CompiledCondition condition(boolean leftToBuild) {
      return leftToBuild ? before : condition;
    }

    /** What is looked at beyond profile, counters and memberships. */
    Part surroundings() {
      var part = condition.surroundings();
      return before == null ? part : part.plus(before.surroundings());
    }

    /** Campaigns of which it is asked whether a journey is under way. */
    Set<Integer> underWay() {
      var campaigns = new HashSet<>(condition.underWay());
      if (before != null) {
        campaigns.addAll(before.underWay());
      }
      return campaigns;
    }

    /** Whether it is left to due work, as it looks at surroundings. */
    boolean slow() {
      return wakes().surroundings();
    }
  }

  /**
   * What must be at hand before rules are evaluated: membership in the woken segments, in what they
   * read and in what reads them, and the histories of the campaigns that may start.
   */
  static final class Reach {
    private final Set<Integer> woken = new HashSet<>();
    private final Set<Integer> timed = new HashSet<>();
    private final Set<Integer> computable = new HashSet<>();
    private final Set<Integer> below = new HashSet<>();
    private final Set<Integer> segments = new HashSet<>();
    private final Set<Integer> campaigns = new HashSet<>();
    private final boolean dueWork;
    private boolean counters;
    private boolean tallies;

    /** Where operations are applied: of slow segments nothing but the timer is looked at. */
    Reach() {
      this(false);
    }

    /**
     * @param dueWork where slow segments are evaluated
     */
    Reach(boolean dueWork) {
      this.dueWork = dueWork;
    }

    /** Adds what follows when these segments are woken, and what has to happen before. */
    void wake(Rules rules, Collection<SegmentRule> from) {
      for (var each : from) {
        if (woken.add(each.segmentId())) {
          segments.add(each.segmentId());
          if (each.slow() && !dueWork) {
            continue;
          }
          if (each.timed()) {
            timed.add(each.segmentId());
          }
          read(rules, each.wakes().segments());
          attributes(rules, each.wakes().attributes());
          wake(rules, rules.bySegment().getOrDefault(each.segmentId(), List.of()));
          rules
              .onEntry()
              .getOrDefault(each.segmentId(), List.of())
              .forEach(campaign -> start(rules, campaign));
        }
      }
    }

    private void read(Rules rules, Collection<Integer> read) {
      segments.addAll(read);
      read.forEach(segmentId -> before(rules, segmentId));
    }

    /**
     * What is read, however indirectly, may be about to change by itself: then that comes first.
     * Due work knows beforehand what is due.
     */
    private void before(Rules rules, int segmentId) {
      var segment = rules.segments().get(segmentId);
      if (dueWork || segment == null || !below.add(segmentId)) {
        return;
      }
      if (segment.timed()) {
        wake(rules, List.of(segment));
      } else {
        attributes(rules, segment.wakes().attributes());
        segment.wakes().segments().forEach(each -> before(rules, each));
      }
    }

    /** An attribute that is read may be about to change by itself: the same holds for it. */
    private void attributes(Rules rules, Collection<String> read) {
      if (dueWork || rules.windowed().isEmpty()) {
        return;
      }
      for (var name : read) {
        var attribute = rules.windowed().get(name);
        if (attribute != null) {
          compute(rules, List.of(attribute));
        }
      }
    }

    /**
     * Adds what is counted, also when nothing but a campaign's step reads it: counters are stored
     * together.
     */
    void count(Collection<CounterRule> counted) {
      counters |= !counted.isEmpty();
    }

    /** Adds the counters, when something else than an event changes them. */
    void counters() {
      counters = true;
    }

    /** Adds what follows when attributes are computed. */
    void compute(Rules rules, Collection<ComputedRule> computed) {
      for (var each : computed) {
        tallies = true;
        if (computable.add(each.id())) {
          wake(rules, rules.readers(each.id()));
        }
      }
    }

    /** Adds a computed attribute whose timer is due, though the attribute may be gone. */
    void compute(Rules rules, int computedId) {
      var attribute = rules.computed().get(computedId);
      compute(rules, attribute == null ? List.of() : List.of(attribute));
      tallies = true;
      computable.add(computedId);
    }

    /** Whether tallies are looked at. */
    boolean tallies() {
      return tallies;
    }

    /** Adds a segment whose own membership and timer are looked at. */
    void read(int segmentId) {
      segments.add(segmentId);
    }

    /** Adds a segment whose timer is due, though the segment may be gone. */
    void fire(Rules rules, int segmentId) {
      var segment = rules.segments().get(segmentId);
      wake(rules, segment == null ? List.of() : List.of(segment));
      segments.add(segmentId);
      timed.add(segmentId);
    }

    /** Adds what a campaign reads when it may start or go on, and what it wakes. */
    void start(Rules rules, CompiledCampaign campaign) {
      if (campaigns.add(campaign.id())) {
        read(rules, campaign.reads().segments());
        attributes(rules, campaign.reads().attributes());
        travel(rules, campaign.id());
      }
    }

    /** Adds what a journey of a campaign wakes: timers of segments that look at it. */
    void travel(Rules rules, int campaignId) {
      rules.surroundings().onJourneys(campaignId).forEach(each -> segments.add(each.segmentId()));
    }

    /** Adds everything: when it is not known beforehand which events will be attached. */
    void all(Rules rules) {
      wake(rules, rules.segments().values());
      rules.campaigns().values().forEach(campaign -> start(rules, campaign));
      counters |= !rules.counters().isEmpty();
      compute(rules, rules.computed().values());
    }

    /** Whether slow segments are evaluated. */
    boolean isDueWork() {
      return dueWork;
    }

    /** Whether nothing has to be read. */
    boolean isEmpty() {
      return segments.isEmpty() && campaigns.isEmpty() && !counters && !tallies;
    }

    Set<Integer> segments() {
      return segments;
    }

    /** Segments that change by themselves and can be evaluated with what is read. */
    Set<Integer> timed() {
      return timed;
    }

    /** Computed attributes that may change by themselves, with all that follows. */
    Set<Integer> computable() {
      return computable;
    }

    Set<Integer> campaigns() {
      return campaigns;
    }
  }
}
