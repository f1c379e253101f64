package dev.carillon.api.app;

import dev.carillon.campaigns.CampaignMetrics.Buckets;
import dev.carillon.campaigns.CampaignMetrics.Period;
import dev.carillon.http.Request;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two ways to ask for metrics (app-messaging §0.5): the last so many buckets, or with {@code
 * version=2} everything between two instants in a time zone.
 *
 * @param stretch what version 2 repeats in its answer; null in version 1
 */
record MetricsQuestion(Buckets buckets, @Nullable Stretch stretch) {
  private static final int MOST_YEARS = 10;
  private static final int MOST_STEPS = 1_000;
  private static final DateTimeFormatter ECHO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xx zzz", Locale.ENGLISH);

  /** What version 2 asked for. */
  record Stretch(String resolution, ZonedDateTime start, ZonedDateTime end) {}

  /**
   * Reads the question.
   *
   * @throws dev.carillon.http.ProblemException 400 for a parameter that is missing or wrong
   */
  static MetricsQuestion of(Request request, Instant now) {
    return switch (request.query("version").orElse("1")) {
      case "", "1" -> last(request, now);
      case "2" -> between(request);
      default -> throw Parameters.wrong("version must be 1 or 2");
    };
  }

  /**
   * Reads the question as version 1 has it, which is the only one for links.
   *
   * @throws dev.carillon.http.ProblemException 400 for a parameter that is wrong
   */
  static MetricsQuestion last(Request request, Instant now) {
    return new MetricsQuestion(lastBuckets(request, now), null);
  }

  private static Buckets lastBuckets(Request request, Instant now) {
    var word = request.query("period").filter(text -> !text.isEmpty()).orElse("days");
    var period =
        Period.ofWire(word)
            .orElseThrow(() -> Parameters.wrong("period must be hours, days, weeks or months"));
    var steps = Parameters.number(request, "steps");
    if (steps.isPresent() && steps.getAsLong() < 0) {
      throw Parameters.wrong("steps must not be negative");
    }
    var asked = steps.isEmpty() ? null : (Integer) (int) Math.min(MOST_STEPS, steps.getAsLong());
    return period.buckets(now, asked);
  }

  private static MetricsQuestion between(Request request) {
    var zone = zone(request);
    var start = required(request, "start").atZone(zone);
    var end = required(request, "end").atZone(zone);
    if (end.isBefore(start)) {
      throw Parameters.wrong("end must not be before start");
    }
    if (end.isAfter(start.plusYears(MOST_YEARS))) {
      throw Parameters.wrong("end must not be more than " + MOST_YEARS + " years after start");
    }
    var word = request.query("res").orElse("");
    var unit =
        switch (word) {
          case "hours", "hourly" -> ChronoUnit.HOURS;
          case "days", "daily" -> ChronoUnit.DAYS;
          case "weeks", "weekly" -> ChronoUnit.WEEKS;
          case "months", "monthly" -> ChronoUnit.MONTHS;
          default -> throw Parameters.wrong("res must be hours, days, weeks or months");
        };
    var begins = new ArrayList<Instant>();
    begins.add(start.toInstant()); // the first bucket may be cut off by the start
    for (var next = next(unit, start); !next.isAfter(end); next = next(unit, next)) {
      begins.add(next.toInstant());
    }
    return new MetricsQuestion(
        new Buckets(begins, end.toInstant().plusSeconds(1)), new Stretch(word, start, end));
  }

  /** The beginning of the bucket behind the one this instant is in; weeks begin on Sunday. */
  private static ZonedDateTime next(ChronoUnit unit, ZonedDateTime at) {
    var day = at.toLocalDate();
    return switch (unit) {
      case HOURS -> at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
      case DAYS -> midnight(day.plusDays(1), at);
      case WEEKS -> midnight(day.with(TemporalAdjusters.next(DayOfWeek.SUNDAY)), at);
      default -> midnight(day.with(TemporalAdjusters.firstDayOfNextMonth()), at);
    };
  }

  private static ZonedDateTime midnight(LocalDate day, ZonedDateTime like) {
    return day.atStartOfDay(like.getZone());
  }

  private static Instant required(Request request, String name) {
    var instant = Parameters.instant(request, name);
    if (instant == null) {
      throw Parameters.wrong(name + " is required, in Unix seconds");
    }
    return instant;
  }

  private static ZoneId zone(Request request) {
    var name = request.query("tz").filter(text -> !text.isEmpty()).orElse("UTC");
    try {
      var zone = ZoneId.of(name);
      return zone instanceof ZoneOffset ? ZoneId.ofOffset("UTC", (ZoneOffset) zone) : zone;
    } catch (DateTimeException unknown) {
      throw Parameters.wrong("tz must be the name of a time zone, such as Europe/Berlin");
    }
  }

  /** The answer in the form of the version that was asked for. */
  Map<String, Object> answer(Map<String, int[]> counts) {
    var series = new LinkedHashMap<String, Object>();
    counts.forEach((key, values) -> series.put(key, Arrays.stream(values).boxed().toList()));
    var json = new LinkedHashMap<String, Object>();
    if (stretch != null) {
      json.put("start", ECHO.format(stretch.start()));
      json.put("end", ECHO.format(stretch.end()));
      json.put("res", stretch.resolution());
    }
    json.put("metric", Map.of("series", series));
    return json;
  }
}
