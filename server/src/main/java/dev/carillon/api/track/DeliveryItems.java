package dev.carillon.api.track;

import dev.carillon.api.wire.DeliveryReports;
import dev.carillon.api.wire.Members;
import dev.carillon.api.wire.Refused;
import dev.carillon.processing.Operation;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Items of v2 about deliveries (track §6). */
final class DeliveryItems {
  private static final int LONGEST_WORD_BYTES = 150;

  private final DeliveryReports reports;

  DeliveryItems(DeliveryReports reports) {
    this.reports = reports;
  }

  /**
   * What the item stands for; nothing when the delivery is none of ours.
   *
   * @throws Refused with the first rule broken
   */
  List<Operation> operations(Access access, String action, Map<String, @Nullable Object> members) {
    if (!action.equals("event")) {
      throw Refused.invalid("action", "action is not one of type delivery");
    }
    var names = Members.requiredObject("identifiers", members.get("identifiers"));
    var id = names.get("id");
    if (id == null) {
      throw Refused.required("identifiers.id");
    }
    if (!(id instanceof String text) || !DeliveryReports.isWellFormed(text)) {
      throw Refused.invalid("identifiers.id", "identifiers.id is not the id of a delivery");
    }
    var metric = Members.requiredText("name", members.get("name"), LONGEST_WORD_BYTES);
    if (!DeliveryReports.isMetric(metric)) {
      throw Refused.invalid("name", "name is not a metric of deliveries");
    }
    var details = Members.object("attributes", members.get("attributes"));
    return reports
        .read(
            access.workspace(),
            id,
            metric,
            members.get("timestamp"),
            details == null ? Map.of() : details)
        .<List<Operation>>map(List::of)
        .orElse(List.of());
  }
}
