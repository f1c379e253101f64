package dev.carillon.people.search;

import dev.carillon.people.IdentifierKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What indexes can say about those who fulfil a filter: everybody who does is inside the bound, and
 * others may be too. Made by class {@link BoundReading}, put together by {@link #all} and {@link
 * #any}.
 */
sealed interface Bound {
  /** Parts of a disjunction that a conjunction is spread over; each is a statement of its own. */
  int MOST_SPREAD = 16;

  /** Indexes say nothing. */
  record Everybody() implements Bound {}

  /** Nobody can fulfil the filter. */
  record Nobody() implements Bound {}

  /** Who has all of these keys of {@code person_search}. */
  record Keys(List<Integer> all) implements Bound {}

  /** Who has at least one of these keys, of two or more. */
  record AnyKey(List<Integer> any) implements Bound {}

  /** Who is in a segment, exactly. */
  record Member(int segmentId) implements Bound {}

  /** Who is not in a segment, exactly. */
  record NotMember(int segmentId) implements Bound {}

  /** Whom one of these identifiers names. */
  record Named(IdentifierKind kind, List<String> values) implements Bound {}

  /** These people. */
  record People(List<Long> ids) implements Bound {}

  /** Who is inside all of these, at least two. */
  record All(List<Bound> parts) implements Bound {}

  /** Who is inside one of these, at least two. */
  record Any(List<Bound> parts) implements Bound {}

  /** Whether an index leads to the people inside in the order of their keys, and to nobody else. */
  default boolean leads() {
    return switch (this) {
      case Everybody _, Nobody _, Member _, Named _, People _ -> true;
      case Keys _, AnyKey _, NotMember _, All _ -> false;
      case Any(var parts) -> parts.stream().allMatch(Bound::leads);
    };
  }

  /** Whether the bound rests on keys, which people who changed a moment ago may not have yet. */
  default boolean restsOnKeys() {
    return switch (this) {
      case Everybody _, Nobody _, Member _, NotMember _, Named _, People _ -> false;
      case Keys _, AnyKey _ -> true;
      case All(var parts) -> parts.stream().anyMatch(Bound::restsOnKeys);
      case Any(var parts) -> parts.stream().anyMatch(Bound::restsOnKeys);
    };
  }

  /** Who is inside all of these. Where a few people are named, they alone are the bound. */
  static Bound all(List<Bound> bounds) {
    return all(bounds, true);
  }

  private static Bound all(List<Bound> bounds, boolean maySpread) {
    var keys = new ArrayList<Integer>();
    var parts = new ArrayList<Bound>();
    for (var each : flat(bounds, true)) {
      switch (each) {
        case Nobody _, Named _, People _ -> {
          return each;
        }
        case Everybody _ -> {}
        case Keys(var more) -> keys.addAll(more);
        case AnyKey _, Member _, NotMember _, All _, Any _ -> parts.add(each);
      }
    }
    if (!keys.isEmpty()) {
      parts.addFirst(new Keys(keys.stream().distinct().toList()));
    }
    var distinct = parts.stream().distinct().toList();
    return switch (distinct.size()) {
      case 0 -> new Everybody();
      case 1 -> distinct.getFirst();
      default -> maySpread ? spread(distinct) : new All(distinct);
    };
  }

  /** Puts the disjunctions inside a conjunction outside: an index can lead each of their parts. */
  private static Bound spread(List<Bound> parts) {
    var arms = List.of(List.<Bound>of());
    for (var part : parts) {
      var choices = part instanceof Any(var these) ? these : List.of(part);
      if (arms.size() * choices.size() > MOST_SPREAD) {
        choices = List.of(part);
      }
      var longer = new ArrayList<List<Bound>>();
      for (var arm : arms) {
        for (var choice : choices) {
          longer.add(Stream.concat(arm.stream(), Stream.of(choice)).toList());
        }
      }
      arms = longer;
    }
    return arms.size() == 1
        ? new All(parts)
        : any(arms.stream().map(each -> all(each, false)).toList());
  }

  /** Who is inside one of these. */
  static Bound any(List<Bound> bounds) {
    var keys = new ArrayList<Integer>();
    var people = new ArrayList<Long>();
    var ids = new ArrayList<String>();
    var emails = new ArrayList<String>();
    var parts = new ArrayList<Bound>();
    for (var each : flat(bounds, false)) {
      switch (each) {
        case Everybody _ -> {
          return each;
        }
        case Nobody _ -> {}
        case Keys(var more) when more.size() == 1 -> keys.addAll(more);
        case AnyKey(var more) -> keys.addAll(more);
        case People(var more) -> people.addAll(more);
        case Named(var kind, var more) when kind == IdentifierKind.ID -> ids.addAll(more);
        case Named(var kind, var more) when kind == IdentifierKind.EMAIL -> emails.addAll(more);
        case Named _, Keys _, Member _, NotMember _, All _, Any _ -> parts.add(each);
      }
    }
    var distinctKeys = keys.stream().distinct().toList();
    if (distinctKeys.size() == 1) {
      parts.add(new Keys(distinctKeys));
    } else if (!distinctKeys.isEmpty()) {
      parts.add(new AnyKey(distinctKeys));
    }
    if (!people.isEmpty()) {
      parts.add(new People(people.stream().distinct().toList()));
    }
    if (!ids.isEmpty()) {
      parts.add(new Named(IdentifierKind.ID, ids.stream().distinct().toList()));
    }
    if (!emails.isEmpty()) {
      parts.add(new Named(IdentifierKind.EMAIL, emails.stream().distinct().toList()));
    }
    var distinct = parts.stream().distinct().toList();
    return switch (distinct.size()) {
      case 0 -> new Nobody();
      case 1 -> distinct.getFirst();
      default -> new Any(distinct);
    };
  }

  /** With the parts of groups of the same kind in their place. */
  private static List<Bound> flat(List<Bound> bounds, boolean conjunction) {
    return bounds.stream()
        .flatMap(each ->
            switch (each) {
              case All(var parts) when conjunction -> parts.stream();
              case Any(var parts) when !conjunction -> parts.stream();
              default -> Stream.of(each);
            })
        .toList();
  }
}
