package dev.carillon.subscriptions;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The page on which people choose topics and channels.
 *
 * @param defaultLanguage tag of the language that texts without a translation are in
 * @param header in the default language
 * @param translations language tag → header
 */
public record SubscriptionCenter(
    String defaultLanguage, Header header, Map<String, Header> translations) {
  /** What a workspace has that decided nothing. */
  public static final SubscriptionCenter DEFAULT =
      new SubscriptionCenter("en", new Header("", ""), Map.of());

  /** Copies the translations and keeps their order. */
  public SubscriptionCenter {
    translations = Translations.copy(translations);
  }

  /** What stands above the choices; either may be empty. */
  public record Header(String title, String subtitle) {
    Map<String, Object> toJson() {
      var json = new LinkedHashMap<String, Object>();
      json.put("title", title);
      json.put("subtitle", subtitle);
      return json;
    }
  }

  /**
   * The header in the first of these languages it has; in the default language when it has none.
   *
   * @param languages tags, the best first
   */
  public Header in(List<String> languages) {
    return Translations.find(translations, languages).orElse(header);
  }
}
