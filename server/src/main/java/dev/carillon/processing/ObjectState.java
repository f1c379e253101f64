package dev.carillon.processing;

import dev.carillon.objects.CioObjectId;
import dev.carillon.objects.ObjectAttributes;
import dev.carillon.objects.ObjectRepository;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One object while a batch works on it: read under the lock of its row, changed in memory, written
 * back once.
 */
final class ObjectState {
  private final long objectKey;
  private final ObjectRepository.Key name;
  private final boolean created;
  private final Instant createdAt;
  private final ObjectAttributes attributes;

  private ObjectState(
      long objectKey,
      ObjectRepository.Key name,
      boolean created,
      Instant createdAt,
      ObjectAttributes attributes) {
    this.objectKey = objectKey;
    this.name = name;
    this.created = created;
    this.createdAt = createdAt;
    this.attributes = attributes;
  }

  /** An object read under the lock of its row. */
  static ObjectState loaded(ObjectRepository.Row row) {
    return new ObjectState(
        row.objectKey(),
        row.key(),
        false,
        row.createdAt(),
        ObjectAttributes.of(row.attributes(), row.written()));
  }

  /** An object this batch creates. */
  static ObjectState created(long objectKey, ObjectRepository.Key name, Instant createdAt) {
    return new ObjectState(objectKey, name, true, createdAt, ObjectAttributes.empty());
  }

  long objectKey() {
    return objectKey;
  }

  ObjectRepository.Key name() {
    return name;
  }

  boolean created() {
    return created;
  }

  ObjectAttributes attributes() {
    return attributes;
  }

  ObjectRepository.Row row() {
    return new ObjectRepository.Row(
        objectKey, name, createdAt, attributes.attributesJson(), attributes.writtenJson());
  }

  /** The type of an entry of the activity log about this object (journeys §1.5). */
  String activity(String what) {
    return "_o:%d:%s".formatted(name.typeId(), what);
  }

  /** The type of an entry about a relationship to this object. */
  String relationshipActivity(String what) {
    return "_r:%d:%s".formatted(name.typeId(), what);
  }

  /** How entries of the activity log name this object; may be added to. */
  Map<String, Object> identifiers() {
    var data = new LinkedHashMap<String, Object>();
    data.put("object_type_id", Integer.toString(name.typeId()));
    data.put("object_id", name.objectId());
    data.put("cio_object_id", CioObjectId.of(objectKey));
    return data;
  }
}
