package dev.carillon.api.pipelines;

import org.jspecify.annotations.Nullable;

/** The six calls of the Pipelines API (pipelines §1). */
enum CallType {
  IDENTIFY("identify"),
  TRACK("track"),
  PAGE("page"),
  SCREEN("screen"),
  GROUP("group"),
  ALIAS("alias");

  private final String wire;

  CallType(String wire) {
    this.wire = wire;
  }

  /** The word in {@code type} and in the long path. */
  String wire() {
    return wire;
  }

  /** The letter of the short path. */
  String letter() {
    return wire.substring(0, 1);
  }

  /** The call with this word; null when there is none. */
  static @Nullable CallType ofWire(@Nullable Object word) {
    for (var type : values()) {
      if (type.wire.equals(word)) {
        return type;
      }
    }
    return null;
  }
}
