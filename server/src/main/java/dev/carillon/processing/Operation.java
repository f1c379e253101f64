package dev.carillon.processing;

import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One accepted call, as it is logged and later applied. Everything in it has been validated by its
 * edge.
 */
public sealed interface Operation {

  /** Whose data it changes. */
  WorkspaceId workspace();

  /**
   * The text whose hash decides the lane: calls that share it are applied in the order they were
   * accepted (promise I2). The person's identifier, or the anonymous id.
   */
  String laneKey();

  /**
   * Creates or updates a person (track §3.2).
   *
   * @param attributes name → String, Long, Double, Boolean, List, Map, or null to remove;
   *     identifiers in the body ({@code id}, {@code email}) included, control keys ({@code
   *     _update}, {@code _timestamp}, {@code cio_id}) excluded
   * @param writtenAtMillis when the change happened, Unix milliseconds; 0 = when it was received
   *     (P-11)
   * @param updateOnly true never creates a person (P-6)
   */
  record Identify(
      WorkspaceId workspace,
      Identifier person,
      Map<String, @Nullable Object> attributes,
      long writtenAtMillis,
      boolean updateOnly)
      implements Operation {
    @Override
    public String laneKey() {
      return person.key();
    }
  }

  /**
   * Something a person, or nobody known yet, did (track §4).
   *
   * @param person null for an anonymous event
   * @param anonymousId null or empty when there is none
   * @param eventId the caller's key against repeats; null = none
   * @param occurredAtMillis Unix milliseconds; 0 = when it was received
   * @param data UTF-8 JSON object, validated and at most 100,000 bytes
   */
  record Event(
      WorkspaceId workspace,
      @Nullable Identifier person,
      @Nullable String anonymousId,
      EventKind kind,
      String name,
      @Nullable String eventId,
      long occurredAtMillis,
      byte[] data)
      implements Operation {
    @Override
    public String laneKey() {
      return person != null ? person.key() : anonymousId == null ? "" : anonymousId;
    }
  }

  /** Removes a person and everything it had (P-15). */
  record Delete(WorkspaceId workspace, Identifier person) implements Operation {
    @Override
    public String laneKey() {
      return person.key();
    }
  }
}
