package dev.carillon.delivery;

/**
 * What this process has done since it started.
 *
 * @param sent deliveries the provider accepted
 * @param failed deliveries that could not be rendered or handed over
 * @param undeliverable deliveries we refused
 * @param dropped deliveries to addresses on the suppression list
 * @param drafted deliveries rendered for a human
 * @param cancelled deliveries whose person or journey was gone
 * @param retries attempts that will be repeated
 * @param lostLeases outcomes thrown away because another worker had taken over meanwhile
 * @param inFlight deliveries claimed and not yet recorded, at this moment
 */
public record DeliveryStats(
    long sent,
    long failed,
    long undeliverable,
    long dropped,
    long drafted,
    long cancelled,
    long retries,
    long lostLeases,
    int inFlight) {}
