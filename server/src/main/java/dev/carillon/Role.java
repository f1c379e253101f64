package dev.carillon;

/** A job that a Carillon process takes on; a cluster gives its processes different ones. */
public enum Role {
  /** Answers HTTP calls and writes accepted operations to the log. */
  API,
  /** Processes the log, advances journeys and sends deliveries. */
  WORKER
}
