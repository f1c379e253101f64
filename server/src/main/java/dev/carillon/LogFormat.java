package dev.carillon;

/** How a log line is written. */
public enum LogFormat {
  /** One readable line per event. */
  TEXT,
  /** One JSON object per line, for log collectors. */
  JSON
}
