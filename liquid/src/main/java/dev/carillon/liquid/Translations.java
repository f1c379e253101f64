package dev.carillon.liquid;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The same content in several languages (journeys §5.10). A person's language is matched exactly,
 * without regard to capitals: {@code nl-BE} never falls back to {@code nl}. Immutable.
 *
 * @param <T> what is translated, such as the texts of one message
 */
public final class Translations<T> {
  private final T standard;
  private final Map<String, T> byLanguage;

  private Translations(T standard, Map<String, T> byLanguage) {
    this.standard = standard;
    this.byLanguage = Map.copyOf(byLanguage);
  }

  /**
   * {@code standard} for everybody but the speakers of the languages in {@code translations}.
   *
   * @param translations content by language tag, such as {@code en} or {@code nl-BE}
   * @throws IllegalArgumentException when a tag is blank or two differ in capitals only
   */
  public static <T> Translations<T> of(T standard, Map<String, T> translations) {
    var byLanguage = new HashMap<String, T>();
    translations.forEach((tag, content) -> {
      if (tag.isBlank()) {
        throw new IllegalArgumentException("the language of a translation is blank");
      }
      if (byLanguage.put(key(tag), content) != null) {
        throw new IllegalArgumentException("two translations have the language " + tag);
      }
    });
    return new Translations<>(standard, byLanguage);
  }

  /**
   * The translation into {@code language}; the standard content when there is none or the value is
   * not text.
   *
   * @param language the value of the person's language attribute, null when it has none
   */
  public T in(@Nullable Object language) {
    return exactly(language).orElse(standard);
  }

  /** The translation into {@code language}, empty when the standard content is meant. */
  public Optional<T> exactly(@Nullable Object language) {
    return language instanceof String tag
        ? Optional.ofNullable(byLanguage.get(key(tag)))
        : Optional.empty();
  }

  private static String key(String tag) {
    return tag.toLowerCase(Locale.ROOT);
  }
}
