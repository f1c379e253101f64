package dev.carillon.processing;

import dev.carillon.people.AttributesJson;
import dev.carillon.reporting.ActivityRepository.NewActivity;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the activity entries of one batch. */
final class BatchActivity {
  private final List<NewActivity> entries = new ArrayList<>();

  List<NewActivity> entries() {
    return entries;
  }

  /**
   * Notes one entry.
   *
   * @param person null for nobody who exists
   */
  void note(Entry entry, @Nullable PersonState person, String type, Map<String, ?> data) {
    note(entry, person, type, entry.receivedAt(), data);
  }

  /** The same of what happened at another time than it was received. */
  void note(
      Entry entry,
      @Nullable PersonState person,
      String type,
      Instant occurredAt,
      Map<String, ?> data) {
    note(entry, person == null ? 0 : person.personId(), 0, type, occurredAt, data);
  }

  /** Notes one entry about somebody who need not be loaded. */
  void note(Entry entry, long personId, String type, Map<String, ?> data) {
    note(entry, personId, 0, type, entry.receivedAt(), data);
  }

  /** Notes one entry about an object. */
  void noteObject(Entry entry, long objectKey, String type, Map<String, ?> data) {
    note(entry, 0, objectKey, type, entry.receivedAt(), data);
  }

  private void note(
      Entry entry,
      long personId,
      long objectKey,
      String type,
      Instant occurredAt,
      Map<String, ?> data) {
    entries.add(
        new NewActivity(
            personId,
            objectKey,
            entry.workspace(),
            entry.op(),
            type,
            occurredAt,
            entry.receivedAt(),
            AttributesJson.print(data)));
  }

  /** Forgets what was noted of somebody who was deleted later in the batch. */
  void forget(PersonState person) {
    entries.removeIf(entry -> entry.personId() == person.personId());
  }

  /** Notes that an attribute could not be changed, and why (P-4, P-6, P-14). */
  void failed(
      Entry entry,
      @Nullable PersonState person,
      Map<String, @Nullable Object> attributes,
      String reason) {
    note(entry, person, "failed_attribute_change", refusal(attributes, reason));
  }

  /** What an entry about attributes that could not be changed holds. */
  static Map<String, Object> refusal(Map<String, @Nullable Object> attributes, String reason) {
    var data = new LinkedHashMap<String, Object>();
    data.put("reason", reason);
    attributes.forEach((name, value) -> data.put(name, value == null ? "" : value));
    return data;
  }

  /** The operation an entry belongs to. */
  record Entry(WorkspaceId workspace, long op, Instant receivedAt) {}
}
