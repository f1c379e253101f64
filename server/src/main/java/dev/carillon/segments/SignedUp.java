package dev.carillon.segments;

import dev.carillon.segments.AttributeTest.Operator;
import java.util.List;

/**
 * The segment every new workspace begins with (S-7): people of whom it is known when they signed
 * up.
 */
public final class SignedUp {
  /** Its name and condition; it may be changed and deleted as any other. */
  public static final SegmentDraft DRAFT =
      new SegmentDraft(
          "Signed up",
          "People whose created_at is a timestamp",
          List.of(),
          new Condition.Attribute(new AttributeTest("created_at", Operator.IS_TIMESTAMP, null)));

  private SignedUp() {}
}
