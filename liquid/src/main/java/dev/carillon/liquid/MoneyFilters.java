package dev.carillon.liquid;

import java.math.RoundingMode;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Filters that write numbers and amounts the way people of a locale do. */
final class MoneyFilters {
  private static final int MOST_FRACTION_DIGITS = 10;

  private MoneyFilters() {}

  static void addTo(FilterTable table) {
    table.add("currency", 0, 2, (input, args, r) -> currency(input, args, false, r));
    table.add("rounded_currency", 0, 2, (input, args, r) -> currency(input, args, true, r));
    table.add("format_number", 0, 1, MoneyFilters::formatNumber);
  }

  /**
   * The amount in a currency. Arguments: a currency code and a locale, or a locale alone, which
   * brings its country's currency; US dollars in English without any. What is not a number stays as
   * it is.
   */
  private static @Nullable Object currency(
      @Nullable Object input, Arguments arguments, boolean rounded, Rendering rendering) {
    Number amount = amount(input);
    if (amount == null) {
      return input;
    }
    String first = rendering.text(arguments.get(0));
    boolean localeOnly = arguments.count() == 1 && !isCode(first);
    Locale locale = locale(localeOnly ? first : rendering.text(arguments.get(1)));
    NumberFormat format = NumberFormat.getCurrencyInstance(locale);
    Currency currency = localeOnly ? currencyOf(locale) : currencyOf(first);
    format.setCurrency(currency);
    int digits = rounded ? 0 : Math.max(0, currency.getDefaultFractionDigits());
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    format.setRoundingMode(RoundingMode.HALF_UP);
    return format.format(Numbers.decimal(amount));
  }

  private static boolean isCode(String text) {
    return text.isEmpty() || (text.length() == 3 && text.chars().allMatch(Character::isLetter));
  }

  private static Currency currencyOf(String code) {
    try {
      return Currency.getInstance(code.isEmpty() ? "USD" : code.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw LiquidRenderException.badArgument("there is no currency with the code " + code);
    }
  }

  private static Currency currencyOf(Locale locale) {
    if (locale.getCountry().isEmpty()) {
      return Currency.getInstance("USD");
    }
    try {
      Currency currency = Currency.getInstance(locale);
      return currency == null ? Currency.getInstance("USD") : currency;
    } catch (IllegalArgumentException _) {
      throw LiquidRenderException.badArgument(
          "there is no currency for the locale " + locale.toLanguageTag());
    }
  }

  private static Object formatNumber(
      @Nullable Object input, Arguments arguments, Rendering rendering) {
    Number number = amount(input);
    if (number == null) {
      return rendering.text(input);
    }
    NumberFormat format = NumberFormat.getNumberInstance(locale(rendering.text(arguments.get(0))));
    format.setMaximumFractionDigits(MOST_FRACTION_DIGITS);
    format.setRoundingMode(RoundingMode.HALF_UP);
    return format.format(Numbers.decimal(number));
  }

  private static @Nullable Number amount(@Nullable Object input) {
    return switch (input) {
      case Number number -> Numbers.canonical(number);
      case String text -> Numbers.strict(text.strip());
      case null, default -> null;
    };
  }

  private static Locale locale(String tag) {
    if (tag.isEmpty()) {
      return Locale.ENGLISH;
    }
    Locale locale = Locale.forLanguageTag(tag.replace('_', '-'));
    if (locale.getLanguage().isEmpty()) {
      throw LiquidRenderException.badArgument("there is no locale called " + tag);
    }
    return locale;
  }
}
