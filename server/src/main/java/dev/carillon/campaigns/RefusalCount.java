package dev.carillon.campaigns;

import java.time.Instant;

/**
 * How often a person was refused by a campaign for one reason.
 *
 * @param detail of the last time
 */
public record RefusalCount(
    Refusal reason, String detail, Instant firstAt, Instant lastAt, int times) {}
