package dev.carillon.reference;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happens in a workspace. People are named by their {@code id}; values are plain
 * JSON: text, Long, Double, Boolean, List, Map; null stands for JSON's null.
 */
public sealed interface Happening {

  /**
   * Attributes are set, changed or removed (P-1, P-10, P-12).
   *
   * @param writtenAt {@code _timestamp}; null: when it arrives (P-11)
   */
  record Identified(
      String person, Map<String, @Nullable Object> attributes, @Nullable Instant writtenAt)
      implements Happening {}

  /**
   * Somebody did something.
   *
   * @param type event, page, screen or form
   * @param at the event's own time (S-40)
   */
  record Did(String person, String type, String name, Instant at, Map<String, Object> data)
      implements Happening {}

  /** Somebody is put into a manual segment, or taken out of it (S-2). */
  record Placed(String person, int segment, boolean in) implements Happening {}

  /** The secondary becomes part of the primary (P-21). */
  record Merged(String primary, String secondary) implements Happening {}

  /** Somebody and all they had is gone (P-15). */
  record Deleted(String person) implements Happening {}

  /** A device is added or changed; it leaves whoever had it (track §5.1). */
  record DeviceUsed(
      String person,
      String token,
      String platform,
      Instant lastUsed,
      Map<String, @Nullable Object> attributes)
      implements Happening {}

  /** A device is taken from somebody. */
  record DeviceRemoved(String person, String token) implements Happening {}

  /** An object, by its type and its own id. */
  record ObjectName(int type, String id) {}

  /** An object is added or changed (track §6). */
  record ObjectWritten(ObjectName object, Map<String, @Nullable Object> attributes)
      implements Happening {}

  /** An object and its relationships are gone. */
  record ObjectDeleted(ObjectName object) implements Happening {}

  /** Somebody is related to an object, which comes to be with it. */
  record Related(String person, ObjectName object, Map<String, @Nullable Object> attributes)
      implements Happening {}

  /** A relationship ends. */
  record Unrelated(String person, ObjectName object) implements Happening {}

  /**
   * A message goes to somebody.
   *
   * @param message a name nothing else has
   * @param scope what it belongs to, as conditions name it: channel, campaign, newsletter, action
   */
  record Sent(String person, String message, Map<String, Object> scope) implements Happening {}

  /**
   * It is told that a message reached a metric, whoever has it by now (track §5.2).
   *
   * @param at when it did
   * @param link what was clicked; null: nothing
   * @param human whether a human did it, as opposed to a machine
   */
  record Reached(String message, String metric, Instant at, @Nullable String link, boolean human)
      implements Happening {}

  /**
   * A journey begins.
   *
   * @param journey a name nothing else has
   * @param ends when it is due to end
   * @param end finished or exited
   */
  record Travelled(String person, String journey, int campaign, Instant ends, String end)
      implements Happening {}

  /**
   * A segment is there from now on, or has other conditions.
   *
   * @param condition null: people are put into it by hand
   */
  record Defined(int segment, @Nullable Map<String, Object> condition) implements Happening {}

  /**
   * What holds for people who chose nothing.
   *
   * @param choice such as {@code topics.topic_3} or {@code channels.email}
   */
  record ByDefault(String choice, boolean subscribed) implements Happening {}
}
