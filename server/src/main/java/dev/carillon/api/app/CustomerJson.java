package dev.carillon.api.app;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.DeviceRepository.Device;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.people.Subscription;
import dev.carillon.subscriptions.SubscriptionDefaults;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** People as the App API shows them (app-data §2.1). */
final class CustomerJson {
  private static final String COMPUTED_PREFERENCES = "_cio_subscription_preferences_computed";
  private static final String LAST_EMAILED = "_last_emailed";

  private CustomerJson() {}

  /** The three identifiers; never the phone number. */
  static Map<String, @Nullable Object> identifiers(Names names) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("cio_id", names.cioId());
    json.put("id", names.id());
    json.put("email", names.email());
    return json;
  }

  /**
   * The whole person: every attribute as text, with the time it was written.
   *
   * @param lastEmailed null for never
   * @param defaults what holds for who made no choice of topics and channels
   */
  static Map<String, @Nullable Object> customer(
      Person person,
      @Nullable Instant lastEmailed,
      List<Device> devices,
      SubscriptionDefaults defaults) {
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    var timestamps = new LinkedHashMap<String, @Nullable Object>();
    person
        .attributes()
        .forEach((name, value) -> {
          attributes.put(name, AttributesJson.plainText(value));
          var written = person.written().getOrDefault(name, person.createdAt());
          timestamps.put(name, written.getEpochSecond());
        });
    attributes.put("cio_id", person.names().cioId());
    timestamps.put("cio_id", person.createdAt().getEpochSecond());
    attributes.put(
        COMPUTED_PREFERENCES, AttributesJson.plainText(defaults.computed(person.attributes())));
    timestamps.put(COMPUTED_PREFERENCES, 0L);
    if (lastEmailed != null) {
      attributes.put(LAST_EMAILED, Long.toString(lastEmailed.getEpochSecond()));
      timestamps.put(LAST_EMAILED, lastEmailed.getEpochSecond());
    }
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", Objects.requireNonNullElse(person.names().id(), ""));
    json.put("identifiers", identifiers(person.names()));
    json.put("attributes", attributes);
    json.put("timestamps", timestamps);
    json.put("unsubscribed", Subscription.isUnsubscribed(person.attributes()));
    json.put("devices", devices.stream().map(CustomerJson::device).toList());
    return json;
  }

  private static Map<String, @Nullable Object> device(Device device) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", device.key().token());
    json.put("platform", device.platform());
    json.put("last_used", device.lastUsed().getEpochSecond());
    json.put("attributes", texts(AttributesJson.parse(device.attributes())));
    return json;
  }

  /** Attributes as text; the map may be changed. */
  static Map<String, Object> texts(Map<String, Object> attributes) {
    var texts = new LinkedHashMap<String, Object>();
    attributes.forEach((name, value) -> texts.put(name, AttributesJson.plainText(value)));
    return texts;
  }
}
