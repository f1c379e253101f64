package dev.carillon.delivery;

import dev.carillon.messages.EmailTemplate;

/**
 * An e-mail step of a campaign as it is now.
 *
 * @param campaignType as templates know it: {@code behavioral} or {@code transactional}
 * @param version the campaign's version this content was read from; the same version means the same
 *     content
 */
public record CampaignEmail(
    String campaignName,
    String campaignType,
    String stepName,
    EmailTemplate template,
    int version) {}
