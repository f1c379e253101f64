package dev.carillon.delivery;

import dev.carillon.messages.Attachment;
import dev.carillon.messages.EmailTemplate;
import dev.carillon.messages.MessageScope;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one delivery says, before it is rendered.
 *
 * @param data what the caller gave; null for what no call asked for
 * @param campaign null outside campaigns
 * @param toUnsubscribed whether it goes to somebody who wants no mail
 */
record Said(
    EmailTemplate template,
    @Nullable Map<String, @Nullable Object> data,
    MessageScope.@Nullable Campaign campaign,
    MessageScope.Message message,
    boolean toUnsubscribed,
    List<Attachment> attachments) {
  /** Copies the list. */
  Said {
    attachments = List.copyOf(attachments);
  }
}
