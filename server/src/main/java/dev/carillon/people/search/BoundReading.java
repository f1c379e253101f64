package dev.carillon.people.search;

import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Set;

/**
 * Reads the {@link Bound} off a filter.
 *
 * @param segments those of the segments the filter names that the workspace has
 */
record BoundReading(Access access, Set<Integer> segments) {

  /** The bound of those who fulfil the filter. */
  Bound of(SearchFilter filter) {
    return of(filter, true);
  }

  /**
   * @param holds false: of those who do not fulfil it. Who lacks a key lacks what it stands for;
   *     who has it may still lack that, so denials of values bound nobody
   */
  private Bound of(SearchFilter filter, boolean holds) {
    return switch (filter) {
      case SearchFilter.And(var all) ->
          holds ? Bound.all(of(all, true)) : Bound.any(of(all, false));
      case SearchFilter.Or(var any) -> holds ? Bound.any(of(any, true)) : Bound.all(of(any, false));
      case SearchFilter.Not(var inner) -> of(inner, !holds);
      case SearchFilter.Equal(var field, var value) ->
          holds ? equal(field, value) : new Bound.Everybody();
      case SearchFilter.Exists(var field) -> exists(field, holds);
      case SearchFilter.InSegment(var segmentId) -> {
        if (segments.contains(segmentId)) {
          yield holds ? new Bound.Member(segmentId) : new Bound.NotMember(segmentId);
        }
        yield holds ? new Bound.Nobody() : new Bound.Everybody();
      }
    };
  }

  private List<Bound> of(List<SearchFilter> filters, boolean hold) {
    return filters.stream().map(each -> of(each, hold)).toList();
  }

  private Bound exists(String field, boolean holds) {
    if (field.equals(SearchFields.CIO_ID)) {
      return holds ? new Bound.Everybody() : new Bound.Nobody();
    }
    return holds
        ? new Bound.Keys(List.of(SearchKeys.exists(access.workspace(), field)))
        : new Bound.Everybody();
  }

  private Bound equal(String field, String value) {
    if (field.equals(SearchFields.CIO_ID)) {
      var personId = CioId.personId(value);
      return personId.isPresent()
          ? new Bound.People(List.of(personId.getAsLong()))
          : new Bound.Nobody();
    }
    if (field.equals(SearchFields.ID)) {
      return new Bound.Named(IdentifierKind.ID, List.of(Identifier.id(value).key()));
    }
    if (field.equals(SearchFields.EMAIL) && access.emailIdentifies()) {
      return new Bound.Named(IdentifierKind.EMAIL, List.of(Identifier.email(value).key()));
    }
    var text = SearchFields.comparable(field, value);
    return new Bound.Keys(List.of(SearchKeys.equal(access.workspace(), field, text)));
  }
}
