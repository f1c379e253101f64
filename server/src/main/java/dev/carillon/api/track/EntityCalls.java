package dev.carillon.api.track;

import dev.carillon.api.wire.Refused;
import dev.carillon.http.ParsedObject;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.processing.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two routes of v2: one item, or many in order (track §6, §7). */
final class EntityCalls {
  /** As the contract counts: 1024 bytes each. */
  private static final int LONGEST_BATCH_BYTES = 500 * 1024;

  /** More items than fit into a batch when each is the shortest acceptable one. */
  private static final int MOST_ITEMS = 10_000;

  private final Admission admission;
  private final ItemReader items;

  EntityCalls(Admission admission, ItemReader items) {
    this.admission = admission;
    this.items = items;
  }

  Reply entity(Request request) {
    var access = admission.authorise(request);
    var item =
        admission.parse(
            admission.body(request), (json, body) -> json.object(body, ItemReader.KEPT));
    return switch (items.read(access, item)) {
      case ItemReader.Accepted(var operations) -> admission.store(operations);
      case ItemReader.NotAccepted(var refused) ->
          EntityErrors.reply(400, List.of(EntityErrors.error(refused)));
    };
  }

  /** Good items are stored, all of them together; bad ones are told by their index. */
  Reply batch(Request request) {
    var access = admission.authorise(request);
    var operations = new ArrayList<Operation>();
    var errors = new ArrayList<Map<String, Object>>();
    int index = 0;
    for (var item : batch(admission.body(request))) {
      switch (items.read(access, item)) {
        case ItemReader.Accepted(var more) -> operations.addAll(more);
        case ItemReader.NotAccepted(var refused) -> errors.add(EntityErrors.error(index, refused));
      }
      index++;
    }
    var stored = admission.store(operations);
    return errors.isEmpty() ? stored : EntityErrors.reply(207, errors);
  }

  private List<@Nullable ParsedObject> batch(byte[] body) {
    if (body.length > LONGEST_BATCH_BYTES) {
      throw Refused.tooLarge(
          "batch", "a batch cannot be longer than " + LONGEST_BATCH_BYTES + " bytes");
    }
    var batch = admission.parse(body, (json, text) -> json.objects(text, "batch", ItemReader.KEPT));
    if (batch.isEmpty() || batch.get().isEmpty()) {
      throw Refused.required("batch", "batch must be an array of operations");
    }
    if (batch.get().size() > MOST_ITEMS) {
      throw Refused.limit("batch", "a batch cannot have more than " + MOST_ITEMS + " operations");
    }
    return batch.get();
  }
}
