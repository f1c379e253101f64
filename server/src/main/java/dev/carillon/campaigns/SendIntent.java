package dev.carillon.campaigns;

import dev.carillon.delivery.Channel;

/**
 * A step decided to send a message; nothing is rendered yet. A crash before it is stored lets the
 * same step decide again with the same {@code journeyId} and {@code visit} (C-70).
 *
 * @param visit with {@code journeyId} unique for ever
 * @param draft true renders and keeps it for a human (W-3)
 */
public record SendIntent(long journeyId, int visit, int stepId, Channel channel, boolean draft) {}
