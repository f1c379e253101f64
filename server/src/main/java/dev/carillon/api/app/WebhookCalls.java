package dev.carillon.api.app;

import dev.carillon.http.BadJson;
import dev.carillon.http.JsonReader;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.http.TargetGuard;
import dev.carillon.store.Database;
import dev.carillon.webhooks.EventNames;
import dev.carillon.webhooks.ReportingWebhook;
import dev.carillon.webhooks.ReportingWebhooks;
import dev.carillon.webhooks.WebhookDraft;
import dev.carillon.workspaces.Access;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/reporting_webhooks…} (app-data §8). */
final class WebhookCalls {
  private static final int LONGEST_BODY_BYTES = 64 * 1024;
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_ENDPOINT = 2_000;
  private static final int LARGEST_PORT = 65_535;

  /** Longer, an address is taken as it is: every call looks at it again. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final JsonReader JSON = new JsonReader();

  private final Database database;
  private final ReportingWebhooks webhooks;
  private final TargetGuard targets;

  WebhookCalls(Database database, ReportingWebhooks webhooks, TargetGuard targets) {
    this.database = database;
    this.webhooks = webhooks;
    this.targets = targets;
  }

  Reply list(Access access, Request request) {
    var all = database.read(handle -> webhooks.list(handle, access.workspace()));
    return Reply.json(
        200, Map.of("reporting_webhooks", all.stream().map(WebhookCalls::shown).toList()));
  }

  Reply one(Access access, Request request) {
    var id = Parameters.pathId(request, "webhook");
    return answer(database.read(handle -> webhooks.find(handle, access.workspace(), id)));
  }

  Reply create(Access access, Request request) {
    var draft = draft(body(request));
    Optional<ReportingWebhook> made =
        database.inTransaction(handle -> webhooks.create(handle, access.workspace(), draft));
    return made.map(each -> Reply.json(200, shown(each)))
        .orElseThrow(() ->
            Parameters.wrong("a workspace has at most " + ReportingWebhooks.MOST + " webhooks"));
  }

  /**
   * Choice: the public description replaces a webhook as a whole, the official clients may leave
   * out anything; what is left out stays.
   */
  Reply update(Access access, Request request) {
    var id = Parameters.pathId(request, "webhook");
    var body = new LinkedHashMap<>(body(request));
    var present = database.read(handle -> webhooks.find(handle, access.workspace(), id));
    if (present.isEmpty()) {
      return answer(present);
    }
    shown(present.get()).forEach(body::putIfAbsent);
    var draft = draft(body);
    Optional<ReportingWebhook> changed =
        database.inTransaction(handle -> webhooks.update(handle, access.workspace(), id, draft));
    return answer(changed);
  }

  Reply delete(Access access, Request request) {
    var id = Parameters.pathId(request, "webhook");
    boolean deleted =
        database.inTransaction(handle -> webhooks.delete(handle, access.workspace(), id));
    if (!deleted) {
      throw Parameters.notFound("webhook not found");
    }
    return Reply.json(200, Map.of());
  }

  private static Reply answer(Optional<ReportingWebhook> found) {
    return found
        .map(each -> Reply.json(200, shown(each)))
        .orElseThrow(() -> Parameters.notFound("webhook not found"));
  }

  private static Map<String, @Nullable Object> shown(ReportingWebhook webhook) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", webhook.id());
    json.put("type", "webhook");
    json.put("name", webhook.name());
    json.put("endpoint", webhook.endpoint());
    json.put("disabled", webhook.disabled());
    json.put("full_resolution", webhook.fullResolution());
    json.put("with_content", webhook.withContent());
    json.put("events", webhook.events());
    return json;
  }

  private static Map<String, @Nullable Object> body(Request request) {
    try {
      return JSON.object(request.body(LONGEST_BODY_BYTES));
    } catch (BadJson bad) {
      throw Parameters.wrong(bad.sentence());
    }
  }

  private WebhookDraft draft(Map<String, @Nullable Object> body) {
    var faults = new ArrayList<String>();
    var draft =
        new WebhookDraft(
            name(body.get("name"), faults),
            endpoint(body.get("endpoint"), faults),
            flag(body, "disabled", faults),
            flag(body, "full_resolution", faults),
            flag(body, "with_content", faults),
            events(body.get("events"), faults));
    if (!faults.isEmpty()) {
      throw Parameters.wrong(faults);
    }
    return draft;
  }

  private static String name(@Nullable Object value, List<String> faults) {
    if (value instanceof String name && !name.isBlank() && name.indexOf('\0') < 0) {
      if (name.length() > LONGEST_NAME) {
        faults.add("name has at most " + LONGEST_NAME + " characters");
      }
      return name;
    }
    faults.add("name is required, as a text");
    return "";
  }

  /** An address is looked at here so that a mistake is told at once; calls look again. */
  private String endpoint(@Nullable Object value, List<String> faults) {
    if (!(value instanceof String text) || text.length() > LONGEST_ENDPOINT) {
      faults.add(
          "endpoint is required, as an http or https URL of at most %d characters"
              .formatted(LONGEST_ENDPOINT));
      return "";
    }
    var target = target(text);
    if (target.isEmpty()) {
      faults.add("endpoint must be an http or https URL");
    } else if (targets.resolve(target.get().getHost(), LOOK)
        instanceof TargetGuard.Resolved.Forbidden) {
      faults.add(
          "endpoint must not lead into a private network; CARILLON_ALLOW_PRIVATE_TARGETS=yes allows it");
    }
    return text;
  }

  private static Optional<URI> target(String text) {
    try {
      var target = new URI(text);
      var scheme = target.getScheme();
      return ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
              && target.getHost() != null
              && target.getPort() <= LARGEST_PORT
              && target.getPort() != 0
              && text.chars().allMatch(each -> each > ' ' && each < 0x7f)
          ? Optional.of(target)
          : Optional.empty();
    } catch (URISyntaxException noUrl) {
      return Optional.empty();
    }
  }

  private static @Nullable Boolean flag(
      Map<String, @Nullable Object> body, String name, List<String> faults) {
    return switch (body.get(name)) {
      case null -> null;
      case Boolean flag -> flag;
      default -> {
        faults.add(name + " must be true or false");
        yield null;
      }
    };
  }

  private static List<String> events(@Nullable Object value, List<String> faults) {
    var names = new LinkedHashSet<String>();
    if (!(value instanceof List<?> list) || list.isEmpty()) {
      faults.add("events is required, as a list of at least one name");
      return List.of();
    }
    for (var each : list) {
      if (each instanceof String name && EventNames.ALL.contains(name)) {
        names.add(name);
      } else {
        faults.add("events has a name that is unknown: " + shortened(each));
        break;
      }
    }
    return List.copyOf(names);
  }

  private static String shortened(@Nullable Object value) {
    var text = String.valueOf(value);
    return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME) + "…";
  }
}
