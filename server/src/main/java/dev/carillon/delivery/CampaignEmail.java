package dev.carillon.delivery;

import dev.carillon.messages.EmailTemplate;

/**
 * An e-mail step of a campaign as it is now.
 *
 * @param campaignType as templates know it: {@code behavioral} or {@code transactional}
 */
public record CampaignEmail(
    String campaignName, String campaignType, String stepName, EmailTemplate template) {}
