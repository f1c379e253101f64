package dev.carillon.campaigns;

import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionReferences;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything an author decides about a campaign; each save of it is one version (C-62). Immutable.
 *
 * @param name 1 to 190 characters
 * @param description may be empty
 * @param filters who may enter beyond the trigger (journeys §3.2); null for everybody
 * @param steps the workflow from top to bottom; empty is a campaign that cannot be started (C-38)
 */
public record CampaignDefinition(
    String name,
    String description,
    TriggerRule trigger,
    @Nullable Condition filters,
    Frequency frequency,
    ExitRule exit,
    List<Step> steps) {

  /** Copies the steps. */
  public CampaignDefinition {
    steps = List.copyOf(steps);
  }

  /** The same with another workflow. */
  public CampaignDefinition withSteps(List<Step> workflow) {
    return new CampaignDefinition(name, description, trigger, filters, frequency, exit, workflow);
  }

  /** Every condition in it: the filters and those of the steps. */
  public List<Condition> conditions() {
    return List.copyOf(placedConditions().values());
  }

  /** The same by where each stands, such as {@code steps[2].true[0].conditions}. */
  public Map<String, Condition> placedConditions() {
    var placed = new LinkedHashMap<String, Condition>();
    if (filters != null) {
      placed.put("filters", filters);
    }
    place(steps, "steps", placed);
    return placed;
  }

  private static void place(List<Step> steps, String path, Map<String, Condition> placed) {
    for (var index = 0; index < steps.size(); index++) {
      var at = path + "[" + index + "]";
      switch (steps.get(index)) {
        case Step.Email email -> {
          if (email.conditions() != null) {
            placed.put(at + ".conditions", email.conditions());
          }
        }
        case Step.Branch(_, _, var condition, var then, var otherwise) -> {
          if (condition != null) {
            placed.put(at + ".condition", condition);
          }
          place(then, at + ".true", placed);
          place(otherwise, at + ".false", placed);
        }
        case Step.Delay _, Step.Exit _ -> {}
      }
    }
  }

  /** Ids of all campaigns its conditions look at. */
  public Set<Integer> campaigns() {
    var campaigns = new HashSet<Integer>();
    placedConditions()
        .forEach((path, each) -> campaigns.addAll(new ConditionReferences(each, path).campaigns()));
    return campaigns;
  }

  /** Ids of all segments it mentions. */
  public Set<Integer> segments() {
    var segments = new HashSet<Integer>();
    if (trigger instanceof TriggerRule.SegmentTrigger(var segment)) {
      segments.add(segment);
    }
    conditions().forEach(each -> segments.addAll(CompiledCondition.segmentsOf(each)));
    return segments;
  }
}
