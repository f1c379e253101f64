package dev.carillon.campaigns;

/** One person in one campaign. */
public record PersonCampaign(long personId, int campaignId) {}
