package dev.carillon.campaigns;

import java.time.Instant;

/** One occurrence that triggered a campaign without starting a journey, to be recorded. */
public record RefusedEntry(
    long personId, int campaignId, Refusal reason, String detail, Instant at) {}
