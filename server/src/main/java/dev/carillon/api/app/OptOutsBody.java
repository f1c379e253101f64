package dev.carillon.api.app;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Request;
import dev.carillon.processing.Operation.OptOuts.Choice;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.subscriptions.SenderChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body that says from whom a person wants nothing more (app-data §2.11). */
final class OptOutsBody {
  private static final JsonReader JSON = new JsonReader();
  private static final int LONGEST_BODY_BYTES = 64 * 1024;
  private static final int MOST = 100;
  private static final int LONGEST_SENDER = 100;

  private OptOutsBody() {}

  /**
   * Reads the choices, with everything that is wrong in them.
   *
   * @throws dev.carillon.http.ProblemException 400 unless all of them can be understood
   */
  static List<Choice> choices(Request request) {
    Map<String, @Nullable Object> body;
    try {
      body = JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
    if (!(body.get("optouts") instanceof List<?> list)) {
      throw Parameters.wrong("optouts must be a list");
    }
    if (list.size() > MOST) {
      throw Parameters.wrong("optouts holds at most " + MOST + " entries");
    }
    var faults = new ArrayList<String>();
    var choices = new ArrayList<Choice>();
    for (var i = 0; i < list.size(); i++) {
      choices.addAll(choice("optouts[" + i + "]", list.get(i), faults));
    }
    if (!faults.isEmpty()) {
      throw Parameters.wrong(faults);
    }
    return choices;
  }

  /** One choice; none when something is wrong with it. */
  private static List<Choice> choice(String at, @Nullable Object json, List<String> faults) {
    if (!(json instanceof Map<?, ?> entry)) {
      faults.add(at + " must be an object");
      return List.of();
    }
    var before = faults.size();
    var from = entry.get("from") instanceof String text ? text.strip() : "";
    if (from.isEmpty() || from.length() > LONGEST_SENDER) {
      faults.add(at + ".from must be a text of 1 to " + LONGEST_SENDER + " characters");
    }
    if (!(entry.get("optout") instanceof Boolean)) {
      faults.add(at + ".optout must be true or false");
    }
    var channel =
        switch (entry.get("channel")) {
          case null -> SenderChannel.SMS;
          case String word -> SenderChannel.ofWire(word).orElse(null);
          default -> null;
        };
    if (channel == null) {
      faults.add(at + ".channel must be sms or whatsapp");
      return List.of();
    }
    return faults.size() > before
        ? List.of()
        : List.of(new Choice(new OptOut(channel, from), Boolean.TRUE.equals(entry.get("optout"))));
  }
}
