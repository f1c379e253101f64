package dev.carillon.computed;

import java.util.Locale;

/** What is made of the events. */
public enum Aggregate {
  /** How many there are. */
  COUNT,
  /** The sum of the numbers at the property. */
  SUM,
  /** The least of them. */
  MIN,
  /** The greatest of them. */
  MAX,
  /** The value of the event that happened first. */
  FIRST,
  /** The value of the event that happened last. */
  LAST,
  /** The value that occurs most often; of equals the one seen last. */
  MOST_FREQUENT;

  /** The word in requests, answers and the database. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it reads a property of the event. */
  public boolean readsProperty() {
    return this != COUNT;
  }

  /** Whether only numbers count. */
  boolean numeric() {
    return this == SUM || this == MIN || this == MAX;
  }
}
