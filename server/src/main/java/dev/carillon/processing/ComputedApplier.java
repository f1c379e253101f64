package dev.carillon.processing;

import dev.carillon.log.IdRanges;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.Profile;
import dev.carillon.processing.RuleBook.ComputedRule;
import dev.carillon.processing.RuleBook.SegmentRule;
import dev.carillon.reporting.ActivityRepository.NewActivity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps computed attributes of people up to date: adds events up, and writes values into the
 * profile like any other change of an attribute. A value the profile has no room for is told once
 * in the activity log, and again when it has fitted meanwhile.
 */
final class ComputedApplier {
  private final RuleBook ruleBook;
  private final IdRanges ids;
  private final List<Refused> refused = new ArrayList<>();

  ComputedApplier(RuleBook ruleBook, IdRanges ids) {
    this.ruleBook = ruleBook;
    this.ids = ids;
  }

  /** A value there was no room for (P-14). */
  private record Refused(PersonState person, String attribute, Object value, Instant at) {}

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
   * The timer of an attribute has run out: writes the value as of its instant. Nobody sees one that
   * is still being filled, and its publication sets a timer again.
   *
   * @return the segments that read the attribute, if it has another value now
   */
  Collection<SegmentRule> fire(PersonState person, ComputedRule rule, Instant at) {
    person.tallies().computeAt(rule.id(), null);
    return refresh(person, rule, at);
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
    return switch (person.profile().write(name, value, writtenAt)) {
      case Profile.Outcome.Changed _ -> {
        person.tallies().fits(rule.id());
        yield ruleBook.of(person.workspace()).byAttribute().getOrDefault(name, List.of());
      }
      case Profile.Outcome.Unchanged _ -> {
        person.tallies().fits(rule.id());
        yield Set.of();
      }
      case Profile.Outcome.TooMany _ -> {
        if (value != null && person.tallies().refuse(rule.id())) {
          refused.add(new Refused(person, name, value, now));
        }
        yield Set.of();
      }
    };
  }

  /**
   * Entries for the activity log about values there was no room for, as IdentifyApplier notes what
   * calls could not change. Of people who are gone there is nothing to tell.
   */
  List<NewActivity> activity(Instant receivedAt) {
    var entries = new ArrayList<NewActivity>();
    for (var each : refused) {
      var person = each.person;
      if (!person.deleted()) {
        var attributes = new LinkedHashMap<String, @Nullable Object>();
        attributes.put(each.attribute, each.value);
        var reason = "a person has at most " + Profile.ATTRIBUTES + " attributes";
        entries.add(
            new NewActivity(
                person.personId(),
                person.workspace(),
                ids.next(),
                "failed_attribute_change",
                each.at,
                receivedAt,
                AttributesJson.print(BatchActivity.refusal(attributes, reason))));
      }
    }
    return entries;
  }
}
