package dev.carillon.campaigns;

import java.time.Instant;

/** One occurrence that triggered a campaign without starting a journey, to be recorded. */
public record CampaignRefusal(
    long personId, int campaignId, Refusal reason, Instant at, String detail) {}
