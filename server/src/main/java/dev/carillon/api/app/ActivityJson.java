package dev.carillon.api.app;

import dev.carillon.delivery.DeliveryIds;
import dev.carillon.events.EventKind;
import dev.carillon.http.Json;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.reporting.ActivityQueries.Activity;
import dev.carillon.reporting.ActivityQueries.Page;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The activity log as the App API shows it (app-data §2.8). */
final class ActivityJson {
  private final DeliveryIds ids;

  ActivityJson(DeliveryIds ids) {
    this.ids = ids;
  }

  /** A page of one person's activities. */
  Map<String, @Nullable Object> page(Page page, Names who) {
    var next = page.next();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("activities", page.activities().stream().map(each -> activity(each, who)).toList());
    json.put(
        "next",
        next == null
            ? ""
            : PageCursor.ACTIVITIES.text(
                PageCursor.micros(next.at()), next.source(), next.key(), next.part()));
    return json;
  }

  private Map<String, @Nullable Object> activity(Activity activity, Names who) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", activity.place().ulid());
    json.put("type", activity.type());
    json.put("timestamp", activity.place().at().getEpochSecond());
    json.put("customer_id", who.id());
    json.put("customer_identifiers", CustomerJson.identifiers(who));
    switch (activity) {
      case Activity.Logged logged -> json.put("data", new Json.Raw(logged.data()));
      case Activity.Happened event -> {
        json.put("data", new Json.Raw(event.data()));
        json.put(event.kind() == EventKind.PAGE ? "url" : "name", event.name());
      }
      case Activity.Messaged message -> {
        var delivered = message.deliveredAt();
        var delivery = ids.text(message.place().key(), message.deliveryCreatedAt());
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
}
