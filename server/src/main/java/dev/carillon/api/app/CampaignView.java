package dev.carillon.api.app;

import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignState;
import dev.carillon.campaigns.Step;
import dev.carillon.campaigns.TriggerRule;
import dev.carillon.segments.CompiledCondition;
import dev.carillon.segments.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Campaigns as the App API shows them (app-messaging §5). */
final class CampaignView {
  private CampaignView() {}

  static Map<String, @Nullable Object> campaign(Campaign campaign) {
    var updated = campaign.updatedAt().getEpochSecond();
    var started = campaign.firstStarted();
    var actions = new ArrayList<Map<String, Object>>();
    addActions(campaign.definition().steps(), actions);
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", campaign.id());
    json.put("deduplicate_id", campaign.id() + ":" + updated);
    json.put("name", campaign.name());
    json.put("description", campaign.definition().description());
    json.put("type", type(campaign.definition().trigger()));
    json.put("created", campaign.createdAt().getEpochSecond());
    json.put("updated", updated);
    json.put("active", campaign.state().moves());
    json.put("state", state(campaign.state()));
    json.put("actions", actions);
    json.put("first_started", started == null ? 0L : started.getEpochSecond());
    // Choice: campaigns are written with a key of the workspace, which has no person behind it.
    json.put("created_by", "");
    json.put("tags", campaign.tags());
    json.put("filter_segment_ids", segments(campaign.definition().filters()));
    json.put("msg_templates", actions);
    switch (campaign.definition().trigger()) {
      case TriggerRule.EventTrigger event -> json.put("event_name", event.name());
      case TriggerRule.SegmentTrigger(var segment) ->
          json.put("trigger_segment_ids", List.of(segment));
    }
    return json;
  }

  private static String type(TriggerRule trigger) {
    return switch (trigger) {
      case TriggerRule.EventTrigger _ -> "event";
      case TriggerRule.SegmentTrigger _ -> "segment";
    };
  }

  /** Who is still moving in a stopping campaign shows in {@code active} (journeys §3.4). */
  private static String state(CampaignState state) {
    return switch (state) {
      case DRAFT -> "draft";
      case RUNNING -> "running";
      case STOPPING, STOPPED, ARCHIVED -> "stopped";
    };
  }

  private static void addActions(List<Step> steps, List<Map<String, Object>> actions) {
    for (var step : steps) {
      switch (step) {
        case Step.Email email -> {
          var action = new LinkedHashMap<String, Object>();
          action.put("id", email.id());
          action.put("type", "email");
          actions.add(action);
        }
        case Step.Branch branch -> {
          addActions(branch.then(), actions);
          addActions(branch.otherwise(), actions);
        }
        case Step.Delay _, Step.Exit _ -> {}
      }
    }
  }

  private static List<Integer> segments(@Nullable Condition filters) {
    return filters == null
        ? List.of()
        : List.copyOf(new TreeSet<>(CompiledCondition.segmentsOf(filters)));
  }
}
