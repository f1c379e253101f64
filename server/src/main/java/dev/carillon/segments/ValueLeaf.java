package dev.carillon.segments;

import dev.carillon.segments.ValueTests.When;
import java.time.ZoneId;

/** A test on an attribute of the person. */
record ValueLeaf(Condition.Attribute condition, ZoneId zone) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return ValueTests.holds(condition.test(), facts::attribute, when(facts));
  }

  @Override
  public boolean timed() {
    return ValueTests.movesWithTime(condition.test());
  }

  @Override
  public long nextChange(Facts facts) {
    return ValueTests.nextChange(condition.test(), facts::attribute, when(facts));
  }

  /** The Unix seconds a test {@code is_timestamp} holds for; −1: another test, or it does not. */
  long named(Facts facts) {
    var test = condition.test();
    return test.operator() == AttributeTest.Operator.IS_TIMESTAMP
        ? Values.timestamp(ValueTests.read(test.field(), facts::attribute))
        : -1;
  }

  private When when(Facts facts) {
    return new When(facts.now(), zone);
  }
}
