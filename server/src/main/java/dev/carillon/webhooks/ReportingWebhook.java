package dev.carillon.webhooks;

import java.util.List;

/**
 * An address that is told what happens, and what of it (app-data §8).
 *
 * @param endpoint an http or https URL
 * @param disabled whether it is told nothing
 * @param fullResolution whether every open and click is told, not the first ones alone
 * @param withContent whether what was sent is told as well
 * @param events names of {@link EventNames}
 */
public record ReportingWebhook(
    int id,
    String name,
    String endpoint,
    boolean disabled,
    boolean fullResolution,
    boolean withContent,
    List<String> events) {
  /** Copies the names. */
  public ReportingWebhook {
    events = List.copyOf(events);
  }
}
