package dev.carillon.processing;

import dev.carillon.delivery.MessageWakes;
import dev.carillon.people.MergerRepository;
import dev.carillon.segments.SurroundingsWakes;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.Collection;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Removes people who are gone, with everything that was theirs, in a constant number of statements
 * (P-15). Of somebody merged away all that counts has been taken over by the primary; what is left
 * is the row, its counters and its memberships. What lies in tables partitioned by time is erased a
 * little later, when no batch can still write it.
 */
final class PersonRemoval {
  private final Handle handle;
  private final Stores stores;

  PersonRemoval(Handle handle, Stores stores) {
    this.handle = handle;
    this.stores = stores;
  }

  /**
   * Removes locked people.
   *
   * @param now when the operations were accepted
   * @param present when they are applied
   */
  void remove(Collection<PersonState> gone, Instant now, Instant present) {
    var all = ids(gone);
    stores.people().delete(handle, all);
    stores.memberships().deletePeople(handle, all);
    stores.tallies().deletePeople(handle, all);
    var deleted = gone.stream().filter(person -> !person.merged()).toList();
    if (deleted.isEmpty()) {
      return;
    }
    var ids = ids(deleted);
    new MessageWakes().deletePeople(handle, ids);
    new SurroundingsWakes().deletePeople(handle, ids);
    stores.journeys().endForDeleted(handle, ids, now);
    stores.deliveries().cancelForPeople(handle, ids);
    stores.belongings().remove(handle, ids);
    var stored = new TreeMap<Long, WorkspaceId>();
    for (var person : deleted) {
      if (!person.created()) {
        stored.put(person.personId(), person.workspace());
      }
    }
    if (!stored.isEmpty()) {
      stores.people().erase(handle, stored, present.plus(MergerRepository.LATEST_BATCH));
    }
  }

  private static long[] ids(Collection<PersonState> people) {
    return people.stream().mapToLong(PersonState::personId).sorted().toArray();
  }
}
