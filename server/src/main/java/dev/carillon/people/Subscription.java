package dev.carillon.people;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a person takes mail at all. */
public final class Subscription {
  private Subscription() {}

  /**
   * Whether these attributes say unsubscribed: {@code unsubscribed} is true, 1, {@code "1"}, or
   * {@code "true"} in any case (track §3.4); everything else is subscribed.
   */
  public static boolean isUnsubscribed(Map<String, ? extends @Nullable Object> attributes) {
    return switch (attributes.get("unsubscribed")) {
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() == 1;
      case String text -> text.equalsIgnoreCase("true") || text.equals("1");
      case null, default -> false;
    };
  }
}
