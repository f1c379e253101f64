package dev.carillon.api.app;

import dev.carillon.http.Request;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words {@code type} of a message may be (app-messaging §1.3, §0.5). */
final class Channels {
  private static final Set<String> KNOWN =
      Set.of(
          "email",
          "webhook",
          "twilio",
          "push",
          "in_app",
          "slack",
          "whatsapp",
          "live_notification",
          "urban_airship");

  private Channels() {}

  /**
   * The channel the caller asks for; null for all.
   *
   * @throws dev.carillon.http.ProblemException 400 for an unknown one
   */
  static @Nullable String type(Request request) {
    var type = Parameters.text(request, "type");
    if (type != null && !KNOWN.contains(type)) {
      throw Parameters.wrong("type is not a channel");
    }
    return type;
  }
}
