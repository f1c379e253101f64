package dev.carillon.campaigns;

import dev.carillon.segments.Condition;
import dev.carillon.segments.Facts;
import dev.carillon.workspaces.WorkspaceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A campaign ready to run: its workflow laid out flat, each step with what comes next, and its
 * conditions compiled. Immutable; shared by all threads.
 */
public final class CompiledCampaign {
  /** In place of a step id: the workflow is over. */
  static final int END = 0;

  private final Campaign campaign;
  private final Predicate<Map<String, ?>> where;
  private final @Nullable Predicate<Facts> filters;
  private final Map<Integer, Node> nodes;
  private final int first;
  private final Set<Integer> counters;
  private final Set<Integer> segments;

  /**
   * A step and its ways on.
   *
   * @param next the step below, behind both paths of a branch; {@link #END} for none
   * @param onTrue first step of the true path of a branch; {@code next} for all other steps
   * @param onFalse first step of the false path of a branch; {@code next} for all other steps
   * @param condition of a branch or a message; null for none
   */
  record Node(Step step, int next, int onTrue, int onFalse, @Nullable Predicate<Facts> condition) {}

  /** Turns the conditions of definitions into predicates. */
  interface Conditions {
    Predicate<Facts> compile(Condition condition);

    Predicate<Map<String, ?>> where(TriggerRule.EventTrigger trigger);
  }

  CompiledCampaign(
      Campaign campaign, Conditions conditions, Set<Integer> counters, Set<Integer> segments) {
    this.campaign = campaign;
    this.where =
        switch (campaign.definition().trigger()) {
          case TriggerRule.EventTrigger trigger -> conditions.where(trigger);
          case TriggerRule.SegmentTrigger _ -> _ -> true;
        };
    this.filters = compile(conditions, campaign.definition().filters());
    var flat = new HashMap<Integer, Node>();
    this.first = flatten(campaign.definition().steps(), END, conditions, flat);
    this.nodes = Map.copyOf(flat);
    this.counters = Set.copyOf(counters);
    this.segments = Set.copyOf(segments);
  }

  /** Lays out the steps in front of {@code next} and returns the first of them. */
  private static int flatten(
      List<Step> steps, int next, Conditions conditions, Map<Integer, Node> flat) {
    var below = next;
    for (var step : steps.reversed()) {
      flat.put(
          step.id(),
          switch (step) {
            case Step.Branch(_, _, var condition, var then, var otherwise) ->
                new Node(
                    step,
                    below,
                    flatten(then, below, conditions, flat),
                    flatten(otherwise, below, conditions, flat),
                    compile(conditions, condition));
            case Step.Email email -> straight(step, below, compile(conditions, email.conditions()));
            case Step.Delay _, Step.Exit _ -> straight(step, below, null);
          });
      below = step.id();
    }
    return below;
  }

  private static Node straight(Step step, int next, @Nullable Predicate<Facts> condition) {
    return new Node(step, next, next, next, condition);
  }

  private static @Nullable Predicate<Facts> compile(
      Conditions conditions, @Nullable Condition condition) {
    return condition == null ? null : conditions.compile(condition);
  }

  /** The campaign it was compiled from. */
  public Campaign campaign() {
    return campaign;
  }

  /** The campaign's id. */
  public int id() {
    return campaign.id();
  }

  /** Whose campaign it is. */
  public WorkspaceId workspace() {
    return campaign.workspace();
  }

  /** What triggers it. */
  public TriggerRule trigger() {
    return campaign.definition().trigger();
  }

  /** Ids of the counters that {@link Facts#counter} is asked for. */
  public Set<Integer> counters() {
    return counters;
  }

  /** Ids of the segments that {@link Facts#inSegment} is asked for. */
  public Set<Integer> segments() {
    return segments;
  }

  /**
   * Whether {@link JourneyEngine#decide} looks at the history; {@link History#NONE} will do
   * otherwise.
   */
  public boolean needsHistory() {
    return campaign.definition().frequency() == Frequency.ONCE
        || campaign.definition().trigger() instanceof TriggerRule.SegmentTrigger;
  }

  /** Whether the data of an event passes the tests of the trigger (C-12). */
  boolean accepts(Map<String, ?> fields) {
    return where.test(fields);
  }

  /** Whether the person matches the filters; true without any. */
  boolean filtersMatch(Facts facts) {
    return filters == null || filters.test(facts);
  }

  /** The first step of the workflow, or {@link #END}. */
  int first() {
    return first;
  }

  /** The step with this id; null when the workflow has none. */
  @Nullable Node node(int id) {
    return nodes.get(id);
  }

  /** Where who still waits in a step the workflow no longer has goes on (journeys §3.8). */
  int afterRemoved(int id) {
    return campaign.removed().getOrDefault(id, END);
  }
}
