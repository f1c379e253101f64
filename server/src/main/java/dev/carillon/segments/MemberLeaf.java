package dev.carillon.segments;

/** The person is in another segment. */
record MemberLeaf(Condition.InSegment condition) implements Leaf {

  @Override
  public boolean holds(Facts facts) {
    return facts.inSegment(condition.segmentId());
  }
}
