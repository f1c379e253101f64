package dev.carillon.processing;

import dev.carillon.campaigns.History;
import dev.carillon.events.Counter;
import dev.carillon.events.Counters;
import dev.carillon.people.Profile;
import dev.carillon.processing.RuleBook.CounterRule;
import dev.carillon.segments.Facts;
import dev.carillon.segments.Surroundings;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One person while a batch works on it: read under the lock of its row, changed in memory, written
 * back once. A person that only receives events no rule mentions is never loaded; then everything
 * but the key is absent.
 */
final class PersonState {
  private final long personId;
  private final WorkspaceId workspace;
  private final boolean created;
  private final Instant createdAt;
  private final boolean loaded;
  private final Profile profile;
  private Counters counters = Counters.EMPTY;
  private boolean countersChanged;
  private boolean deleted;
  private boolean merged;
  private @Nullable LiveSurroundings surroundings;
  private boolean slowSegments;
  private final Map<Integer, Instant> segments = new HashMap<>();
  private final Map<Integer, Instant> storedSegments = new HashMap<>();
  private final Map<Integer, Instant> timers = new HashMap<>();
  private final Map<Integer, @Nullable Instant> changedTimers = new HashMap<>();
  private final Map<Integer, History> histories = new HashMap<>();
  private final PersonTallies tallies = new PersonTallies();

  private PersonState(
      long personId,
      WorkspaceId workspace,
      boolean created,
      Instant createdAt,
      boolean loaded,
      Profile profile) {
    this.personId = personId;
    this.workspace = workspace;
    this.created = created;
    this.createdAt = createdAt;
    this.loaded = loaded;
    this.profile = profile;
  }

  /** Somebody who exists, of whom nothing is read. */
  static PersonState known(long personId, WorkspaceId workspace) {
    return new PersonState(personId, workspace, false, Instant.EPOCH, false, Profile.empty());
  }

  /** Somebody read under the lock of the row. */
  static PersonState loaded(
      long personId, WorkspaceId workspace, Instant createdAt, Profile profile) {
    return new PersonState(personId, workspace, false, createdAt, true, profile);
  }

  /** Somebody this batch creates. */
  static PersonState created(long personId, WorkspaceId workspace, Instant createdAt) {
    return new PersonState(personId, workspace, true, createdAt, true, Profile.empty());
  }

  long personId() {
    return personId;
  }

  WorkspaceId workspace() {
    return workspace;
  }

  boolean created() {
    return created;
  }

  Instant createdAt() {
    return createdAt;
  }

  boolean loaded() {
    return loaded;
  }

  boolean deleted() {
    return deleted;
  }

  void delete() {
    deleted = true;
  }

  /** Whether the person is gone because somebody else has taken everything over. */
  boolean merged() {
    return merged;
  }

  void mergeAway() {
    deleted = true;
    merged = true;
  }

  /** Attributes; empty unless {@link #loaded}. */
  Profile profile() {
    return profile;
  }

  Counters counters() {
    return counters;
  }

  boolean countersChanged() {
    return countersChanged;
  }

  void load(Counters stored) {
    counters = stored;
  }

  /** Replaces all counters, as who counts anew does. */
  void replace(Counters changed) {
    counters = changed;
    countersChanged = true;
  }

  /** Counts something that happened at a time. */
  void count(CounterRule counter, Instant at, Instant now) {
    var id = counter.counterId();
    var counted = counters.get(id).plus(at.toEpochMilli(), counter.keep(), now.toEpochMilli());
    counters = counters.with(id, counted);
    countersChanged = true;
  }

  /** What was added up for computed attributes. */
  PersonTallies tallies() {
    return tallies;
  }

  void loadMember(int segmentId, Instant enteredAt) {
    segments.put(segmentId, enteredAt);
    storedSegments.put(segmentId, enteredAt);
  }

  boolean in(int segmentId) {
    return segments.containsKey(segmentId);
  }

  void enter(int segmentId, Instant at) {
    segments.put(segmentId, at);
  }

  void leave(int segmentId) {
    segments.remove(segmentId);
  }

  /** Segments to store with the time of entry: new ones, and those that were left and entered. */
  Map<Integer, Instant> entered() {
    var entered = new HashMap<>(segments);
    entered.entrySet().removeAll(storedSegments.entrySet());
    return entered;
  }

  /** Stored segments to remove. */
  Set<Integer> left() {
    var left = new HashSet<>(storedSegments.keySet());
    left.removeAll(segments.keySet());
    return left;
  }

  void loadTimer(int segmentId, Instant dueAt) {
    timers.put(segmentId, dueAt);
  }

  /** When the first timer of these segments runs out; null when none is armed. */
  @Nullable Instant firstTimer(Set<Integer> among) {
    Instant first = null;
    for (var timer : timers.entrySet()) {
      if ((first == null || timer.getValue().isBefore(first)) && among.contains(timer.getKey())) {
        first = timer.getValue();
      }
    }
    return first;
  }

  /** The segments whose timers run out at this very instant. */
  List<Integer> timersAt(Instant at) {
    return timers.entrySet().stream()
        .filter(timer -> timer.getValue().equals(at))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The timer of a segment is over. */
  void disarm(int segmentId) {
    if (timers.remove(segmentId) != null) {
      changedTimers.put(segmentId, null);
    }
  }

  /** Arms the timer of a segment that is to be looked at, unless it is due before. */
  void lookAt(int segmentId, Instant at) {
    var present = timers.get(segmentId);
    if (present == null || at.isBefore(present)) {
      timers.put(segmentId, at);
      changedTimers.put(segmentId, at);
    }
  }

  /**
   * Arms the timer of a segment that was looked at. One that is due before stays: it will look,
   * find nothing and arm the later one, which spares a write for every event that only postpones.
   *
   * @param now the instant at which it was looked at; timers up to it are over
   */
  void wakeAt(int segmentId, @Nullable Instant dueAt, Instant now) {
    var present = timers.get(segmentId);
    if (present != null && present.isAfter(now) && (dueAt == null || !dueAt.isBefore(present))) {
      return;
    }
    if (dueAt == null) {
      disarm(segmentId);
    } else if (!dueAt.equals(present)) {
      timers.put(segmentId, dueAt);
      changedTimers.put(segmentId, dueAt);
    }
  }

  /** Timers to store; null: to remove. */
  Map<Integer, @Nullable Instant> changedTimers() {
    return changedTimers;
  }

  /** What the person did in a campaign so far, journeys of this batch included. */
  History history(int campaignId) {
    return histories.getOrDefault(campaignId, History.NONE);
  }

  void remember(int campaignId, History history) {
    histories.put(campaignId, history);
  }

  /** What is around the person, once it is read. */
  void surround(LiveSurroundings around) {
    surroundings = around;
  }

  /** Due work has read, or is about to read, all that slow segments look at. */
  void evaluateSlowSegments() {
    slowSegments = true;
  }

  /** Whether segments that look at surroundings are evaluated here. */
  boolean evaluatesSlowSegments() {
    return slowSegments;
  }

  /** What conditions may read, at an instant. */
  Facts facts(Instant now) {
    return new Facts() {
      @Override
      public Instant now() {
        return now;
      }

      @Override
      public @Nullable Object attribute(String name) {
        return profile.attribute(name);
      }

      @Override
      public Counter counter(int counterId) {
        return counters.get(counterId);
      }

      @Override
      public boolean inSegment(int segmentId) {
        return in(segmentId);
      }

      @Override
      public long personId() {
        return personId;
      }

      @Override
      public Surroundings surroundings() {
        if (surroundings != null) {
          return surroundings.view();
        }
        if (created) {
          return Surroundings.NONE;
        }
        throw new IllegalStateException(
            "devices, objects and journeys of person %d were not read".formatted(personId));
      }
    };
  }
}
