package dev.carillon.api.pipelines;

import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.people.Identifier;
import dev.carillon.workspaces.Source;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call with its common fields read (pipelines §4).
 *
 * @param person whom {@code userId} names, by its shape; null when absent
 * @param anonymousId null when absent
 * @param messageId the client's key against repeats; null when absent
 * @param atMillis when it happened, Unix milliseconds; {@link IsoTimes#AT_RECEIPT} = at receipt
 * @param writtenAtMillis as {@code atMillis}, but never in the future: a clock that is ahead must
 *     not lock out what is written later
 * @param context of the call and, where it says nothing, of its batch; stored with events
 * @param forPeople false when the caller keeps it from being applied to people ({@code
 *     integrations})
 * @param members the whole call as it came
 */
record Call(
    Source source,
    CallType type,
    @Nullable Identifier person,
    @Nullable String anonymousId,
    @Nullable String messageId,
    long atMillis,
    long writtenAtMillis,
    Map<String, @Nullable Object> context,
    boolean forPeople,
    Map<String, @Nullable Object> members) {

  /**
   * An object among the members; empty when it is absent or null.
   *
   * @throws Refused when it is something else
   */
  Map<String, @Nullable Object> object(String name) {
    var object = Members.object(name, members.get(name));
    return object == null ? Map.of() : object;
  }

  /**
   * The person.
   *
   * @throws Refused when {@code userId} is absent
   */
  Identifier requiredPerson() {
    if (person == null) {
      throw Refused.required("userId");
    }
    return person;
  }

  /**
   * Checks that somebody is named.
   *
   * @throws Refused when both ids are absent
   */
  void requireSomebody() {
    if (person == null && anonymousId == null) {
      throw Refused.required("userId", "userId or anonymousId is required");
    }
  }

  /** What the object of this name in the context says; empty when there is no such object. */
  Map<?, ?> inContext(String name) {
    return context.get(name) instanceof Map<?, ?> object ? object : Map.of();
  }
}
