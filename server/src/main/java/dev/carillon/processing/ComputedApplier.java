package dev.carillon.processing;

import dev.carillon.people.Profile;
import dev.carillon.processing.RuleBook.ComputedRule;
import dev.carillon.processing.RuleBook.SegmentRule;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps computed attributes of one person up to date: adds events up, and writes values into the
 * profile like any other change of an attribute.
 */
final class ComputedApplier {
  private final RuleBook ruleBook;

  ComputedApplier(RuleBook ruleBook) {
    this.ruleBook = ruleBook;
  }

  /**
   * Adds an event up.
   *
   * @return the segments that read an attribute that has another value now
   */
  Collection<SegmentRule> happened(
      PersonState person,
      List<ComputedRule> computed,
      Instant occurredAt,
      Map<String, Object> data,
      Instant now) {
    var woken = new LinkedHashSet<SegmentRule>();
    for (var rule : computed) {
      var value = rule.definition().usable(data);
      if (value != null) {
        var before = person.tallies().get(rule.id());
        person
            .tallies()
            .put(
                rule.id(),
                rule.definition().computation().plus(before, occurredAt.toEpochMilli(), value));
        woken.addAll(refresh(person, rule, now));
      }
    }
    return woken;
  }

  /**
   * Writes the value as of an instant and arms the next look.
   *
   * @return the segments that read the attribute, if it has another value now
   */
  Collection<SegmentRule> refresh(PersonState person, ComputedRule rule, Instant now) {
    var computation = rule.definition().computation();
    if (rule.withdrawn()) {
      person.tallies().remove(rule.id());
      person.tallies().computeAt(rule.id(), null);
      return write(person, rule, null, now);
    }
    if (!rule.shown()) {
      return Set.of(); // published once everybody's past is added up
    }
    var tally = computation.pruned(person.tallies().get(rule.id()), now);
    if (tally == null) {
      person.tallies().remove(rule.id());
    } else {
      person.tallies().put(rule.id(), tally);
    }
    person.tallies().computeAt(rule.id(), computation.nextChange(tally, now).orElse(null));
    return write(person, rule, computation.value(tally, now), now);
  }

  private Collection<SegmentRule> write(
      PersonState person, ComputedRule rule, @Nullable Object value, Instant now) {
    var name = rule.definition().name();
    // A call that wrote the name before it was computed may have been dated in the future.
    var writtenAt = Math.max(now.toEpochMilli(), person.profile().writtenAtMillis(name));
    return person.profile().write(name, value, writtenAt) instanceof Profile.Outcome.Changed
        ? ruleBook.of(person.workspace()).byAttribute().getOrDefault(name, List.of())
        : Set.of();
  }
}
