package dev.carillon;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One setting as it counts for this start.
 *
 * @param setting the row of the table
 * @param text the written value; null when the setting is absent
 * @param origin who said so
 */
public record EffectiveSetting(Setting<?> setting, @Nullable String text, Origin origin) {

  /** Who said what a setting is. */
  public sealed interface Origin {
    /** A command line flag. */
    record Flag() implements Origin {}

    /** An environment variable. */
    record Environment() implements Origin {}

    /** A line of the settings file. */
    record SettingsFile(Path file) implements Origin {}

    /** Nobody: the default counts, or the setting is absent. */
    record Default() implements Origin {}
  }

  /** The value for people to read: three stars for a secret, {@code -} when absent. */
  public String shown() {
    if (text == null) {
      return "-";
    }
    return setting.secret() ? "***" : text;
  }

  /** Where the value comes from, for people to read. */
  public String shownOrigin() {
    return switch (origin) {
      case Origin.Flag() -> "flag " + setting.flag();
      case Origin.Environment() -> "environment";
      case Origin.SettingsFile(var file) -> "file " + file;
      case Origin.Default() -> "default";
    };
  }

  /**
   * The parsed value; absent when the setting is, or when the text cannot be used, which adds a
   * mistake.
   */
  Optional<Object> parse(List<String> mistakes) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(setting.parser().apply(text));
    } catch (IllegalArgumentException e) {
      String found = setting.secret() ? "." : ", but is \"" + text + "\".";
      mistakes.add(writtenName() + " " + e.getMessage() + found);
      return Optional.empty();
    }
  }

  private String writtenName() {
    return switch (origin) {
      case Origin.Flag() -> setting.flag();
      case Origin.Environment(), Origin.Default() -> setting.environmentName();
      case Origin.SettingsFile(var file) -> setting.name() + " in " + file;
    };
  }
}
