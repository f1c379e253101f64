package dev.carillon.messages;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that applications send to one person at a time, filled with their data (app-messaging
 * §3). What it says is in its {@link TransactionalContent}s.
 *
 * @param id counts up from 2 in each workspace and is never given again
 * @param version moves with every change of it or of what it says
 */
public record TransactionalMessage(
    WorkspaceId workspace, int id, Draft draft, int version, Instant createdAt, Instant updatedAt) {

  /** Stands for everything that is sent without a template (app-messaging §2.2). */
  public static final int UNCATEGORIZED = 1;

  /**
   * What an administrator decides.
   *
   * @param channel {@code email}
   * @param triggerName as callers may name it, in any case; null: by number alone
   * @param sendToUnsubscribed unless a call says otherwise
   * @param queueDrafts whether what is sent is kept for a human, unless a call says otherwise
   * @param hideBody whether what was sent is not kept, unless a call says otherwise
   */
  public record Draft(
      String channel,
      String name,
      String description,
      @Nullable String triggerName,
      boolean sendToUnsubscribed,
      boolean queueDrafts,
      boolean hideBody) {}
}
