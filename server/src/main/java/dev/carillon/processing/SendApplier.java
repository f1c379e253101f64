package dev.carillon.processing;

import dev.carillon.delivery.Channel;
import dev.carillon.delivery.Lane;
import dev.carillon.delivery.NewDelivery;
import dev.carillon.delivery.NewDelivery.Asked;
import dev.carillon.delivery.SendKeys;
import dev.carillon.delivery.SendKeys.Answered;
import dev.carillon.delivery.SendKeys.Key;
import dev.carillon.processing.OperationBatch.Accepted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Messages applications ask for in one batch; a call that was sent again sends nothing more. */
final class SendApplier {
  private static final long NOBODY = 0;

  private final Handle handle;
  private final SendKeys keys = new SendKeys();
  private final Map<Key, Answered> known = new HashMap<>();
  private final Map<Key, Answered> answers = new HashMap<>();

  SendApplier(Handle handle) {
    this.handle = handle;
  }

  /** Reads which of these calls were answered before. */
  void read(Collection<Accepted> operations) {
    var repeatable = new ArrayList<Key>();
    for (var each : operations) {
      if (each.operation() instanceof Operation.Send send && send.sameForMillis() > 0) {
        repeatable.add(key(send));
      }
    }
    known.putAll(keys.find(handle, repeatable));
  }

  /**
   * What is to be sent; null for a call that was sent again.
   *
   * @param person null when the call names somebody who is suppressed: then nothing is sent
   */
  @Nullable NewDelivery apply(Operation.Send call, @Nullable PersonState person) {
    var key = key(call);
    var createdAt = Instant.ofEpochMilli(call.createdAtMillis());
    var before = known.get(key);
    if (before != null
        && !before.createdAt().isBefore(createdAt.minusMillis(call.sameForMillis()))
        && call.sameForMillis() > 0) {
      return null;
    }
    var answer = new Answered(key, call.deliveryId(), createdAt);
    known.put(key, answer);
    answers.put(key, answer);
    var sendAt = call.sendAtMillis() == 0 ? createdAt : Instant.ofEpochMilli(call.sendAtMillis());
    return new NewDelivery(
        call.deliveryId(),
        createdAt,
        call.workspace(),
        person == null ? NOBODY : person.personId(),
        null,
        null,
        null,
        Channel.EMAIL,
        Lane.TRANSACTIONAL,
        "{}",
        null,
        call.draft(),
        new Asked(
            call.transactionalId(),
            sendAt,
            call.forgotten(),
            person == null ? "the person is suppressed" : null,
            call.request()));
  }

  void write() {
    keys.put(handle, List.copyOf(answers.values()));
  }

  private static Key key(Operation.Send call) {
    return new Key(call.workspace(), HexFormat.of().formatHex(call.key()));
  }
}
