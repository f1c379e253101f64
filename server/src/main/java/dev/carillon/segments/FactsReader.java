package dev.carillon.segments;

import dev.carillon.events.Counters;
import dev.carillon.events.EventRepository;
import dev.carillon.people.AttributesJson;
import dev.carillon.segments.Surroundings.Part;
import dev.carillon.workspaces.WorkspaceId;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Reads what is stored of one person as facts for conditions. Reads without locks: what it tells
 * may be a moment old.
 */
public final class FactsReader {
  private final InstantSource clock;
  private final EventRepository events = new EventRepository();
  private final MembershipRepository memberships = new MembershipRepository();
  private final SurroundingsRepository surroundings = new SurroundingsRepository();

  /** Facts by this clock. */
  public FactsReader(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * The facts; empty when the workspace has no such person.
   *
   * @param segments ids of the segments the facts are to know about
   * @param part the surroundings they are to know about
   */
  public Optional<Facts> read(
      Handle handle, WorkspaceId workspace, long personId, Set<Integer> segments, Part part) {
    return handle
        .createQuery(
            "SELECT attributes FROM person WHERE person_id = :person AND workspace_id = :workspace")
        .bind("person", personId)
        .bind("workspace", workspace.value())
        .mapTo(String.class)
        .findOne()
        .map(attributes ->
            new StoredFacts(
                clock.instant(),
                personId,
                AttributesJson.parse(attributes),
                counters(handle, personId),
                memberships(handle, personId, segments),
                surroundings
                    .load(handle, new long[] {personId}, part)
                    .getOrDefault(personId, Surroundings.NONE)));
  }

  private Counters counters(Handle handle, long personId) {
    var packed = events.counters(handle, new long[] {personId}).get(personId);
    return packed == null ? Counters.EMPTY : Counters.unpack(packed);
  }

  private Set<Integer> memberships(Handle handle, long personId, Set<Integer> segments) {
    var asked = segments.stream().mapToInt(Integer::intValue).toArray();
    return memberships.load(handle, new long[] {personId}, asked).stream()
        .filter(row -> !row.timer())
        .map(MembershipRepository.Row::segmentId)
        .collect(Collectors.toSet());
  }
}
