package dev.carillon.objects;

/** How a caller names an object. */
public sealed interface ObjectName {

  /** The text that decides the lane of calls about the object itself. */
  String laneKey();

  /**
   * By its type and the caller's own id.
   *
   * @param typeId a whole number from 1
   * @param objectId case-sensitive, at most 150 bytes
   */
  record OfType(int typeId, String objectId) implements ObjectName {
    @Override
    public String laneKey() {
      return "object " + typeId + " " + objectId;
    }
  }

  /**
   * By the server's own immutable id, for objects that exist.
   *
   * @param value without prefix
   */
  record OfCioId(String value) implements ObjectName {
    @Override
    public String laneKey() {
      return "object " + value;
    }
  }
}
