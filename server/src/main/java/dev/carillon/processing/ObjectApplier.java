package dev.carillon.processing;

import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.util.List;

/** Objects and relationships in one batch (track §6). */
@SuppressWarnings("UnusedVariable")
final class ObjectApplier {
  private final BatchScope scope;
  private final BatchActivity activity;

  ObjectApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
  }

  /** Reads and locks the objects and relationships these operations touch; people are loaded. */
  void read(List<Accepted> operations) {}

  void identify(Operation.ObjectIdentify call, Entry entry) {}

  void delete(Operation.ObjectDelete call, Entry entry) {}

  void relate(Operation.Relate call, PersonState person, Entry entry) {}

  void relateAnonymous(Operation.Relate call, Entry entry) {}

  void write() {}
}
