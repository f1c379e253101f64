package dev.carillon.campaigns;

import dev.carillon.events.EventKind;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that happened to one person and may start journeys. */
public sealed interface Occurrence {

  /**
   * An event became the person's.
   *
   * @param eventId the caller's key of the event; null for none
   * @param occurredAt the event's own time
   * @param attachedAt when it became the person's: its receipt, or when an anonymous event was
   *     attached (P-32). Its age at this instant decides whether it triggers (C-7)
   * @param data the event's data as stored, a JSON object
   * @param fields the same data parsed: String, Long, Double, Boolean, List, Map or null
   */
  record EventHappened(
      EventKind kind,
      String name,
      @Nullable String eventId,
      Instant occurredAt,
      Instant attachedAt,
      String data,
      Map<String, ?> fields)
      implements Occurrence {}

  /** The person came to be in the segment, by data or clock and not by a build (S-6). */
  record SegmentEntered(int segmentId) implements Occurrence {}
}
