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
import org.jspecify.annotations.Nullable;

/**
 * Leaves out what was seen before, among these operations or ever: events by their id (P-42), other
 * operations by the key of their call (pipelines §4).
 */
final class Repeats {
  private final EventRepository events;

  Repeats(EventRepository events) {
    this.events = events;
  }

  /**
   * The operations without repeats, and without what told them from each other; what is left is
   * remembered. Asked once for all operations of a transaction's part: what it remembers would be a
   * repeat if it were asked again.
   */
  List<Accepted> without(Handle handle, List<Accepted> operations) {
    var last = operations.getLast().receivedAt();
    var first = new HashMap<SeenKey, Long>();
    var repeats = new HashSet<Long>();
    for (var each : operations) {
      var id = keyOf(each.operation());
      if (id != null) {
        var key = new SeenKey(each.operation().workspace(), EventKey.of(id, last));
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
    return operations.stream()
        .filter(each -> !repeats.contains(each.op()))
        .map(Repeats::bare)
        .toList();
  }

  private static @Nullable String keyOf(Operation operation) {
    return switch (operation) {
      case Operation.Event event -> event.eventId();
      case Operation.Once once -> once.key();
      default -> null;
    };
  }

  private static Accepted bare(Accepted accepted) {
    return accepted.operation() instanceof Operation.Once(var operation, _)
        ? new Accepted(accepted.op(), accepted.receivedAt(), operation)
        : accepted;
  }
}
