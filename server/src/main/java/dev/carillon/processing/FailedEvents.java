package dev.carillon.processing;

import dev.carillon.log.LogEntry;
import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.IdentifierKind;
import dev.carillon.reporting.ActivityRepository.NewActivity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Shows in the activity log what was accepted as an event and could not become one (P-46). */
final class FailedEvents {
  private static final int LONGEST_NAME = 500;

  private FailedEvents() {}

  /** Notes an event that was put aside; why in detail is for the operator alone. */
  static void note(Handle handle, Stores stores, LogEntry entry, Operation.Event event) {
    var person = event.person();
    var data = Map.of("name", storable(event.name()), "reason", "the event could not be processed");
    stores
        .activity()
        .insert(
            handle,
            List.of(
                new NewActivity(
                    person == null ? 0 : personId(handle, stores, event, person),
                    event.workspace(),
                    entry.op(),
                    "failed_event",
                    entry.receivedAt(),
                    entry.receivedAt(),
                    AttributesJson.print(data))));
  }

  private static long personId(
      Handle handle, Stores stores, Operation.Event event, Identifier person) {
    if (person.kind() == IdentifierKind.CIO_ID) {
      return CioId.personId(person.value()).orElse(0);
    }
    if (!storable(person.value()).equals(person.value())) {
      return 0; // nobody can be named so
    }
    var key = IdentifierKey.of(event.workspace(), person);
    return stores.people().resolve(handle, Set.of(key)).getOrDefault(key, 0L);
  }

  /** The text without what PostgreSQL cannot store, which may be what was wrong with the event. */
  private static String storable(String text) {
    var clean =
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
            .replace('\0', '?');
    var length = clean.codePointCount(0, clean.length());
    return length <= LONGEST_NAME
        ? clean
        : clean.substring(0, clean.offsetByCodePoints(0, LONGEST_NAME));
  }
}
