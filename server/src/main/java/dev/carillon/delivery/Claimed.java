package dev.carillon.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A delivery this worker alone may work on until its lease runs out.
 *
 * @param lease proves that the delivery is still ours when the outcome is recorded
 * @param leasedUntil when another worker may take over
 * @param attempts claims so far, this one included
 */
record Claimed(
    long deliveryId,
    Instant createdAt,
    long lease,
    Instant leasedUntil,
    int attempts,
    @Nullable Content content) {

  /**
   * What is to be sent, read when it was claimed.
   *
   * @param attributes the person's JSON object; null when the person is gone
   * @param firstRetried when an attempt failed for the first time; null when none has
   * @param cancelled its journey has ended or its person was deleted since the last attempt
   */
  record Content(
      int workspaceId,
      String workspaceName,
      long personId,
      @Nullable Long journeyId,
      @Nullable Integer campaignId,
      @Nullable Integer actionId,
      String trigger,
      boolean draft,
      boolean cancelled,
      @Nullable String attributes,
      @Nullable Instant firstRetried) {}
}
