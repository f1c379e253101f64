package dev.carillon.processing;

import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.OperationBatch.Accepted;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is reported about deliveries and in-app contents in one batch (track §5.2). */
@SuppressWarnings("UnusedVariable")
final class ReportApplier {
  private final BatchScope scope;
  private final BatchActivity activity;

  ReportApplier(BatchScope scope, BatchActivity activity) {
    this.scope = scope;
    this.activity = activity;
  }

  /** What rules read when a report changes a person. */
  void need(Operation.Unsubscribe call, RuleBook.Reach reach) {}

  /**
   * Reads the deliveries these operations name.
   *
   * @return keys of the people who have to be locked
   */
  Collection<Long> read(List<Accepted> operations) {
    return List.of();
  }

  void report(Operation.DeliveryReport call, Entry entry) {}

  void unsubscribe(Operation.Unsubscribe call, Entry entry) {}

  void content(Operation.ContentReport call, @Nullable PersonState person, Entry entry) {}

  void write() {}
}
