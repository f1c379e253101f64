package dev.carillon.processing;

import java.util.List;

/** Takes accepted calls into the durable log. Safe for many threads. */
@FunctionalInterface
public interface Intake {

  /**
   * Returns once the operations of one call are committed to durable storage, all of them (promise
   * I1). Those of one caller's sequential calls keep their order.
   *
   * @param operations in order; at least one
   * @throws IntakeUnavailable when nothing was stored, or it is unknown whether it was; the caller
   *     must not acknowledge it
   */
  void accept(List<Operation> operations) throws IntakeUnavailable;
}
