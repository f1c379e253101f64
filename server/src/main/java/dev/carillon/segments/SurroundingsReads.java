package dev.carillon.segments;

import dev.carillon.segments.Explanation.Read;
import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.Surroundings.Relation;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What conditions on the surroundings of a person read, for explanations. */
public final class SurroundingsReads {
  /** So many devices or objects are named. */
  private static final int NAMED = 10;

  private SurroundingsReads() {}

  /**
   * What one condition reads.
   *
   * @param changedAt when that last changed, as far as it is known: nobody remembers what is gone
   */
  record Told(Read read, @Nullable Instant changedAt) {}

  static Told of(DeviceLeaf leaf, Facts facts) {
    var devices = facts.surroundings().devices();
    var fitting = leaf.fitting(facts);
    return new Told(
        new Read.Devices(devices.size(), fitting.size(), fitting.stream().limit(NAMED).toList()),
        newest(devices.stream().map(OwnDevice::changedAt)));
  }

  static Told of(RelationLeaf leaf, Facts facts) {
    var surroundings = facts.surroundings();
    var related = surroundings.related(leaf.condition().typeId());
    return new Told(
        new Read.Objects(
            related.size(),
            leaf.counted(facts),
            surroundings.more(),
            leaf.fitting(facts).limit(NAMED).toList()),
        newest(related.stream().map(Relation::changedAt)));
  }

  static Told of(CampaignLeaf leaf, Facts facts) {
    var travels = facts.surroundings().travels(leaf.condition().campaignId());
    return new Told(new Read.Journeys(travels), travels == null ? null : travels.changedAt());
  }

  private static @Nullable Instant newest(Stream<Instant> changes) {
    return changes.max(Instant::compareTo).orElse(null);
  }

  /** What is read, as JSON. */
  static ObjectNode toJson(Read.Devices read) {
    var json = json().put("devices", read.number()).put("counted", read.counted());
    var fitting = json.putArray("fitting");
    for (var device : read.fitting()) {
      fitting
          .addObject()
          .put("id", device.token())
          .put("platform", device.platform())
          .put("last_used", device.lastUsed().getEpochSecond());
    }
    return json;
  }

  /** What is read, as JSON. */
  static ObjectNode toJson(Read.Objects read) {
    var json =
        json()
            .put("related", read.number())
            .put("counted", read.counted())
            .put("more", read.more());
    var fitting = json.putArray("fitting");
    read.fitting().forEach(each -> fitting.addObject().put("object_id", each.objectId()));
    return json;
  }

  /** What is read, as JSON. */
  static ObjectNode toJson(Read.Journeys read) {
    var travels = read.travels();
    var json =
        json()
            .put("journeys", travels == null ? 0 : travels.journeys())
            .put("under_way", travels == null ? 0 : travels.underWay());
    var activities = json.putArray("activities");
    if (travels != null) {
      travels.activities().stream()
          .map(each -> each.name().toLowerCase(Locale.ROOT))
          .sorted()
          .forEach(activities::add);
    }
    return json;
  }

  private static ObjectNode json() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * What a single condition on the surroundings, a subscription or a sample reads, with {@code
   * read}, {@code changed_at} and {@code changes_at}; empty for any other condition.
   */
  public static Optional<ObjectNode> told(CompiledCondition condition, Facts facts) {
    if (!(condition.root() instanceof CompiledCondition.Node.Ask(var leaf))) {
      return Optional.empty();
    }
    var told =
        switch (leaf) {
          case DeviceLeaf device -> of(device, facts);
          case RelationLeaf relation -> of(relation, facts);
          case CampaignLeaf campaign -> of(campaign, facts);
          case SubscriptionLeaf subscription ->
              new Told(new Read.Choice(subscription.chosen(facts), subscription.byDefault()), null);
          case SampleLeaf sample -> new Told(new Read.Place(sample.place(facts.personId())), null);
          case ValueLeaf _, TimesLeaf _, MemberLeaf _ -> null;
        };
    if (told == null) {
      return Optional.empty();
    }
    var json = json();
    json.set("read", Explanation.toJson(told.read));
    put(json, "changed_at", told.changedAt);
    put(json, "changes_at", condition.nextChange(facts).orElse(null));
    return Optional.of(json);
  }

  private static void put(ObjectNode json, String name, @Nullable Instant at) {
    json.put(name, at == null ? null : (Long) at.getEpochSecond());
  }
}
