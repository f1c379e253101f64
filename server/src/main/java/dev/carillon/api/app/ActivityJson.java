package dev.carillon.api.app;

import dev.carillon.delivery.DeliveryIds;
import dev.carillon.events.EventKind;
import dev.carillon.http.Json;
import dev.carillon.objects.CioObjectId;
import dev.carillon.people.CioId;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.reporting.Activity;
import dev.carillon.reporting.ActivityPage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The activity log as the App API shows it (app-data §2.8). */
final class ActivityJson {
  private final DeliveryIds ids;

  ActivityJson(DeliveryIds ids) {
    this.ids = ids;
  }

  /**
   * What people and objects are called, as far as they exist.
   *
   * @param objects key → the caller's id
   */
  record Called(Map<Long, Names> people, Map<Long, String> objects) {}

  /**
   * A page of activities.
   *
   * @param list the list it is a page of
   * @param called what those it concerns are called
   */
  Map<String, @Nullable Object> page(ActivityPage page, PageCursor.Asked list, Called called) {
    var next = page.next();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("activities", page.activities().stream().map(each -> activity(each, called)).toList());
    json.put(
        "next",
        next == null
            ? ""
            : list.text(PageCursor.micros(next.at()), next.source(), next.key(), next.part()));
    return json;
  }

  private Map<String, @Nullable Object> activity(Activity activity, Called called) {
    var origin = activity.origin();
    var who = called.people.get(origin.personId());
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", origin.id());
    json.put("type", activity.type());
    json.put("timestamp", origin.occurredAt().getEpochSecond());
    json.put("customer_id", who == null ? null : who.id());
    json.put("customer_identifiers", who == null ? of(origin) : CustomerJson.identifiers(who));
    switch (activity) {
      case Activity.Logged logged -> {
        json.put("data", new Json.Raw(logged.data()));
        if (logged.objectKey() != 0) {
          var object = new LinkedHashMap<String, @Nullable Object>();
          object.put("cio_object_id", CioObjectId.of(logged.objectKey()));
          object.put("object_id", called.objects.get(logged.objectKey()));
          json.put("object_identifiers", object);
        }
      }
      case Activity.Happened event -> {
        json.put("data", new Json.Raw(event.data()));
        json.put(event.kind() == EventKind.PAGE ? "url" : "name", event.name());
      }
      case Activity.Messaged message -> {
        var delivered = message.deliveredAt();
        var delivery = ids.text(origin.key(), message.deliveryCreatedAt());
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("delivery_id", delivery);
        data.put("delivered", delivered == null ? null : delivered.getEpochSecond());
        data.put("opened", message.opened() ? true : null);
        json.put("data", data);
        json.put("delivery_id", delivery);
        json.put("delivery_type", message.channel());
      }
    }
    return json;
  }

  /** Of somebody who is gone only the {@code cio_id} is left (P-15); nobody has not even that. */
  private static Map<String, @Nullable Object> of(Activity.Origin origin) {
    var identifiers = new LinkedHashMap<String, @Nullable Object>();
    identifiers.put("cio_id", origin.personId() == 0 ? null : CioId.of(origin.personId()));
    identifiers.put("id", null);
    identifiers.put("email", null);
    return identifiers;
  }
}
