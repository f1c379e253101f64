package dev.carillon.segments;

import java.util.List;

/** What became of a request to create, change or delete a segment, or to cancel its build. */
public sealed interface SegmentOutcome {

  /** It is stored; its build, if it needs one, is queued. */
  record Saved(Segment segment) implements SegmentOutcome {}

  /** Nothing was changed because of these faults. */
  record Invalid(List<Fault> faults) implements SegmentOutcome {
    /** Copies the list. */
    public Invalid {
      faults = List.copyOf(faults);
    }
  }

  /** It was not deleted because others use it (S-9). */
  record InUse(List<SegmentUse> by) implements SegmentOutcome {
    /** Copies the list. */
    public InUse {
      by = List.copyOf(by);
    }

    /** Says so to whoever wants it deleted, and names the users. */
    public String sentence() {
      return "the segment is used by " + SegmentUse.sentence(by);
    }
  }

  /**
   * It has no build that could be cancelled.
   *
   * @param why a sentence without a full stop
   */
  record NotBuilding(String why) implements SegmentOutcome {}

  /** It is gone; its members are removed in the background. */
  record Deleted() implements SegmentOutcome {}

  /** The workspace has no such segment. */
  record NoSuchSegment() implements SegmentOutcome {}
}
