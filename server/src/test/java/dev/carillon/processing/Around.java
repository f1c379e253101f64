package dev.carillon.processing;

import dev.carillon.campaigns.CampaignDefinition;
import dev.carillon.campaigns.ExitRule;
import dev.carillon.campaigns.Frequency;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.events.EventKind;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.CampaignActivity;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Occurrences.Count;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions on the surroundings of people, and campaigns to go with them. */
final class Around {
  private Around() {}

  static AttributeTest is(String name, Object value) {
    return new AttributeTest(name, Operator.EQ, value);
  }

  static Condition.Device device(AttributeTest... where) {
    return new Condition.Device(null, null, List.of(where));
  }

  static Condition.Device usedWithin(Duration span) {
    return new Condition.Device(null, span, List.of());
  }

  /** Related to at least one object of type 1. */
  static Condition.Related related(AttributeTest... object) {
    return new Condition.Related(1, List.of(object), List.of(), Count.AT_LEAST, 1);
  }

  static Condition.Related related(Count count, int times) {
    return new Condition.Related(1, List.of(), List.of(), count, times);
  }

  static Condition.InCampaign campaign(int id, CampaignActivity activity) {
    return new Condition.InCampaign(id, activity);
  }

  static Condition not(Condition inner) {
    return new Condition.Not(inner);
  }

  static Condition both(Condition one, Condition other) {
    return new Condition.And(List.of(one, other));
  }

  static Condition attribute(String name, Object value) {
    return new Condition.Attribute(is(name, value));
  }

  static TriggerRule onEvent(String name) {
    return new TriggerRule.EventTrigger(EventKind.EVENT, name, List.of());
  }

  static TriggerRule onEntry(int segment) {
    return new TriggerRule.SegmentTrigger(segment);
  }

  static Step delay(Duration length) {
    return new Step.Delay(0, "", length);
  }

  static Step exit() {
    return new Step.Exit(0, "");
  }

  /** True: the journey goes on and finishes; false: it leaves. */
  static Step branch(Condition condition) {
    return new Step.Branch(0, "", condition, List.of(), List.of(exit()));
  }

  /** Each trigger starts a journey that nothing ends early. */
  static CampaignDefinition everyTime(
      TriggerRule trigger, @Nullable Condition filters, Step... steps) {
    return new CampaignDefinition(
        "campaign", "", trigger, filters, Frequency.EVERY_TIME, ExitRule.NEVER, List.of(steps));
  }
}
