package dev.carillon.campaigns;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What each step of a journey did and when: the newest 100, oldest first. Immutable.
 *
 * <p>Kept as the JSON text of its column, because journeys are advanced far more often than their
 * path is read: an entry is appended and the oldest cut off without parsing anything.
 *
 * @param json a list of {@code {"step":12,"at":1767225600,"did":"waits","until":1767312000}}; times
 *     in Unix seconds
 */
public record JourneyPath(String json) {
  private static final int KEPT = 100;
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Of a journey that has run no step. */
  public static final JourneyPath EMPTY = new JourneyPath("[]");

  /** What a step did. */
  public enum Did {
    /** A message will be sent. */
    SENDS("sends"),
    /** A message will be kept for a human. */
    DRAFTS("drafts"),
    /** A message is switched off (W-3). */
    OFF("off"),
    /** Its conditions were not met (W-2). */
    SKIPPED("skipped"),
    /** Waits for a time. */
    WAITS("waits"),
    /** The step the journey waited in was deleted, so it moved on. */
    REMOVED("removed"),
    /** A branch took its true path. */
    TRUE("true"),
    /** A branch took its false path. */
    FALSE("false"),
    /** Ended the journey. */
    EXITED("exited");

    private final String wire;

    Did(String wire) {
      this.wire = wire;
    }

    /** The word in the stored path and in explanations. */
    public String wire() {
      return wire;
    }

    /** The deed with this word; empty for any other word. */
    static Optional<Did> ofWire(String wire) {
      return Words.find(values(), Did::wire, wire);
    }
  }

  /**
   * One step on the way.
   *
   * @param until when a wait ends; null for everything that does not wait
   */
  public record Entry(int step, Instant at, Did did, @Nullable Instant until) {}

  /** This path and one more entry. */
  public JourneyPath plus(Entry entry) {
    var kept = json.length() == 2 ? "" : json.substring(1, json.length() - 1);
    var text = new StringBuilder("[").append(kept);
    if (count(kept) >= KEPT) {
      text.delete(1, text.indexOf("},") + 2);
    }
    if (!kept.isEmpty()) {
      text.append(',');
    }
    text.append("{\"step\":").append(entry.step());
    text.append(",\"at\":").append(entry.at().getEpochSecond());
    text.append(",\"did\":\"").append(entry.did().wire()).append('"');
    if (entry.until() != null) {
      text.append(",\"until\":").append(entry.until().getEpochSecond());
    }
    return new JourneyPath(text.append("}]").toString());
  }

  /** No value inside can hold a brace, so braces count entries. */
  private static int count(String entries) {
    return (int) entries.chars().filter(character -> character == '{').count();
  }

  /** The entries, oldest first. */
  public List<Entry> entries() {
    return JSON.readTree(json).valueStream().map(JourneyPath::entry).toList();
  }

  private static Entry entry(JsonNode stored) {
    var word = stored.path("did").asString();
    var did =
        Did.ofWire(word)
            .orElseThrow(() -> new IllegalStateException("No step does \"" + word + "\""));
    var until = stored.get("until");
    return new Entry(
        stored.path("step").asInt(),
        Instant.ofEpochSecond(stored.path("at").asLong()),
        did,
        until == null ? null : Instant.ofEpochSecond(until.asLong()));
  }
}
