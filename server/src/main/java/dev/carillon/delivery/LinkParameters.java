package dev.carillon.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters a workspace wants at every link of its mails (M-77), read through a cache: a
 * change shows a second later. Any number of threads may ask.
 */
final class LinkParameters {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int WORKSPACES = 1_000;

  private final Database database;
  private final WorkspaceSettingsRepository settings = new WorkspaceSettingsRepository();
  private final Cache<WorkspaceId, Map<String, String>> cache =
      Caffeine.newBuilder().maximumSize(WORKSPACES).expireAfterWrite(FRESH).build();

  LinkParameters(Database database) {
    this.database = database;
  }

  /** Name → value with Liquid in it; empty when the workspace wants none. */
  Map<String, String> of(WorkspaceId workspace) {
    return cache.get(
        workspace, _ -> database.read(handle -> settings.of(handle, workspace).linkParameters()));
  }

  /**
   * An address with these parameters; those it has already win, and its fragment stays last.
   *
   * @param parameters rendered; what is empty is left out
   */
  static String added(String target, Map<String, String> parameters) {
    var hash = target.indexOf('#');
    var address = hash < 0 ? target : target.substring(0, hash);
    var question = address.indexOf('?');
    var present =
        question < 0
            ? Set.<String>of()
            : Arrays.stream(address.substring(question + 1).split("&"))
                .map(each -> decoded(each.split("=", 2)[0]))
                .collect(Collectors.toSet());
    var added = new StringBuilder(address);
    for (var each : parameters.entrySet()) {
      if (!each.getValue().isEmpty() && !present.contains(each.getKey())) {
        var first = added.indexOf("?") < 0;
        var last = added.charAt(added.length() - 1);
        added.append(first ? "?" : last == '?' || last == '&' ? "" : "&");
        added.append(encoded(each.getKey())).append('=').append(encoded(each.getValue()));
      }
    }
    return hash < 0 ? added.toString() : added.append(target, hash, target.length()).toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException brokenEscape) {
      return text;
    }
  }
}
