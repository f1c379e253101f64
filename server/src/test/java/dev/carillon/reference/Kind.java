package dev.carillon.reference;

/** Kinds of conditions that random ones are made of; a test says which the product has. */
public enum Kind {
  /** {@code eq neq exists contains gt lt} on attributes. */
  ATTRIBUTE,
  /** The other operators on values, on attributes and in {@code where}. */
  OPERATORS,
  /** {@code is_timestamp ts_before ts_after}, absolute and relative to now. */
  TIMESTAMP,
  /** {@code anniversary}. */
  ANNIVERSARY,
  /** {@code any_item}. */
  ANY_ITEM,
  /** Events, at least or at most so often, ever or within the past. */
  EVENT,
  /** Windows between dates, exactly so often, names with {@code *}. */
  EVENT_WINDOW,
  /** In another segment. */
  SEGMENT,
  /** What messages reached. */
  MESSAGE,
  /** Choices of topics and channels. */
  SUBSCRIPTION,
  /** Devices. */
  DEVICE,
  /** Related objects. */
  OBJECT,
  /** Journeys. */
  CAMPAIGN,
  /** Nobody and everybody. */
  SAMPLE
}
