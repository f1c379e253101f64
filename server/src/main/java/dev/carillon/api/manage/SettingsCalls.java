package dev.carillon.api.manage;

import dev.carillon.campaigns.ChangedTerms;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.messages.EmailAddress;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import dev.carillon.workspaces.SendMode;
import dev.carillon.workspaces.WorkspaceSettings;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import dev.carillon.workspaces.WorkspaceSettingsRepository.Change;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code …/settings}: what an administrator decides for the workspace. */
final class SettingsCalls {
  private static final List<List<String>> IDENTIFIERS =
      List.of(List.of("id"), List.of("id", "email"));

  private final Database database;
  private final ChangedTerms terms;
  private final WorkspaceSettingsRepository settings = new WorkspaceSettingsRepository();

  SettingsCalls(Database database, ChangedTerms terms) {
    this.database = database;
    this.terms = terms;
  }

  Reply show(Access access, Request request) {
    return shown(database.read(handle -> settings.of(handle, access.workspace())));
  }

  /** Members that are absent stay as they are. */
  Reply change(Access access, Request request) {
    var wanted = Bodies.resource(request, "settings");
    merged(WorkspaceSettings.DEFAULT, wanted); // what is wrong is said before batches have to wait
    var change =
        database.inTransaction(handle -> {
          var changed =
              settings.change(
                  handle, access.workspace(), present -> whole(merged(present, wanted)));
          if (changed instanceof Change.Saved(var saved, var before)) {
            terms.zone(handle, access.workspace(), before.zone(), saved.zone());
          }
          return changed;
        });
    return switch (change) {
      case Change.Saved(var saved, _) -> shown(saved);
      case Change.IdentifiersInUse() ->
          throw new Problem.Conflict(
                  "identifiers can change only while the workspace has no people")
              .thrown();
    };
  }

  /** What no member tells alone. */
  private static WorkspaceSettings whole(WorkspaceSettings settings) {
    if (settings.sendMode() == SendMode.TEST && settings.testAddress().isEmpty()) {
      throw Bodies.invalid(
          "settings", List.of(new Fault("test_address", "is required when send_mode is test")));
    }
    return settings;
  }

  private static WorkspaceSettings merged(
      WorkspaceSettings present, Map<String, @Nullable Object> wanted) {
    var faults = new ArrayList<Fault>();
    var known = WorkspaceSettingsRepository.toMap(present).keySet();
    for (var name : wanted.keySet()) {
      if (!known.contains(name)) {
        faults.add(new Fault(name, "is not known here; known are " + String.join(", ", known)));
      }
    }
    var merged =
        new WorkspaceSettings(
            flag(wanted, "auto_merge", present.autoMerge(), faults),
            flag(wanted, "email_updates_by_id", present.emailUpdatesById(), faults),
            flag(wanted, "merge_anonymous_events", present.mergeAnonymousEvents(), faults),
            identifiers(wanted, present.identifiers(), faults),
            zone(wanted, present.zone(), faults),
            LinkParametersBody.read(wanted, present.linkParameters(), faults),
            sendMode(wanted, present.sendMode(), faults),
            testAddress(wanted, present.testAddress(), faults));
    if (!faults.isEmpty()) {
      throw Bodies.invalid("settings", faults);
    }
    return merged;
  }

  private static boolean flag(
      Map<String, @Nullable Object> wanted, String name, boolean present, List<Fault> faults) {
    if (!wanted.containsKey(name)) {
      return present;
    }
    if (wanted.get(name) instanceof Boolean flag) {
      return flag;
    }
    faults.add(new Fault(name, "must be true or false"));
    return present;
  }

  private static List<String> identifiers(
      Map<String, @Nullable Object> wanted, List<String> present, List<Fault> faults) {
    if (!wanted.containsKey("identifiers")) {
      return present;
    }
    if (wanted.get("identifiers") instanceof List<?> list) {
      for (var allowed : IDENTIFIERS) {
        if (list.size() == allowed.size() && list.containsAll(allowed)) {
          return allowed;
        }
      }
      if (list.contains("phone")) {
        faults.add(new Fault("identifiers", "cannot hold phone: people are not named by it here"));
        return present;
      }
    }
    faults.add(new Fault("identifiers", "must be [\"id\"] or [\"id\", \"email\"]"));
    return present;
  }

  private static ZoneId zone(
      Map<String, @Nullable Object> wanted, ZoneId present, List<Fault> faults) {
    if (!wanted.containsKey("timezone")) {
      return present;
    }
    if (wanted.get("timezone") instanceof String name
        && ZoneId.getAvailableZoneIds().contains(name)) {
      return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
    }
    faults.add(new Fault("timezone", "must be a zone of the tz database, such as Europe/Berlin"));
    return present;
  }

  private static SendMode sendMode(
      Map<String, @Nullable Object> wanted, SendMode present, List<Fault> faults) {
    if (!wanted.containsKey("send_mode")) {
      return present;
    }
    var mode =
        wanted.get("send_mode") instanceof String word
            ? SendMode.ofWire(word)
            : Optional.<SendMode>empty();
    if (mode.isEmpty()) {
      faults.add(new Fault("send_mode", "must be normal, test or never"));
    }
    return mode.orElse(present);
  }

  private static String testAddress(
      Map<String, @Nullable Object> wanted, String present, List<Fault> faults) {
    if (!wanted.containsKey("test_address")) {
      return present;
    }
    if (wanted.get("test_address") instanceof String text
        && (text.isEmpty() || EmailAddress.parse(text).isPresent())) {
      return text;
    }
    faults.add(new Fault("test_address", "must be an e-mail address, or empty"));
    return present;
  }

  private static Reply shown(WorkspaceSettings settings) {
    return Reply.json(200, Map.of("settings", WorkspaceSettingsRepository.toMap(settings)));
  }
}
