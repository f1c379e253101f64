package dev.carillon.api.pipelines;

import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is handed in memory, call by call, or refuses as often as it is told to. */
final class RecordingIntake implements Intake {
  private final List<List<Operation>> calls = new ArrayList<>();
  private int refusals;

  @Override
  public synchronized void accept(List<Operation> operations) throws IntakeUnavailable {
    if (refusals > 0) {
      refusals--;
      throw new IntakeUnavailable("the disk is full", 5);
    }
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("a call without operations");
    }
    calls.add(List.copyOf(operations));
  }

  /** What came since the last call, each list as it was handed over. */
  synchronized List<List<Operation>> taken() {
    var taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  /** Refuses the next so many calls; 0 refuses none. */
  synchronized void refuse(int times) {
    refusals = times;
  }
}
