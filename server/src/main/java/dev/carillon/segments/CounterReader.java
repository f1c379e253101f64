package dev.carillon.segments;

import java.util.Locale;

/** A rule that reads counters: those it reads are kept up to date for as long as it does. */
public record CounterReader(Kind kind, int id) {

  /** What reads. */
  public enum Kind {
    SEGMENT,
    CAMPAIGN;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in {@code counter_reader.kind}. */
    String word() {
      return word;
    }
  }

  /** A segment. */
  public static CounterReader segment(int segmentId) {
    return new CounterReader(Kind.SEGMENT, segmentId);
  }

  /** A campaign, with its filters and all conditions of its workflow. */
  public static CounterReader campaign(int campaignId) {
    return new CounterReader(Kind.CAMPAIGN, campaignId);
  }
}
