package dev.carillon.campaigns;

import dev.carillon.events.EventKind;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.AttributeTest.Operator;
import dev.carillon.segments.Condition;
import dev.carillon.segments.Terms;
import dev.carillon.segments.TestTerms;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Campaigns and what they are made of, as tests need them. */
final class Example {
  static final Instant NOW = Instant.parse("2026-03-02T18:00:00Z");
  static final WorkspaceId WORKSPACE = new WorkspaceId(1);
  static final int SEGMENT = 3;
  static final long PERSON = 42;

  private Example() {}

  static TriggerRule signedUp() {
    return new TriggerRule.EventTrigger(EventKind.EVENT, "signed_up", List.of());
  }

  static TriggerRule enteredSegment() {
    return new TriggerRule.SegmentTrigger(SEGMENT);
  }

  static Condition is(String attribute, Object value) {
    return new Condition.Attribute(new AttributeTest(attribute, Operator.EQ, value));
  }

  static Step email(int id) {
    return email(id, SendingState.AUTOMATIC, null);
  }

  static Step email(int id, SendingState sending, @Nullable Condition conditions) {
    var content =
        new EmailTemplate(
            "Hello " + id, "<p>Hi</p>", "", "shop@example.test", "", "", "", Map.of());
    return new Step.Email(id, "mail " + id, content, sending, conditions);
  }

  static Step delay(int id, Duration length) {
    return new Step.Delay(id, "", length);
  }

  static Step branch(int id, @Nullable Condition condition, List<Step> then, List<Step> otherwise) {
    return new Step.Branch(id, "", condition, then, otherwise);
  }

  static Step exit(int id) {
    return new Step.Exit(id, "");
  }

  static CampaignDefinition definition(TriggerRule trigger, Step... steps) {
    return new CampaignDefinition(
        "Welcome",
        "",
        trigger,
        null,
        Frequency.defaultFor(trigger),
        ExitRule.STOP_MATCHING,
        List.of(steps));
  }

  static CampaignDefinition filtered(CampaignDefinition definition, Condition filters) {
    return new CampaignDefinition(
        definition.name(),
        "",
        definition.trigger(),
        filters,
        definition.frequency(),
        definition.exit(),
        definition.steps());
  }

  static CampaignDefinition rules(
      CampaignDefinition definition, Frequency frequency, ExitRule exit) {
    return new CampaignDefinition(
        definition.name(),
        "",
        definition.trigger(),
        definition.filters(),
        frequency,
        exit,
        definition.steps());
  }

  static Campaign campaign(CampaignState state, CampaignDefinition definition) {
    return new Campaign(7, WORKSPACE, state, 1, definition, Map.of(), 0, List.of(), NOW, NOW, NOW);
  }

  static CompiledCampaign running(CampaignDefinition definition) {
    return compiled(campaign(CampaignState.RUNNING, definition));
  }

  static CompiledCampaign compiled(Campaign campaign) {
    return CompiledCampaign.compile(
        campaign, new Terms(_ -> 1, ZoneOffset.UTC, TestTerms.SUBSCRIBED));
  }

  static Occurrence.EventHappened event(String name, Instant occurredAt) {
    return new Occurrence.EventHappened(
        EventKind.EVENT, name, "e-1", occurredAt, NOW, "{\"plan\":\"pro\"}", Map.of("plan", "pro"));
  }
}
