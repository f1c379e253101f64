package dev.carillon.reporting;

import dev.carillon.events.EventKind;
import dev.carillon.reporting.Activity.Origin;
import dev.carillon.reporting.Activity.Source;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What both lists of activities have in common. */
final class ActivityRows {
  /**
   * What became known longer ago is not listed, wherever it is stored: as long as rows of the
   * activity log's own table are kept at least (P-61, 30 days are promised).
   */
  static final Duration KEPT = Duration.ofDays(92);

  /**
   * Deliveries older than this at the beginning of that time have no metrics in it worth a look: no
   * conversion counts for longer (C-51).
   */
  static final Duration LONGEST_STORY = Duration.ofDays(90);

  /** The metrics of a delivery in the order they can happen at one instant. */
  static final List<String> METRICS =
      List.of(
          "drafted",
          "attempted",
          "sent",
          "delivered",
          "deferred",
          "opened",
          "clicked",
          "converted",
          "bounced",
          "dropped",
          "spammed",
          "failed",
          "undeliverable",
          "unsubscribed");

  private ActivityRows() {}

  /** Reads columns {@code source, key, part, person_id, occurred_at, received_at …}. */
  static Activity activity(ResultSet row) throws SQLException {
    var source = Source.values()[row.getInt("source")];
    var origin =
        new Origin(
            source,
            row.getLong("key"),
            row.getInt("part"),
            row.getLong("person_id"),
            instant(row, "occurred_at"),
            instant(row, "received_at"));
    return switch (source) {
      case PERSON, LOG ->
          new Activity.Logged(
              origin, row.getLong("object_key"), row.getString("type"), row.getString("data"));
      case EVENT ->
          new Activity.Happened(
              origin,
              EventKind.of(row.getInt("kind")),
              row.getString("name"),
              row.getString("data"));
      case DELIVERY ->
          new Activity.Messaged(
              origin,
              row.getString("type"),
              instant(row, "delivery_created_at"),
              row.getString("channel"),
              optionalInstant(row, "delivered_at"),
              row.getBoolean("opened"));
    };
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Instant optionalInstant(ResultSet row, String column)
      throws SQLException {
    var at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }
}
