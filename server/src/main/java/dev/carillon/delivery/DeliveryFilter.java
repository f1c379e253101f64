package dev.carillon.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which deliveries to list, newest first (App API > Messages). A null narrows nothing.
 *
 * @param type channel, such as {@code email}
 * @param metric only deliveries this has happened to
 * @param drafts true lists drafts alone, false everything else; {@code metric} {@link
 *     Metric#DRAFTED} lists drafts either way
 * @param from created at this instant or later
 * @param to created before this instant
 * @param start continues after the page that named this cursor; null for the first page
 * @param limit most deliveries on a page, 1 to 1,000
 */
public record DeliveryFilter(
    @Nullable String type,
    @Nullable Metric metric,
    boolean drafts,
    @Nullable Integer campaignId,
    @Nullable Integer actionId,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable Cursor start,
    int limit) {

  /**
   * Checks the page size.
   *
   * @throws IllegalArgumentException for a limit out of range
   */
  public DeliveryFilter {
    if (limit < 1 || limit > 1_000) {
      throw new IllegalArgumentException("A page holds 1 to 1000 deliveries, not " + limit);
    }
  }

  /** Everything but drafts, the newest {@code limit}. */
  public static DeliveryFilter newest(int limit) {
    return new DeliveryFilter(null, null, false, null, null, null, null, null, limit);
  }

  /** The same for one campaign alone. */
  DeliveryFilter ofCampaign(int campaign) {
    return new DeliveryFilter(type, metric, drafts, campaign, actionId, from, to, start, limit);
  }
}
