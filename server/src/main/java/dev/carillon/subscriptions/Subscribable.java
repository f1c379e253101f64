package dev.carillon.subscriptions;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A topic or channel that people subscribe to (U-3).
 *
 * @param id counts up from 1 in each workspace and kind, and is never given again (U-6)
 * @param type of a channel; null exactly for a topic
 * @param text in the default language
 * @param subscribedByDefault what holds for people who made no choice (U-4)
 * @param translations language tag → text
 */
public record Subscribable(
    Kind kind,
    int id,
    @Nullable ChannelType type,
    Text text,
    boolean subscribedByDefault,
    Map<String, Text> translations,
    Instant createdAt) {

  /** Copies the translations and keeps their order. */
  public Subscribable {
    translations = Translations.copy(translations);
  }

  /** What it is. */
  public enum Kind {
    /** What a message is about. */
    TOPIC,
    /** How it comes. */
    CHANNEL
  }

  /** How it is called and described to people; the description may be empty. */
  public record Text(String name, String description) {}

  /**
   * What an administrator decides.
   *
   * @param type as in {@link Subscribable}
   */
  public record Draft(
      @Nullable ChannelType type,
      Text text,
      boolean subscribedByDefault,
      Map<String, Text> translations) {
    /** Copies the translations and keeps their order. */
    public Draft {
      translations = Translations.copy(translations);
    }
  }

  /**
   * Its text in the first of these languages it has; in the default language when it has none.
   *
   * @param languages tags, the best first
   */
  public Text in(List<String> languages) {
    return Translations.find(translations, languages).orElse(text);
  }

  static Map<String, Object> toJson(Text text) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", text.name);
    json.put("description", text.description);
    return json;
  }
}
