package dev.carillon;

import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing an operator can choose: a row of the table {@link Settings#ALL}.
 *
 * @param <T> Java type of the value
 * @param name name in words joined by dashes, for example {@code track-rate}; also the key in the
 *     settings file
 * @param defaultText value that holds when nothing is given, in the form an operator would write
 *     it; null when the setting may be absent
 * @param description what the setting does, in one sentence, with unit and range
 * @param secret whether the value must never be printed
 * @param parser turns the written form into the value; throws {@link IllegalArgumentException}
 *     whose message says what was expected and never repeats the value
 */
public record Setting<T>(
    String name,
    @Nullable String defaultText,
    String description,
    boolean secret,
    Function<String, T> parser) {

  private static final String ENVIRONMENT_PREFIX = "CARILLON_";

  /** Name of the environment variable, for example {@code CARILLON_TRACK_RATE}. */
  public String environmentName() {
    return ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Command line flag, for example {@code --track-rate}. */
  public String flag() {
    return "--" + name;
  }

  /** A setting with a default, which is why its value is never absent. */
  static <T> Setting<T> of(
      String name, String defaultText, String description, Function<String, T> parser) {
    return new Setting<>(name, defaultText, description, false, parser);
  }

  /** A setting that may be absent. */
  static <T> Setting<T> optional(String name, String description, Function<String, T> parser) {
    return new Setting<>(name, null, description, false, parser);
  }

  /** A setting that may be absent and whose value is never printed. */
  static <T> Setting<T> secret(String name, String description, Function<String, T> parser) {
    return new Setting<>(name, null, description, true, parser);
  }
}
