package dev.carillon.workspaces;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whom a workspace's messages reach (journeys §5.1, gate 3). */
public enum SendMode {
  /** Those they are for. */
  NORMAL,
  /** E-mails go to one address alone; other channels as in {@link #NORMAL}. */
  TEST,
  /** Nobody. */
  NEVER;

  /** The word in settings. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The mode a word names; empty for a word none has. */
  public static Optional<SendMode> ofWire(String word) {
    return Arrays.stream(values()).filter(each -> each.wire().equals(word)).findFirst();
  }
}
