package dev.carillon.subscriptions;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The channels people subscribe to (app-data §5). */
public enum ChannelType {
  EMAIL,
  TWILIO("sms"),
  URBAN_AIRSHIP,
  SLACK,
  PUSH,
  IN_APP,
  LINE,
  INBOX,
  WHATSAPP;

  private final String preference;

  ChannelType() {
    this.preference = name().toLowerCase(Locale.ROOT);
  }

  ChannelType(String preference) {
    this.preference = preference;
  }

  /** The word of the App API: {@code email}, {@code twilio} … */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The word in {@code cio_subscription_preferences.channels} and in conditions, which is {@code
   * sms} for Twilio.
   */
  public String preference() {
    return preference;
  }

  /** The type of a word of the App API; empty for none of them. */
  public static Optional<ChannelType> ofWire(String word) {
    return Arrays.stream(values()).filter(type -> type.wire().equals(word)).findFirst();
  }

  /** The type of a word in preferences; empty for none of them. */
  public static Optional<ChannelType> ofPreference(String word) {
    return Arrays.stream(values()).filter(type -> type.preference.equals(word)).findFirst();
  }
}
