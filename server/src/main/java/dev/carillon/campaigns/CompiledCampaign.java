package dev.carillon.campaigns;

import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Condition;
import dev.carillon.segments.EventFilter;
import dev.carillon.segments.Facts;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.segments.Terms;
import dev.carillon.workspaces.WorkspaceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A campaign ready to run: its workflow laid out flat, each step with what comes next, and its
 * conditions compiled. Immutable; shared by all threads.
 */
public final class CompiledCampaign {
  /** In place of a step id: the workflow is over. */
  static final int END = 0;

  private final Campaign campaign;
  private final Terms terms;
  private final @Nullable CompiledCondition filters;
  private final Map<Integer, Node> nodes;
  private final int first;
  private final Reads reads;

  /**
   * A step and its ways on.
   *
   * @param next the step below, behind both paths of a branch; {@link #END} for none
   * @param onTrue first step of the true path of a branch; {@code next} for all other steps
   * @param onFalse first step of the false path of a branch; {@code next} for all other steps
   * @param condition of a branch or a message; null for none
   */
  record Node(Step step, int next, int onTrue, int onFalse, @Nullable CompiledCondition condition) {

    /** Whether the person fulfils the condition; {@code without} when there is none. */
    boolean holds(Facts facts, boolean without) {
      return condition == null ? without : condition.matches(facts);
    }
  }

  private CompiledCampaign(
      Campaign campaign,
      Terms terms,
      @Nullable CompiledCondition filters,
      Map<Integer, Node> nodes,
      int first,
      Reads reads) {
    this.campaign = campaign;
    this.terms = terms;
    this.filters = filters;
    this.nodes = Map.copyOf(nodes);
    this.first = first;
    this.reads = reads;
  }

  /**
   * Compiles a campaign.
   *
   * @param terms of the workspace; they know the counter of each condition in it
   */
  public static CompiledCampaign compile(Campaign campaign, Terms terms) {
    var definition = campaign.definition();
    var nodes = new HashMap<Integer, Node>();
    var first = flatten(definition.steps(), END, terms, nodes);
    var filters = compile(definition.filters(), terms);
    var surroundings = filters == null ? Part.NONE : filters.surroundings();
    var attributes = new HashSet<String>(filters == null ? Set.of() : filters.wakes().attributes());
    for (var node : nodes.values()) {
      var condition = node.condition();
      if (condition != null) {
        surroundings = surroundings.plus(condition.surroundings());
        attributes.addAll(condition.wakes().attributes());
      }
    }
    var reads = new Reads(definition.segments(), attributes, surroundings);
    return new CompiledCampaign(campaign, terms, filters, nodes, first, reads);
  }

  /** Lays out the steps in front of {@code next} and returns the first of them. */
  private static int flatten(List<Step> steps, int next, Terms terms, Map<Integer, Node> flat) {
    var below = next;
    for (var step : steps.reversed()) {
      flat.put(
          step.id(),
          switch (step) {
            case Step.Branch(_, _, var condition, var then, var otherwise) ->
                new Node(
                    step,
                    below,
                    flatten(then, below, terms, flat),
                    flatten(otherwise, below, terms, flat),
                    compile(condition, terms));
            case Step.Email email -> straight(step, below, compile(email.conditions(), terms));
            case Step.Delay _, Step.Exit _ -> straight(step, below, null);
          });
      below = step.id();
    }
    return below;
  }

  private static Node straight(Step step, int next, @Nullable CompiledCondition condition) {
    return new Node(step, next, next, next, condition);
  }

  private static @Nullable CompiledCondition compile(@Nullable Condition condition, Terms terms) {
    return condition == null ? null : CompiledCondition.compile(condition, terms);
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

  /** What has to be at hand before the engine is asked about it. */
  public Reads reads() {
    return reads;
  }

  /**
   * What the conditions of a campaign read beside counters.
   *
   * @param segments ids that {@link Facts#inSegment} is asked for
   * @param attributes names that {@link Facts#attribute} is asked for
   * @param surroundings what {@link Facts#surroundings} is asked for
   */
  public record Reads(Set<Integer> segments, Set<String> attributes, Part surroundings) {
    /** Copies the sets. */
    public Reads {
      segments = Set.copyOf(segments);
      attributes = Set.copyOf(attributes);
    }
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
    return switch (campaign.definition().trigger()) {
      case TriggerRule.EventTrigger(_, _, var where) ->
          EventFilter.matches(where, fields, terms.zone());
      case TriggerRule.SegmentTrigger _ -> false;
    };
  }

  /** What each part of the filters answers about the person; null when there are none. */
  @Nullable Object filtersExplained(Facts facts) {
    var condition = campaign.definition().filters();
    return condition == null ? null : Conditions.explain(condition, terms, facts);
  }

  /** Whether the person matches the filters; true without any. */
  boolean filtersMatch(Facts facts) {
    return filters == null || filters.matches(facts);
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
