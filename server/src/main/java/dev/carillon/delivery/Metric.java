package dev.carillon.delivery;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The instants a delivery records, each when it first happened (M-1). */
public enum Metric {
  CREATED,
  DRAFTED,
  ATTEMPTED,
  SENT,
  DELIVERED,
  DEFERRED,
  OPENED,
  CLICKED,
  CONVERTED,
  BOUNCED,
  DROPPED,
  SPAMMED,
  FAILED,
  UNDELIVERABLE,
  UNSUBSCRIBED;

  /** What either a human or a machine does (M-7). */
  static final List<Metric> BY_SOMEBODY = List.of(OPENED, CLICKED);

  private final String wire = name().toLowerCase(Locale.ROOT);

  /** The word in requests and answers. */
  public String wire() {
    return wire;
  }

  /** The metric a caller named, or empty for a word none has. */
  public static Optional<Metric> ofWire(String wire) {
    for (var metric : values()) {
      if (metric.wire.equals(wire)) {
        return Optional.of(metric);
      }
    }
    return Optional.empty();
  }

  public String column() {
    return wire + "_at";
  }
}
