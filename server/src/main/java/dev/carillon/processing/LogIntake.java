package dev.carillon.processing;

import dev.carillon.log.Lanes;
import dev.carillon.log.Log;
import dev.carillon.log.LogUnavailable;

/** Takes operations into the log. */
public final class LogIntake implements Intake {
  private final Log log;

  /** Writes to the given log. */
  public LogIntake(Log log) {
    this.log = log;
  }

  @Override
  public void accept(Operation operation) throws IntakeUnavailable {
    try {
      log.append(
          Lanes.of(operation.workspace().value(), operation.laneKey()),
          OperationCodec.encode(operation));
    } catch (LogUnavailable unavailable) {
      throw new IntakeUnavailable(String.valueOf(unavailable.getMessage()), 1, unavailable);
    }
  }
}
