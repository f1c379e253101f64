package dev.carillon.api.track;

import dev.carillon.processing.Intake;
import dev.carillon.processing.IntakeUnavailable;
import dev.carillon.processing.Operation;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is handed in memory, or refuses it when told to be full. */
final class RecordingIntake implements Intake {
  private final List<Operation> operations = new ArrayList<>();
  private int calls;
  private boolean full;

  @Override
  public synchronized void accept(List<Operation> accepted) throws IntakeUnavailable {
    if (full) {
      throw new IntakeUnavailable("the disk is full", 5);
    }
    operations.addAll(accepted);
    calls++;
  }

  /** What came since the last call. */
  synchronized List<Operation> taken() {
    var taken = List.copyOf(operations);
    operations.clear();
    return taken;
  }

  /** How often something was handed in. */
  synchronized int calls() {
    return calls;
  }

  synchronized void full(boolean isFull) {
    full = isFull;
  }
}
