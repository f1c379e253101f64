package dev.carillon.store;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the time partitions rows will need, ahead of time, and drops those whose retention is over.
 * A row whose time no partition covers, as after a leap of the clock, lands in the table's default
 * partition, is as good as any other, and is deleted when its retention is over.
 */
public final class Partitions {
  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

  /**
   * A table partitioned by time.
   *
   * @param week true: a partition a week; false: a month
   * @param keepDays partitions wholly older than this are dropped; 0 keeps them for ever
   * @param ahead partitions made beyond the current one
   */
  private record Table(String name, boolean week, int keepDays, int ahead) {}

  private static final List<Table> TABLES =
      List.of(
          new Table("event", false, 0, 2),
          new Table("delivery", false, 0, 2),
          new Table("delivery_content", false, 90, 2),
          new Table("delivery_click", false, 0, 2),
          new Table("activity", false, 92, 2),
          new Table("anonymous_event", true, 31, 2),
          new Table("event_seen", true, 35, 7));

  private final Database database;

  /** Does nothing until {@link #maintain}. */
  public Partitions(Database database) {
    this.database = database;
  }

  /**
   * Makes the partitions around {@code now} and drops what is over. Safe to call from several
   * nodes.
   */
  public void maintain(Instant now) {
    var today = now.atOffset(ZoneOffset.UTC).toLocalDate();
    for (var table : TABLES) {
      var start = startOf(table, today);
      for (var i = 0; i <= table.ahead; i++) {
        var from = plus(table, start, i);
        create(table, from, plus(table, from, 1));
      }
    }
    for (var table : TABLES) {
      if (table.keepDays > 0) {
        dropBefore(table, today.minusDays(table.keepDays));
        emptyDefault(table, today.minusDays(table.keepDays));
      }
    }
  }

  private static LocalDate startOf(Table table, LocalDate day) {
    return table.week
        ? day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
        : day.withDayOfMonth(1);
  }

  private static LocalDate plus(Table table, LocalDate day, int count) {
    return table.week ? day.plusWeeks(count) : day.plus(count, ChronoUnit.MONTHS);
  }

  private static String partition(Table table, LocalDate from) {
    return table.name + "_" + DateTimeFormatter.BASIC_ISO_DATE.format(from);
  }

  private void create(Table table, LocalDate from, LocalDate to) {
    var partition = partition(table, from);
    database.inTransaction(handle -> {
      handle.execute("SET LOCAL lock_timeout = '5s'");
      handle.execute("SELECT pg_advisory_xact_lock(7006)");
      if (!exists(handle, partition)) {
        if (holdsRows(handle, table, from, to)) {
          LOG.warn(
              "rows of {} for {} are in its default partition already and stay there",
              table.name,
              from);
        } else {
          handle.execute(
              "CREATE TABLE %s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')"
                  .formatted(partition, table.name, from + suffix(table), to + suffix(table)));
        }
      }
      return true;
    });
  }

  private static String suffix(Table table) {
    return table.name.equals("event_seen") ? "" : " 00:00:00+00";
  }

  private static boolean exists(Handle handle, String partition) {
    return handle
        .createQuery("SELECT to_regclass(:name) IS NOT NULL")
        .bind("name", partition)
        .mapTo(boolean.class)
        .one();
  }

  private static boolean holdsRows(Handle handle, Table table, LocalDate from, LocalDate to) {
    var column = column(table);
    return handle
        .createQuery(
            "SELECT EXISTS (SELECT 1 FROM %s_other WHERE %s >= '%s' AND %s < '%s')"
                .formatted(table.name, column, from + suffix(table), column, to + suffix(table)))
        .mapTo(boolean.class)
        .one();
  }

  private static String column(Table table) {
    return switch (table.name) {
      case "delivery", "delivery_content", "delivery_click" -> "created_at";
      case "event_seen" -> "day";
      default -> "received_at";
    };
  }

  private void emptyDefault(Table table, LocalDate oldest) {
    int deleted =
        database.inTransaction(handle ->
            handle.execute(
                "DELETE FROM %s_other WHERE %s < '%s'"
                    .formatted(table.name, column(table), oldest + suffix(table))));
    if (deleted > 0) {
      LOG.info(
          "{} rows in the default partition of {} are past their retention", deleted, table.name);
    }
  }

  private void dropBefore(Table table, LocalDate oldest) {
    var names =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                     WHERE i.inhparent = to_regclass(:table) AND c.relname ~ '_[0-9]{8}$'
                    """)
                .bind("table", table.name)
                .mapTo(String.class)
                .list());
    for (var name : names) {
      var from =
          LocalDate.parse(name.substring(name.length() - 8), DateTimeFormatter.BASIC_ISO_DATE);
      if (!plus(table, from, 1).isAfter(oldest)) {
        database.inTransaction(handle -> {
          handle.execute("SET LOCAL lock_timeout = '5s'");
          return handle.execute("DROP TABLE IF EXISTS " + name);
        });
        LOG.info("partition {} is past its retention and dropped", name);
      }
    }
  }
}
