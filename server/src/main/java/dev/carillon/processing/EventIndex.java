package dev.carillon.processing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.events.EventKind;
import dev.carillon.events.NamePattern;
import dev.carillon.processing.RuleBook.EventName;
import dev.carillon.processing.RuleBook.EventRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a workspace by the events that touch them. Most rules name an event; those that name
 * a pattern are found by comparing it with the name, once for each name, as the outcome is
 * remembered. Thread-safe.
 */
final class EventIndex {
  /** So many names of all workspaces are remembered: names of pages may be without number. */
  private static final int REMEMBERED = 10_000;

  /** Of a workspace without rules about events. */
  static final EventIndex NONE = new EventIndex(Map.of(), Map.of(), memory());

  private static final EventRules NOTHING =
      new EventRules(List.of(), List.of(), List.of(), List.of());

  private final Map<EventName, EventRules> byName;
  private final Map<EventKind, List<ByPattern>> byPattern;
  private final Cache<Seen, EventRules> memory;

  /** What events touch whose names fit. */
  record ByPattern(NamePattern pattern, EventRules rules) {}

  /** A name in a workspace: its index stands for the workspace. */
  record Seen(EventIndex index, EventName name) {}

  /** What is remembered of names; for all workspaces of one rule book. */
  static Cache<Seen, EventRules> memory() {
    return Caffeine.newBuilder().maximumSize(REMEMBERED).build();
  }

  /**
   * @param byName what an event of exactly this name touches
   * @param byPattern what events of a kind touch whose names fit; no entry for a kind without
   */
  EventIndex(
      Map<EventName, EventRules> byName,
      Map<EventKind, List<ByPattern>> byPattern,
      Cache<Seen, EventRules> memory) {
    this.byName = Map.copyOf(byName);
    this.byPattern = Map.copyOf(byPattern);
    this.memory = memory;
  }

  /** What an event touches; null: it is a plain event. */
  @Nullable EventRules find(EventKind kind, String name) {
    var key = new EventName(kind, name);
    if (!byPattern.containsKey(kind)) {
      return byName.get(key);
    }
    var rules = memory.get(new Seen(this, key), _ -> compare(key));
    return rules == NOTHING ? null : rules;
  }

  private EventRules compare(EventName key) {
    var found = new ArrayList<EventRules>();
    var own = byName.get(key);
    if (own != null) {
      found.add(own);
    }
    for (var each : byPattern.getOrDefault(key.kind(), List.of())) {
      if (each.pattern.matches(key.name())) {
        found.add(each.rules);
      }
    }
    return switch (found.size()) {
      case 0 -> NOTHING;
      case 1 -> found.getFirst();
      default -> together(found);
    };
  }

  /** A segment may read several of the counters. */
  private static EventRules together(List<EventRules> rules) {
    var segments = new LinkedHashSet<RuleBook.SegmentRule>();
    rules.forEach(each -> segments.addAll(each.segments()));
    return new EventRules(
        rules.stream().flatMap(each -> each.counters().stream()).toList(),
        List.copyOf(segments),
        rules.stream().flatMap(each -> each.campaigns().stream()).toList(),
        rules.stream().flatMap(each -> each.computed().stream()).toList());
  }
}
