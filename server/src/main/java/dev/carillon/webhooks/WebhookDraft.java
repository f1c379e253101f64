package dev.carillon.webhooks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a webhook is to be, checked already. A flag that is null stays as it is, or has its default,
 * false.
 *
 * @param endpoint an http or https URL
 * @param events names of {@link EventNames}, at least one
 */
public record WebhookDraft(
    String name,
    String endpoint,
    @Nullable Boolean disabled,
    @Nullable Boolean fullResolution,
    @Nullable Boolean withContent,
    List<String> events) {
  /** Copies the names. */
  public WebhookDraft {
    events = List.copyOf(events);
  }
}
