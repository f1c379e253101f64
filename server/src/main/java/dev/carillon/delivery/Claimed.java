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
   * @param transactionalId number of the transactional message; null for what a journey decided
   * @param forgotten whether what was sent is not kept
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
      @Nullable Integer transactionalId,
      boolean forgotten,
      String trigger,
      boolean draft,
      boolean cancelled,
      @Nullable String attributes,
      @Nullable Instant firstRetried,
      Listing listing) {}

  /**
   * What was seen of the suppression list with the claim, so that mails need not ask one by one.
   *
   * @param any whether any address is on it
   * @param email the person's own address in lower case; null when nobody looked or there is none
   * @param listed whether that address is on it, for whichever sender
   */
  record Listing(boolean any, @Nullable String email, boolean listed) {
    /** Whether this recipient may be on the list, so that it has to be looked at. */
    boolean mayHold(String recipient) {
      return any && (listed || !recipient.equals(email));
    }
  }
}
