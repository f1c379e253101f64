package dev.carillon.bench;

/** One line of the table. */
sealed interface Result {

  /** The measurement it belongs to, as {@code --only} names it. */
  String row();

  /** What was measured, in words. */
  String what();

  /** Whether the requirement is met. */
  boolean met();

  /**
   * A figure with its requirement.
   *
   * @param notes what helps to judge the figure: its parts, its spread; may be empty
   */
  record Measured(String row, String what, double value, Requirement required, String notes)
      implements Result {
    @Override
    public boolean met() {
      return required.isMetBy(value);
    }
  }

  /** No figure: the measurement broke off, or its results in the database were wrong. */
  record Failed(String row, String what, String reason) implements Result {
    @Override
    public boolean met() {
      return false;
    }
  }
}
