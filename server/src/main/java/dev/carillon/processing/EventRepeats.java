package dev.carillon.processing;

import dev.carillon.events.EventKey;
import dev.carillon.events.EventRepository;
import dev.carillon.events.EventRepository.SeenKey;
import dev.carillon.processing.OperationBatch.Accepted;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/** Leaves out events whose id was seen before, among these operations or ever (P-42). */
final class EventRepeats {
  private final EventRepository events;

  EventRepeats(EventRepository events) {
    this.events = events;
  }

  /**
   * The operations without repeats; what is left is remembered. Asked once for all operations of a
   * transaction's part: what it remembers would be a repeat if it were asked again.
   */
  List<Accepted> without(Handle handle, List<Accepted> operations) {
    var last = operations.getLast().receivedAt();
    var first = new HashMap<SeenKey, Long>();
    var repeats = new HashSet<Long>();
    for (var each : operations) {
      if (each.operation() instanceof Operation.Event event && event.eventId() != null) {
        var key = new SeenKey(event.workspace(), EventKey.of(event.eventId(), last));
        if (first.putIfAbsent(key, each.op()) != null) {
          repeats.add(each.op());
        }
      }
    }
    if (first.isEmpty()) {
      return operations;
    }
    var today = last.atOffset(ZoneOffset.UTC).toLocalDate();
    events
        .remember(handle, first.keySet(), today)
        .forEach(key -> repeats.add(Objects.requireNonNull(first.get(key))));
    return repeats.isEmpty()
        ? operations
        : operations.stream().filter(each -> !repeats.contains(each.op())).toList();
  }
}
