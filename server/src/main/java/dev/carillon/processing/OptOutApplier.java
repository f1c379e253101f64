package dev.carillon.processing;

import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.subscriptions.OptOutRepository.Choice;
import java.time.Instant;
import java.util.Comparator;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** What people of one batch decided of senders (app-data §2.11); of one sender the last call. */
final class OptOutApplier {
  private final Handle handle;
  private final OptOutRepository repository;
  private final TreeMap<Key, Choice> choices = new TreeMap<>(Key.ORDER);

  private record Key(long personId, int channel, String sender) {
    private static final Comparator<Key> ORDER =
        Comparator.comparingLong(Key::personId)
            .thenComparingInt(Key::channel)
            .thenComparing(Key::sender);
  }

  OptOutApplier(Handle handle, OptOutRepository repository) {
    this.handle = handle;
    this.repository = repository;
  }

  void apply(Operation.OptOuts call, PersonState person, Instant at) {
    for (var each : call.choices()) {
      var of = each.of();
      choices.put(
          new Key(person.personId(), of.channel().code(), of.sender()),
          new Choice(call.workspace(), person.personId(), of, each.optedOut(), at));
    }
  }

  /** Somebody was deleted later in the batch. */
  void forget(PersonState person) {
    choices.keySet().removeIf(key -> key.personId == person.personId());
  }

  void write() {
    if (!choices.isEmpty()) {
      repository.write(handle, choices.values());
    }
  }
}
