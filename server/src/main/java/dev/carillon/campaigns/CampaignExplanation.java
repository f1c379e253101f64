package dev.carillon.campaigns;

import dev.carillon.people.CioId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a person is, was or never was in a campaign (promise I7).
 *
 * @param gates what decides about an entry, in the order it is asked, with the answers of now
 * @param journeys the newest 20, newest first
 * @param refusals triggers that started nothing, the newest reason first
 */
public record CampaignExplanation(
    Campaign campaign,
    long personId,
    Instant at,
    List<Gate> gates,
    List<Journey> journeys,
    List<RefusalCount> refusals) {

  /** Copies its lists. */
  public CampaignExplanation {
    gates = List.copyOf(gates);
    journeys = List.copyOf(journeys);
    refusals = List.copyOf(refusals);
  }

  /**
   * One thing that decides about an entry.
   *
   * @param name {@code running}, {@code trigger}, {@code frequency} or {@code filters}
   * @param detail a sentence for the marketer
   * @param reasons how the answer came about, as JSON values; null for a gate whose sentence says
   *     it all
   */
  public record Gate(String name, boolean open, String detail, @Nullable Object reasons) {}

  /** The explanation as JSON values; times in Unix seconds, ids of steps with their names. */
  public Map<String, @Nullable Object> toMap() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put(
        "campaign",
        Map.of(
            "id",
            campaign.id(),
            "name",
            campaign.name(),
            "state",
            campaign.state().wire(),
            "version",
            campaign.version()));
    json.put("cio_id", CioId.of(personId));
    json.put("at", at.getEpochSecond());
    json.put("gates", gates.stream().map(CampaignExplanation::gate).toList());
    var names = new LinkedHashMap<Integer, String>();
    Workflow.steps(campaign.definition().steps())
        .forEach(step -> names.put(step.id(), step.name()));
    json.put("journeys", journeys.stream().map(each -> journey(each, names)).toList());
    json.put("refusals", refusals.stream().map(CampaignExplanation::refusal).toList());
    return json;
  }

  private static Map<String, @Nullable Object> gate(Gate gate) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("gate", gate.name());
    json.put("open", gate.open());
    json.put("detail", gate.detail());
    if (gate.reasons() != null) {
      json.put("reasons", gate.reasons());
    }
    return json;
  }

  private static Map<String, @Nullable Object> journey(
      Journey journey, Map<Integer, String> names) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", journey.id());
    json.put("state", journey.state().wire());
    json.put("version", journey.version());
    json.put("started", journey.startedAt().getEpochSecond());
    json.put("step", journey.node());
    json.put("step_name", journey.node() == null ? null : names.get(journey.node()));
    json.put("waits_until", seconds(journey.wakeAt()));
    json.put("ended", seconds(journey.endedAt()));
    json.put("end_reason", journey.endReason() == null ? null : journey.endReason().wire());
    var path = new ArrayList<Map<String, @Nullable Object>>();
    journey.path().entries().forEach(entry -> path.add(entry(entry, names)));
    json.put("path", path);
    return json;
  }

  private static Map<String, @Nullable Object> entry(
      JourneyPath.Entry entry, Map<Integer, String> names) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("step", entry.step());
    json.put("step_name", names.get(entry.step()));
    json.put("at", entry.at().getEpochSecond());
    json.put("did", entry.did().wire());
    if (entry.until() != null) {
      json.put("until", entry.until().getEpochSecond());
    }
    return json;
  }

  private static Map<String, @Nullable Object> refusal(RefusalCount refusal) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("reason", refusal.reason().wire());
    json.put("detail", refusal.detail());
    json.put("first", refusal.firstAt().getEpochSecond());
    json.put("last", refusal.lastAt().getEpochSecond());
    json.put("times", refusal.times());
    return json;
  }

  private static @Nullable Long seconds(@Nullable Instant at) {
    return at == null ? null : at.getEpochSecond();
  }
}
