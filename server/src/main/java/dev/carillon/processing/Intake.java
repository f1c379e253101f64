package dev.carillon.processing;

/** Takes accepted calls into the durable log. Safe for many threads. */
@FunctionalInterface
public interface Intake {

  /**
   * Returns once the operation is committed to durable storage (promise I1). Operations of one
   * caller's sequential calls keep their order.
   *
   * @throws IntakeUnavailable when it was not stored, or it is unknown whether it was; the caller
   *     must not acknowledge it
   */
  void accept(Operation operation) throws IntakeUnavailable;
}
