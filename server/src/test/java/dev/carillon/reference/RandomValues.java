package dev.carillon.reference;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random values from small pools, so that what is asked for is often there: for attributes of
 * people and objects, and for data of events.
 */
final class RandomValues {
  static final List<String> FIELDS =
      List.of("plan", "total", "flag", "tags", "cart", "home", "when", "unsubscribed");

  private static final List<Object> TEXTS =
      List.of(
          "pro", "Pro", "free", "profile", "5", "05", "true", "é", "É", "ẞ", "İ", "ı", "3.50",
          "1e3");
  private static final List<Object> NUMBERS =
      List.of(0L, 1L, 3L, 5L, -2L, 3.5, 0.1, "3", "5", "-2", "3.5", "3.50", "10", 1_000L);

  private final Random random;

  RandomValues(Random random) {
    this.random = random;
  }

  <T> T one(List<? extends T> of) {
    return of.get(random.nextInt(of.size()));
  }

  boolean in(int times) {
    return random.nextInt(times) == 0;
  }

  int upTo(int bound) {
    return random.nextInt(bound);
  }

  /** A text, number or truth value. */
  Object scalar() {
    return switch (upTo(5)) {
      case 0, 1 -> one(TEXTS);
      case 2, 3 -> one(NUMBERS);
      default -> random.nextBoolean();
    };
  }

  Object number() {
    return one(NUMBERS);
  }

  /** Two numbers, the lower first. */
  List<Object> range() {
    return Stream.of(number(), number())
        .sorted(Comparator.comparing(each -> Values.number(each).orElseThrow()))
        .toList();
  }

  Object text() {
    return one(TEXTS);
  }

  /** A value for one of {@link #FIELDS}; null and the empty text remove. */
  @Nullable Object value(String field, Instant now) {
    if (in(8)) {
      return in(2) ? null : "";
    }
    return switch (field) {
      case "plan" -> in(4) ? scalar() : text();
      case "total" -> in(4) ? scalar() : number();
      case "flag" -> one(List.of(true, false, "true", "FALSE", 1L, "yes"));
      case "tags" -> in(6) ? text() : list(4, this::scalarOrNothing);
      case "cart" -> in(8) ? scalar() : list(3, this::item);
      case "home" -> in(8) ? scalar() : Map.of("city", text(), "floor", Map.of("n", number()));
      case "when" -> when(now);
      case "unsubscribed" -> one(List.of(true, false, "true", "1", 0L));
      default -> throw new IllegalArgumentException(field);
    };
  }

  private @Nullable Object scalarOrNothing() {
    return in(10) ? null : scalar();
  }

  private Object item() {
    if (in(8)) {
      return scalar();
    }
    var item = new LinkedHashMap<String, Object>();
    item.put("sku", text());
    item.put("price", number());
    if (in(2)) {
      item.put("sizes", list(3, this::number));
    }
    return item;
  }

  private List<@Nullable Object> list(int most, Supplier<@Nullable Object> item) {
    var list = new ArrayList<@Nullable Object>();
    for (var i = upTo(most); i > 0; i--) {
      list.add(item.get());
    }
    return list;
  }

  /** Mostly seconds near now; also what looks like a time and is none (S-30). */
  private Object when(Instant now) {
    var seconds = now.getEpochSecond() + signed(in(3) ? 400 * 86_400 : 8 * 86_400);
    return switch (upTo(8)) {
      case 0 -> String.valueOf(seconds);
      case 1 -> seconds * 1_000;
      case 2 -> Instant.ofEpochSecond(seconds).toString();
      case 3 -> one(List.of(0L, 9_999_999_999L, 10_000_000_000L, -1L, "2026-01-01"));
      default -> seconds;
    };
  }

  private long signed(int bound) {
    var value = (long) upTo(bound);
    return in(2) ? value : -value;
  }

  /** Data of an event. */
  Map<String, Object> data() {
    var data = new LinkedHashMap<String, Object>();
    if (!in(4)) {
      data.put("total", number());
    }
    if (in(2)) {
      data.put("plan", scalar());
    }
    if (in(3)) {
      data.put("cart", list(3, this::item));
    }
    return data;
  }
}
