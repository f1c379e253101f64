package dev.carillon.api.app;

import java.util.Set;
import java.util.regex.Pattern;

/** The words {@code type} of an activity may be (app-data §2.8, app-messaging §8). */
final class ActivityTypes {
  private static final Pattern OF_MESSAGES =
      Pattern.compile(
          "(drafted|attempted|sent|delivered|opened|clicked|converted|bounced|dropped|deferred|failed"
              + "|undeliverable|suppressed|spammed|unsubscribed|topic_unsubscribed)"
              + "_(email|push|in_app|slack|twilio|webhook|whatsapp|whatasapp|action|content)");
  private static final Pattern OF_OBJECTS =
      Pattern.compile(
          "_o:[0-9]+:(create|delete|attribute_change|failed_attribute_change|add_relationship"
              + "|delete_relationship)|_r:[0-9]+:(attribute_change|failed_attribute_change)");
  private static final Set<String> OTHERS =
      Set.of(
          "viewed_content",
          "event",
          "page",
          "screen",
          "webhook_event",
          "attribute_change",
          "device_change",
          "failed_attribute_change",
          "failed_event",
          "failed_batch_update",
          "failed_query_collection",
          "failed_object_journeys",
          "skipped_update",
          "anon_merge",
          "profile_create",
          "profile_delete",
          "profile_merge",
          "add_relationship",
          "delete_relationship",
          "relationship_attribute_change",
          "relationship_failed_attribute_change");

  private ActivityTypes() {}

  /** Whether there is such a type. */
  static boolean known(String type) {
    return OTHERS.contains(type)
        || OF_MESSAGES.matcher(type).matches()
        || OF_OBJECTS.matcher(type).matches();
  }
}
