package dev.carillon.segments;

import dev.carillon.segments.Surroundings.Relation;
import dev.carillon.segments.ValueTests.When;
import java.time.ZoneId;
import java.util.stream.Stream;

/**
 * How many objects of a type the person is related to.
 *
 * @param zone where days begin
 */
record RelationLeaf(Condition.Related condition, ZoneId zone) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return new Occurrences(condition.count(), condition.times(), Window.EVER).fits(counted(facts));
  }

  /** How many fulfil both lists. */
  long counted(Facts facts) {
    return fitting(facts).count();
  }

  /** Those that fulfil both lists. */
  Stream<Relation> fitting(Facts facts) {
    var when = new When(facts.now(), zone);
    return facts.surroundings().related(condition.typeId()).stream()
        .filter(each ->
            ValueTests.hold(condition.object(), each.object()::get, when)
                && ValueTests.hold(condition.relationship(), each.relationship()::get, when));
  }
}
