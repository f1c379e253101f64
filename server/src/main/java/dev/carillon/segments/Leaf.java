package dev.carillon.segments;

/** One question a compiled condition asks of a person. Pure over {@link Facts}, immutable. */
sealed interface Leaf
    permits ValueLeaf,
        TimesLeaf,
        MemberLeaf,
        SubscriptionLeaf,
        DeviceLeaf,
        RelationLeaf,
        CampaignLeaf,
        SampleLeaf {

  /** The condition it was compiled from. */
  Condition condition();

  /** Whether it holds now. */
  boolean holds(Facts facts);

  /** Whether the answer can ever change with no new data. */
  default boolean timed() {
    return false;
  }

  /**
   * The next instant at which the answer can change with no new data, in Unix milliseconds; {@link
   * ValueTests#NEVER}. It may be early, never late.
   */
  default long nextChange(Facts facts) {
    return ValueTests.NEVER;
  }
}
