package dev.carillon.segments;

import dev.carillon.segments.ValueTests.When;

/** How many objects of a type the person is related to. */
record RelationLeaf(Condition.Related condition) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return new Occurrences(condition.count(), condition.times(), Window.EVER).fits(counted(facts));
  }

  /** How many fulfil both lists. */
  long counted(Facts facts) {
    return facts.surroundings().related(condition.typeId()).stream()
        .filter(each ->
            ValueTests.hold(condition.object(), each.object()::get, When.ANY)
                && ValueTests.hold(condition.relationship(), each.relationship()::get, When.ANY))
        .count();
  }
}
