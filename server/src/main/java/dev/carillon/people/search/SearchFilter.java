package dev.carillon.people.search;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which people somebody looks for (app-data §2.3). Equal filters have equal texts ({@link
 * #toString}), so that the text names the question.
 */
public sealed interface SearchFilter {

  /** All of these hold; an empty list holds. */
  record And(List<SearchFilter> all) implements SearchFilter {
    /** Copies the list. */
    public And {
      all = List.copyOf(all);
    }
  }

  /** At least one of these holds; an empty list does not. */
  record Or(List<SearchFilter> any) implements SearchFilter {
    /** Copies the list. */
    public Or {
      any = List.copyOf(any);
    }
  }

  /** This does not hold. */
  record Not(SearchFilter inner) implements SearchFilter {}

  /** The field is this text, as {@link SearchFields} compares it. */
  record Equal(String field, String value) implements SearchFilter {}

  /** The field has a value. */
  record Exists(String field) implements SearchFilter {}

  /** The person is in this segment; nobody is in one the workspace does not have. */
  record InSegment(int segmentId) implements SearchFilter {}

  /** Whether a person fulfils a filter. */
  static boolean matches(SearchFilter filter, Candidate person) {
    return switch (filter) {
      case And(var all) -> all.stream().allMatch(each -> matches(each, person));
      case Or(var any) -> any.stream().anyMatch(each -> matches(each, person));
      case Not(var inner) -> !matches(inner, person);
      case Equal(var field, var value) -> SearchFields.equal(person, field, value);
      case Exists(var field) -> SearchFields.exists(person, field);
      case InSegment(var segmentId) -> person.segments().contains(segmentId);
    };
  }

  /** The segments a filter asks about. */
  static Set<Integer> segments(SearchFilter filter) {
    var segments = new HashSet<Integer>();
    collect(filter, segments);
    return segments;
  }

  private static void collect(SearchFilter filter, Set<Integer> segments) {
    switch (filter) {
      case And(var all) -> all.forEach(each -> collect(each, segments));
      case Or(var any) -> any.forEach(each -> collect(each, segments));
      case Not(var inner) -> collect(inner, segments);
      case InSegment(var segmentId) -> segments.add(segmentId);
      case Equal _, Exists _ -> {}
    }
  }
}
