package dev.carillon.delivery;

import java.util.EnumMap;
import java.util.Map;

/**
 * How a worker sends.
 *
 * @param incarnation number of this life of this process, positive and never used before; told to
 *     {@link DeliveryWorker#reclaim} by others when this process has died
 * @param messageIdDomain the domain in every {@code Message-ID}; changing it changes the id of
 *     mails that are being retried
 * @param lanes limits of each lane; a lane without limits is not worked on
 */
public record DeliverySettings(
    int incarnation, String messageIdDomain, Map<Lane, LaneLimits> lanes) {

  /**
   * What one lane may use at most.
   *
   * @param connections mails on their way at once, 1 to 100
   * @param inFlight deliveries claimed and not yet recorded, at least twice the connections
   */
  public record LaneLimits(int connections, int inFlight) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException for a number out of range
     */
    public LaneLimits {
      if (connections < 1 || connections > 100 || inFlight < 2 * connections || inFlight > 10_000) {
        throw new IllegalArgumentException(
            "A lane needs 1 to 100 connections and twice as many to 10000 deliveries in flight,"
                + " not %d and %d".formatted(connections, inFlight));
      }
    }
  }

  /** Copies the limits. */
  public DeliverySettings {
    lanes = Map.copyOf(lanes);
  }

  /** All lanes with limits that leave room for each other. */
  public static DeliverySettings standard(int incarnation, String messageIdDomain) {
    var lanes = new EnumMap<Lane, LaneLimits>(Lane.class);
    lanes.put(Lane.TRANSACTIONAL, new LaneLimits(8, 128));
    lanes.put(Lane.CAMPAIGN, new LaneLimits(8, 128));
    lanes.put(Lane.BROADCAST, new LaneLimits(8, 128));
    lanes.put(Lane.IMPORT, new LaneLimits(2, 32));
    return new DeliverySettings(incarnation, messageIdDomain, lanes);
  }
}
