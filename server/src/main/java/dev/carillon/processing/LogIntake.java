package dev.carillon.processing;

import dev.carillon.log.Lanes;
import dev.carillon.log.Log;
import dev.carillon.log.Log.Entry;
import dev.carillon.log.LogUnavailable;
import java.util.List;

/** Takes operations into the log. */
public final class LogIntake implements Intake {
  private final Log log;

  /** Writes to the given log. */
  public LogIntake(Log log) {
    this.log = log;
  }

  @Override
  public void accept(List<Operation> operations) throws IntakeUnavailable {
    try {
      log.append(operations.stream().map(LogIntake::entry).toList());
    } catch (LogUnavailable unavailable) {
      throw new IntakeUnavailable(String.valueOf(unavailable.getMessage()), 1, unavailable);
    }
  }

  private static Entry entry(Operation operation) {
    var workspace = operation.workspace().value();
    return new Entry(
        Lanes.of(workspace, operation.laneKey()),
        Lanes.of(workspace, operation.otherLaneKey()),
        OperationCodec.encode(operation));
  }
}
