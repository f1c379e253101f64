package dev.carillon.liquid;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/**
 * Writes a time after a {@code strftime} pattern, in English. Understands the directives of Ruby,
 * its flags ({@code -} no padding, {@code 0} zeros, {@code _} spaces, {@code ^} capitals, {@code #}
 * other case, {@code :} in offsets) and widths; an unknown directive stays as it is.
 */
final class DateFormat {
  private static final int MAX_WIDTH = 100;
  private static final List<String> MONTHS =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");
  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

  private final ZonedDateTime time;
  private final StringBuilder out = new StringBuilder();
  private char padding;
  private boolean upper;
  private boolean swap;
  private int colons;
  private int width;

  private DateFormat(ZonedDateTime time) {
    this.time = time;
  }

  static String format(ZonedDateTime time, String pattern) {
    var format = new DateFormat(time);
    format.write(pattern);
    return format.out.toString();
  }

  private void write(String pattern) {
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c != '%' || at + 1 == pattern.length()) {
        out.append(c);
        at++;
        continue;
      }
      int directive = flags(pattern, at + 1);
      if (directive >= pattern.length() || !directive(pattern.charAt(directive))) {
        directive = Math.min(directive, pattern.length() - 1);
        out.append(pattern, at, directive + 1);
      }
      at = directive + 1;
    }
  }

  /** Reads flags and a width; returns where the directive's letter is. */
  private int flags(String pattern, int from) {
    padding = 0;
    upper = false;
    swap = false;
    colons = 0;
    width = -1;
    int at = from;
    for (; at < pattern.length(); at++) {
      char c = pattern.charAt(at);
      switch (c) {
        case '-', '_' -> padding = c;
        case '^' -> upper = true;
        case '#' -> swap = true;
        case ':' -> colons++;
        default -> {
          if (c == '0' && width < 0) {
            padding = c;
          } else if (Numbers.isDigit(c)) {
            width = Math.min(MAX_WIDTH, Math.max(width, 0) * 10 + (c - '0'));
          } else {
            return at;
          }
        }
      }
    }
    return at;
  }

  private boolean directive(char letter) {
    switch (letter) {
      case 'Y' -> number(time.getYear(), 1, '0');
      case 'C' -> number(Math.floorDiv(time.getYear(), 100), 2, '0');
      case 'y' -> number(Math.floorMod(time.getYear(), 100), 2, '0');
      case 'm' -> number(time.getMonthValue(), 2, '0');
      case 'B' -> text(MONTHS.get(time.getMonthValue() - 1));
      case 'b', 'h' -> text(MONTHS.get(time.getMonthValue() - 1).substring(0, 3));
      case 'd' -> number(time.getDayOfMonth(), 2, '0');
      case 'e' -> number(time.getDayOfMonth(), 2, ' ');
      case 'j' -> number(time.getDayOfYear(), 3, '0');
      case 'H' -> number(time.getHour(), 2, '0');
      case 'k' -> number(time.getHour(), 2, ' ');
      case 'I' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0');
      case 'l' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, ' ');
      case 'P' -> out.append(halfDay(upper));
      case 'p' -> out.append(halfDay(!swap));
      case 'M' -> number(time.getMinute(), 2, '0');
      case 'S' -> number(time.getSecond(), 2, '0');
      case 'L' -> fraction(width < 1 ? 3 : width);
      case 'N' -> fraction(width < 1 ? 9 : width);
      case 'z' -> text(offset());
      case 'Z' -> text(zoneName());
      case 'A' -> text(DAYS.get(time.getDayOfWeek().getValue() - 1));
      case 'a' -> text(DAYS.get(time.getDayOfWeek().getValue() - 1).substring(0, 3));
      case 'u' -> number(time.getDayOfWeek().getValue(), 1, '0');
      case 'w' -> number(time.getDayOfWeek().getValue() % 7, 1, '0');
      case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0');
      case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
      case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
      case 'U' -> number(weekFrom(7), 2, '0');
      case 'W' -> number(weekFrom(1), 2, '0');
      case 's' -> number(time.toEpochSecond(), 1, '0');
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case '%' -> out.append('%');
      default -> {
        return combined(letter);
      }
    }
    return true;
  }

  private boolean combined(char letter) {
    String pattern =
        switch (letter) {
          case 'c' -> "%a %b %e %H:%M:%S %Y";
          case 'D', 'x' -> "%m/%d/%y";
          case 'F' -> "%Y-%m-%d";
          case 'v' -> "%e-%^b-%Y";
          case 'r' -> "%I:%M:%S %p";
          case 'R' -> "%H:%M";
          case 'T', 'X' -> "%H:%M:%S";
          case '+' -> "%a %b %e %H:%M:%S %Z %Y";
          default -> "";
        };
    if (pattern.isEmpty()) {
      return false;
    }
    boolean capitals = upper;
    int wide = width;
    String text = format(time, pattern);
    upper = capitals;
    width = wide;
    text(text);
    return true;
  }

  private void number(long value, int digits, char standard) {
    if (padding == '-') {
      out.append(value);
      return;
    }
    char fill = padding == 0 ? standard : padding == '_' ? ' ' : '0';
    String text = Long.toString(Math.abs(value));
    int size = Math.max(width, digits) - (value < 0 ? 1 : 0);
    String filling = String.valueOf(fill).repeat(Math.max(0, size - text.length()));
    if (value < 0) {
      out.append(fill == ' ' ? filling + "-" : "-" + filling);
    } else {
      out.append(filling);
    }
    out.append(text);
  }

  private void text(String text) {
    String filling =
        String.valueOf(padding == '0' ? '0' : ' ').repeat(Math.max(0, width - text.length()));
    boolean name = swap && text.length() > 2;
    out.append(filling).append(upper || name ? text.toUpperCase(Locale.ROOT) : text);
  }

  private String halfDay(boolean capitals) {
    boolean morning = time.getHour() < 12;
    return capitals ? (morning ? "AM" : "PM") : (morning ? "am" : "pm");
  }

  private void fraction(int digits) {
    String nanos = String.format(Locale.ROOT, "%09d", time.getNano());
    out.append(nanos, 0, Math.min(9, digits)).repeat("0", Math.max(0, digits - 9));
  }

  private String offset() {
    int seconds = time.getOffset().getTotalSeconds();
    int size = Math.abs(seconds);
    String separator = colons > 0 ? ":" : "";
    String text = (seconds < 0 ? "-" : "+") + two(size / 3600) + separator + two(size / 60 % 60);
    return colons > 1 ? text + separator + two(size % 60) : text;
  }

  private static String two(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }

  private String zoneName() {
    if (time.getZone().normalized() instanceof ZoneOffset offset) {
      return offset.equals(ZoneOffset.UTC) ? "UTC" : offset.getId();
    }
    boolean summer = time.getZone().getRules().isDaylightSavings(time.toInstant());
    return TimeZone.getTimeZone(time.getZone())
        .getDisplayName(summer, TimeZone.SHORT, Locale.ENGLISH);
  }

  /** Week of the year when weeks begin on {@code firstDay}; days before the first are in week 0. */
  private int weekFrom(int firstDay) {
    int sinceFirst = Math.floorMod(time.getDayOfWeek().getValue() - firstDay, 7);
    return (time.getDayOfYear() + 6 - sinceFirst) / 7;
  }
}
