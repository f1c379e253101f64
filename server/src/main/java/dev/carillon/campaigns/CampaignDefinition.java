package dev.carillon.campaigns;

import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Condition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
    var ofSteps =
        Workflow.steps(steps)
            .flatMap(step ->
                switch (step) {
                  case Step.Email email -> Stream.ofNullable(email.conditions());
                  case Step.Branch branch -> Stream.ofNullable(branch.condition());
                  case Step.Delay _, Step.Exit _ -> Stream.<Condition>empty();
                });
    return Stream.concat(Stream.ofNullable(filters), ofSteps).toList();
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
