package dev.carillon.delivery;

import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of {@code delivery} as values. */
final class DeliveryRow {
  private DeliveryRow() {}

  static Delivery delivery(ResultSet row) throws SQLException {
    var metrics = new EnumMap<Metric, Instant>(Metric.class);
    for (var metric : Metric.values()) {
      var at = optionalInstant(row, metric.column());
      if (at != null) {
        metrics.put(metric, at);
      }
    }
    return new Delivery(
        row.getLong("delivery_id"),
        instant(row, "created_at"),
        new WorkspaceId(row.getInt("workspace_id")),
        row.getLong("person_id"),
        row.getObject("journey_id", Long.class),
        row.getObject("campaign_id", Integer.class),
        row.getObject("action_id", Integer.class),
        row.getObject("transactional_id", Integer.class),
        row.getBoolean("forgotten"),
        row.getString("channel"),
        row.getString("trigger_event_id"),
        DeliveryState.ofWire(row.getString("state")),
        row.getString("recipient"),
        row.getString("subject"),
        row.getString("failure_message"),
        row.getInt("attempts"),
        metrics,
        by("human", row),
        by("prefetch", row));
  }

  private static Map<Metric, Instant> by(String whom, ResultSet row) throws SQLException {
    var times = new EnumMap<Metric, Instant>(Metric.class);
    for (var metric : Metric.BY_SOMEBODY) {
      var at = optionalInstant(row, whom + "_" + metric.column());
      if (at != null) {
        times.put(metric, at);
      }
    }
    return times;
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
    var value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }
}
