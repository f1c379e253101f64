package dev.carillon.liquid;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads dates as people and programs write them: {@code 2016-03-14T10:00:00+01:00}, {@code March
 * 14, 2016 10:00 pm}, {@code Mon, 14 Mar 2016 10:00:00 GMT}. Dates with slashes are read only when
 * the year comes first; any other order means different days to different readers.
 */
final class DateReader {
  private static final List<String> MONTHS =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");
  private static final List<String> DAYS =
      List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");

  private final String text;
  private int position;
  private int year = -1;
  private int month = -1;
  private int day = -1;
  private @Nullable LocalTime time;
  private boolean afternoon;
  private boolean morning;
  private @Nullable ZoneId zone;

  private DateReader(String text) {
    this.text = text.toLowerCase(Locale.ROOT);
  }

  /** The date that {@code text} is, at midnight UTC unless it says more; null when it is none. */
  static @Nullable ZonedDateTime read(String text, Instant now) {
    var reader = new DateReader(text);
    try {
      return reader.readAll() ? reader.result(now) : null;
    } catch (DateTimeException _) {
      return null;
    }
  }

  private boolean readAll() {
    while (position < text.length()) {
      char c = text.charAt(position);
      boolean understood;
      if (Numbers.isDigit(c)) {
        understood = number();
      } else if ((c == '+' || c == '-') && time != null) {
        understood = offset();
      } else if (c >= 'a' && c <= 'z') {
        understood = word();
      } else {
        understood = c == ' ' || c == ',' || c == '.' || c == '-';
        position++;
      }
      if (!understood) {
        return false;
      }
    }
    return month > 0;
  }

  /** A number: part of {@code y-m-d}, of {@code h:m:s}, or a day or year of its own. */
  private boolean number() {
    int from = position;
    int value = digits();
    int length = position - from;
    char next = peek();
    if (length == 4 && (next == '-' || next == '/') && year < 0) {
      return yearMonthDay(value, next);
    }
    if (next == ':' && time == null) {
      return time(value);
    }
    if (length == 4 && year < 0) {
      year = value;
      return true;
    }
    if (length <= 2 && time == null && day > 0 && meridian()) {
      time = LocalTime.of(value, 0);
      return true;
    }
    if (length <= 2 && day < 0) {
      day = value;
      skipOrdinal();
      return true;
    }
    return false;
  }

  private int digits() {
    int value = 0;
    int most = Math.min(text.length(), position + 9);
    while (position < most && Numbers.isDigit(text.charAt(position))) {
      value = value * 10 + (text.charAt(position++) - '0');
    }
    return value;
  }

  private char peek() {
    return position < text.length() ? text.charAt(position) : 0;
  }

  private boolean yearMonthDay(int first, char separator) {
    year = first;
    position++;
    month = digits();
    if (peek() == separator) {
      position++;
      day = digits();
    }
    if (peek() == 't') {
      position++;
    }
    return true;
  }

  private boolean time(int hour) {
    position++;
    int minute = digits();
    int second = 0;
    int nanos = 0;
    if (peek() == ':') {
      position++;
      second = digits();
      if (peek() == '.' && position + 1 < text.length()) {
        position++;
        nanos = fraction();
      }
    }
    // A leap second is shown as the last second of its minute.
    time = LocalTime.of(hour == 24 ? 0 : hour, minute, Math.min(second, 59), nanos);
    return true;
  }

  private int fraction() {
    int nanos = 0;
    for (int unit = 100_000_000; Numbers.isDigit(peek()); unit /= 10) {
      nanos += unit * (peek() - '0');
      position++;
    }
    return nanos;
  }

  private boolean meridian() {
    int at = position;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    return text.startsWith("am", at) || text.startsWith("pm", at);
  }

  private void skipOrdinal() {
    for (String ending : List.of("st", "nd", "rd", "th")) {
      if (text.startsWith(ending, position)) {
        position += 2;
        return;
      }
    }
  }

  private boolean offset() {
    int sign = text.charAt(position++) == '-' ? -1 : 1;
    int from = position;
    int hours = digits();
    int minutes = 0;
    if (position - from == 4) {
      minutes = hours % 100;
      hours = hours / 100;
    } else if (peek() == ':') {
      position++;
      minutes = digits();
    }
    zone = ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    return true;
  }

  private boolean word() {
    int from = position;
    while (position < text.length()
        && text.charAt(position) >= 'a'
        && text.charAt(position) <= 'z') {
      position++;
    }
    String word = text.substring(from, position);
    switch (word) {
      case "z", "utc", "gmt" -> zone = ZoneOffset.UTC;
      case "am" -> morning = true;
      case "pm" -> afternoon = true;
      case "at", "of", "the" -> {}
      default -> {
        return namedDayOrMonth(word);
      }
    }
    return true;
  }

  private boolean namedDayOrMonth(String word) {
    if (word.length() < 3) {
      return false;
    }
    String sought = word.equals("sept") ? "sep" : word;
    for (int i = 0; i < MONTHS.size(); i++) {
      if (MONTHS.get(i).startsWith(sought)) {
        boolean first = month < 0;
        month = i + 1;
        return first;
      }
    }
    return DAYS.stream().anyMatch(name -> name.startsWith(word));
  }

  private ZonedDateTime result(Instant now) {
    ZoneId place = zone == null ? ZoneOffset.UTC : zone;
    int inYear = year < 0 ? now.atZone(place).getYear() : year;
    LocalTime at = time == null ? LocalTime.MIDNIGHT : time;
    if (afternoon && at.getHour() < 12) {
      at = at.plusHours(12);
    } else if (morning && at.getHour() == 12) {
      at = at.minusHours(12);
    }
    return ZonedDateTime.of(LocalDate.of(inYear, month, day < 0 ? 1 : day), at, place);
  }
}
