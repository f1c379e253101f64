package dev.carillon.reference;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Everything that happened in a workspace, in the order in which it became known, and what followed
 * for who is in which segment.
 */
public final class History {
  /** When each thing became known; each leads from one world to the next. */
  private final List<Instant> entries = new ArrayList<>();

  private final List<World> worlds = new ArrayList<>();

  /** A workspace in which nothing has happened yet, with its zone. */
  public History(ZoneId zone) {
    worlds.add(new World(zone));
  }

  /**
   * A moment: an instant, and how many happenings are known. The clock may stand while several
   * things happen.
   */
  public record Moment(Instant at, int known) {}

  /** Somebody enters a segment at an instant, or leaves it. */
  public record Change(Instant at, boolean entered) {}

  /** One more thing becomes known, not before the last. */
  public void add(Instant now, Happening happening) {
    worlds.add(worlds.getLast().after(happening, now));
    entries.add(now);
  }

  /**
   * The clock has been turned and stops here. Journeys that were due on the way go on now: what
   * they do is done at this instant, as somebody who was away cannot have done it before (decision
   * 0013).
   */
  public void stop(Instant now) {
    worlds.add(worlds.getLast().stopped(now));
    entries.add(now);
  }

  /** The moment at an instant after all that is known. */
  public Moment moment(Instant at) {
    return new Moment(at, entries.size());
  }

  /** The workspace after everything that is known. */
  public World world() {
    return worlds.getLast();
  }

  /** A segment and all it asks about. */
  public Set<Integer> behind(int segment) {
    return Conditions.of(segment, world()).segments();
  }

  /** Those of device, object and campaign that it looks at, itself or through others. */
  public Set<String> around(int segment) {
    return Conditions.of(segment, world()).around();
  }

  /** Whether somebody is in a segment; people who do not exist are in none. */
  public boolean in(int segment, int person, Moment moment) {
    var world = worlds.get(moment.known);
    var who = world.person(person);
    return who != null && world.in(segment, who, moment.at);
  }

  /**
   * When somebody enters and leaves a segment between two moments, found by looking at each instant
   * at which anything could change: data, and the boundaries of time between data.
   */
  public List<Change> changes(int segment, int person, Moment from, Moment to) {
    var changes = new ArrayList<Change>();
    var inside = in(segment, person, from);
    for (var moment : moments(segment, person, from, to)) {
      if (in(segment, person, moment) != inside) {
        inside = !inside;
        changes.add(new Change(moment.at, inside));
      }
    }
    return changes;
  }

  private List<Moment> moments(int segment, int person, Moment from, Moment to) {
    var moments = new ArrayList<Moment>();
    var reached = from.at;
    for (var known = from.known; known <= to.known; known++) {
      var until = known == to.known ? to.at : entries.get(known);
      for (var boundary : boundaries(segment, person, known, reached, until)) {
        moments.add(new Moment(boundary, known));
      }
      if (known < to.known && concerns(person, known)) {
        moments.add(new Moment(until, known + 1));
      }
      reached = until;
    }
    return moments;
  }

  private Iterable<Instant> boundaries(
      int segment, int person, int known, Instant from, Instant to) {
    var world = worlds.get(known);
    var who = world.person(person);
    return who == null || !from.isBefore(to)
        ? List.of()
        : Boundaries.between(from, to, world, who, Conditions.of(segment, world));
  }

  /** Spares looking where nothing changed for somebody. */
  private boolean concerns(int person, int known) {
    var before = worlds.get(known);
    var after = worlds.get(known + 1);
    return before.person(person) != after.person(person) || before.shared() != after.shared();
  }
}
