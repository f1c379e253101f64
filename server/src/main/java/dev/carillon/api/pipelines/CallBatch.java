package dev.carillon.api.pipelines;

import dev.carillon.api.pipelines.CallReader.Surroundings;
import dev.carillon.api.pipelines.DroppedCalls.Reason;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.http.Json;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads single calls and batches into operations and faults (pipelines §4, §7, §8). */
final class CallBatch {
  /** Of a single call, and of each item of a batch. */
  static final int LONGEST_CALL_BYTES = 32 * 1024;

  /** Of a batch. */
  static final int LONGEST_BATCH_BYTES = 500 * 1024;

  /**
   * A batch states its context once and every item stores it: this bounds what a short body can
   * blow up to.
   */
  private static final int LONGEST_REPEATED_BYTES = 1024 * 1024;

  private final CallReader reader;
  private final CallOperations operations;

  /** Reads with the one and translates with the other. */
  CallBatch(CallReader reader, CallOperations operations) {
    this.reader = reader;
    this.operations = operations;
  }

  /**
   * What a body holds.
   *
   * @param operations of all calls without a fault, in order
   * @param faults of all other calls
   */
  record Outcome(List<Operation> operations, List<Fault> faults) {
    private static Outcome fault(Reason reason, String call, String sentence) {
      return new Outcome(List.of(), List.of(new Fault(reason, call, sentence)));
    }
  }

  /**
   * Why a call is not taken.
   *
   * @param call its type, or {@code batch}
   * @param sentence for the client
   */
  record Fault(Reason reason, String call, String sentence) {}

  /**
   * One call; the path has told its type.
   *
   * @param address of the client; null when the call does not come from the client's own machine
   */
  Outcome single(
      Source source,
      CallType type,
      Map<String, @Nullable Object> members,
      @Nullable String address) {
    try {
      var surroundings = new Surroundings(Map.of(), Map.of(), address);
      return new Outcome(
          operations.of(reader.read(source, type, members, surroundings)), List.of());
    } catch (Refused refused) {
      return Outcome.fault(reason(refused), type.wire(), refused.sentence());
    }
  }

  /** All calls of a batch; what is wrong with one does not touch the others. */
  Outcome batch(Source source, Body.Readable body, @Nullable String address) {
    if (!(body.members().get("batch") instanceof List<?> items) || items.isEmpty()) {
      return Outcome.fault(Reason.INVALID, "batch", "batch must be a non-empty array");
    }
    Surroundings surroundings;
    try {
      surroundings = surroundings(body.members(), items.size(), address);
    } catch (Refused refused) {
      return Outcome.fault(reason(refused), "batch", refused.sentence());
    }
    var accepted = new ArrayList<Operation>(items.size());
    var faults = new ArrayList<Fault>();
    // An item cannot be longer than the whole.
    boolean measure = body.bytes() > LONGEST_CALL_BYTES;
    for (int i = 0; i < items.size(); i++) {
      var call = "item";
      try {
        var members = item(items.get(i));
        var type = CallType.ofWire(members.get("type"));
        if (type == null) {
          throw Refused.invalid(
              "type", "type must be identify, track, page, screen, group or alias");
        }
        call = type.wire();
        if (measure && Json.length(members) > LONGEST_CALL_BYTES) {
          throw Refused.tooLarge("", "call cannot be longer than " + LONGEST_CALL_BYTES + " bytes");
        }
        accepted.addAll(operations.of(reader.read(source, type, members, surroundings)));
      } catch (Refused refused) {
        faults.add(new Fault(reason(refused), call, "batch[" + i + "]: " + refused.sentence()));
      }
    }
    return new Outcome(accepted, faults);
  }

  private static Map<String, @Nullable Object> item(@Nullable Object item) {
    if (item instanceof Body.Spoiled(var sentence)) {
      throw Refused.invalid("", sentence);
    }
    var members = Members.object("call", item);
    if (members == null) {
      throw Refused.invalid("", "call must be an object");
    }
    return members;
  }

  private static Surroundings surroundings(
      Map<String, @Nullable Object> batch, int items, @Nullable String address) {
    var context = Members.object("context", batch.get("context"));
    var integrations = Members.object("integrations", batch.get("integrations"));
    if (context != null && (long) Json.length(context) * items > LONGEST_REPEATED_BYTES) {
      throw Refused.tooLarge(
          "context",
          "context of a batch, once for each of its calls, cannot be longer than "
              + LONGEST_REPEATED_BYTES
              + " bytes");
    }
    return new Surroundings(
        context == null ? Map.of() : context,
        integrations == null ? Map.of() : integrations,
        address);
  }

  private static Reason reason(Refused refused) {
    return refused.reason() == Refused.Reason.TOO_LARGE ? Reason.TOO_LARGE : Reason.INVALID;
  }
}
