package dev.carillon.processing;

import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.util.List;

/** Devices in one batch (track §5.1). */
@SuppressWarnings("UnusedVariable")
final class DeviceApplier {
  private final BatchScope scope;
  private final BatchActivity activity;

  DeviceApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
  }

  /** Reads and locks the devices these operations touch; people are loaded. */
  void read(List<Accepted> operations) {}

  void update(Operation.DeviceUpdate call, PersonState person, Entry entry) {}

  void remove(Operation.DeviceRemoval call, PersonState person, Entry entry) {}

  void write() {}
}
