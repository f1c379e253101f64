package dev.carillon.segments;

import dev.carillon.segments.Surroundings.OwnDevice;
import dev.carillon.segments.Surroundings.Relation;
import dev.carillon.segments.Surroundings.Travels;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a person is in a segment or not: what is stored, and what each part of the conditions reads
 * and answers now (promise I7).
 *
 * @param at the evaluation clock
 * @param member whether the person is stored as a member
 * @param served whether lists show the person as a member: during a build, as before it (S-5)
 * @param enteredAt since when; null for no member
 * @param looksAgainAt when the answer is looked at again with no new data; null: never
 * @param waitsForBuild whether a build has still to find out about this person; until then the
 *     conditions before hold
 * @param conditions that hold for this person, while there are any; null for a manual segment
 */
public record Explanation(
    Segment segment,
    long personId,
    Instant at,
    boolean member,
    boolean served,
    @Nullable Instant enteredAt,
    @Nullable Instant looksAgainAt,
    boolean waitsForBuild,
    @Nullable Part conditions) {

  /**
   * A part of the conditions.
   *
   * @param condition in canonical form; of a group only which one it is
   * @param holds its answer now
   * @param read what the answer is made from
   * @param changedAt when what it reads last changed, as far as that is known
   * @param changesAt when its answer can next change with no new data; null: never
   * @param inner the parts of a group
   */
  public record Part(
      ObjectNode condition,
      boolean holds,
      Read read,
      @Nullable Instant changedAt,
      @Nullable Instant changesAt,
      List<Part> inner) {
    /** Copies the list. */
    public Part {
      inner = List.copyOf(inner);
    }
  }

  /** What a part of the conditions reads of the person. */
  public sealed interface Read {
    /** A group reads nothing but its parts. */
    record Parts() implements Read {}

    /**
     * An attribute: the value at its path, of a list's items all values; null when there is none.
     */
    record Value(@Nullable Object value) implements Read {}

    /**
     * Events or messages.
     *
     * @param counted how many count now; in a window that moves at most as many as the answer needs
     * @param ever how many there are, within fixed bounds if there are any
     * @param newest times of the newest ones, ascending, those ahead of the clock included
     */
    record Times(long counted, long ever, List<Instant> newest) implements Read {
      /** Copies the list. */
      public Times {
        newest = List.copyOf(newest);
      }
    }

    /**
     * Another segment.
     *
     * @param name empty when it is gone
     */
    record Membership(String name, boolean member) implements Read {}

    /**
     * A subscription.
     *
     * @param own what the person chose; null: nothing
     */
    record Choice(@Nullable Boolean own, boolean byDefault) implements Read {}

    /**
     * Devices.
     *
     * @param number how many the person has
     * @param counted how many of them fulfil everything now
     * @param fitting those, the last used first, at most 10
     */
    record Devices(int number, int counted, List<OwnDevice> fitting) implements Read {
      /** Copies the list. */
      public Devices {
        fitting = List.copyOf(fitting);
      }
    }

    /**
     * Objects of a type.
     *
     * @param number how many the person is related to
     * @param counted how many of them fulfil the tests
     * @param more whether the person has more relationships than are looked at, {@link
     *     SurroundingsRepository#MOST_RELATIONSHIPS}: those to older objects do not count
     * @param fitting those that fulfil the tests, the newest objects first, at most 10
     */
    record Objects(int number, long counted, boolean more, List<Relation> fitting) implements Read {
      /** Copies the list. */
      public Objects {
        fitting = List.copyOf(fitting);
      }
    }

    /**
     * Journeys of a campaign.
     *
     * @param travels what was done in it; null: never entered
     */
    record Journeys(@Nullable Travels travels) implements Read {}

    /** A sample: where the person stands, 0 … 9,999. */
    record Place(int place) implements Read {}
  }

  /** All of it as JSON; times in Unix seconds. */
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.putObject("segment")
        .put("id", segment.id())
        .put("name", segment.name())
        .put("type", segment.manual() ? "manual" : "dynamic")
        .put("state", SegmentJson.state(segment));
    json.put("at", at.getEpochSecond()).put("member", member).put("served", served);
    put(json, "entered_at", enteredAt);
    put(json, "looks_again_at", looksAgainAt);
    json.put("waits_for_build", waitsForBuild);
    if (conditions == null) {
      json.putNull("conditions");
    } else {
      json.set("conditions", toJson(conditions));
    }
    return json;
  }

  private static ObjectNode toJson(Part part) {
    var json = JsonNodeFactory.instance.objectNode();
    json.set("condition", part.condition);
    json.put("holds", part.holds);
    if (!(part.read instanceof Read.Parts)) {
      json.set("read", toJson(part.read));
    }
    put(json, "changed_at", part.changedAt);
    put(json, "changes_at", part.changesAt);
    if (!part.inner.isEmpty()) {
      var inner = json.putArray("parts");
      part.inner.forEach(each -> inner.add(toJson(each)));
    }
    return json;
  }

  /** What a part reads, as JSON. */
  static ObjectNode toJson(Read read) {
    var json = JsonNodeFactory.instance.objectNode();
    switch (read) {
      case Read.Parts() -> {}
      case Read.Value(var value) -> json.set("value", ConditionJson.valueToJson(value));
      case Read.Times(var counted, var ever, var newest) -> {
        json.put("counted", counted).put("ever", ever);
        var times = json.putArray("newest");
        newest.forEach(time -> times.add(time.getEpochSecond()));
      }
      case Read.Membership(var name, var member) -> json.put("name", name).put("member", member);
      case Read.Choice(var own, var byDefault) -> json.put("own", own).put("default", byDefault);
      case Read.Devices devices -> json.setAll(SurroundingsReads.toJson(devices));
      case Read.Objects objects -> json.setAll(SurroundingsReads.toJson(objects));
      case Read.Journeys journeys -> json.setAll(SurroundingsReads.toJson(journeys));
      case Read.Place(var place) -> json.put("place", BigDecimal.valueOf(place, 2));
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable Instant at) {
    if (at == null) {
      json.putNull(name);
    } else {
      json.put(name, at.getEpochSecond());
    }
  }
}
