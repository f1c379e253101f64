package dev.carillon.api.app;

import dev.carillon.delivery.EspSuppressions;
import dev.carillon.delivery.EspSuppressions.Entry;
import dev.carillon.delivery.SuppressionKind;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code /v1/esp/…}: addresses mail is not sent to (app-data §6). */
final class EspCalls {
  private static final int USUAL = 100;
  private static final int MOST = 1_000;
  private static final int FARTHEST = 100_000;

  private final EspSuppressions suppressions;

  EspCalls(EspSuppressions suppressions) {
    this.suppressions = suppressions;
  }

  /** All there is about an address, under the category that came last. */
  Reply search(Access access, Request request) {
    var found =
        EspSuppressions.comparable(request.segment("email"))
            .map(email -> suppressions.of(access.workspace(), email))
            .orElse(List.of());
    return Reply.json(200, list(found.isEmpty() ? "" : found.getFirst().kind().category(), found));
  }

  Reply ofKind(Access access, Request request) {
    var kind = kind(request);
    var domain = Parameters.text(request, "domain");
    var skip = offset(request);
    var limit = Parameters.limit(request, USUAL, MOST);
    var found =
        domain == null
            ? suppressions.newest(access.workspace(), kind, skip, limit)
            : suppressions.ofDomain(
                access.workspace(), kind, domain.toLowerCase(Locale.ROOT), "", skip, limit);
    return Reply.json(200, list(kind.category(), found));
  }

  Reply ofDomain(Access access, Request request) {
    var kind = kind(request);
    var domain = request.segment("domain").toLowerCase(Locale.ROOT);
    var list = PageCursor.SUPPRESSIONS.asked(access.workspace(), kind, domain);
    var after = list.startAfter(request);
    var limit = Parameters.limit(request, USUAL, MOST);
    var email = Parameters.text(request, "email");
    if (email != null) {
      return one(access, kind, domain, email);
    }
    var found = suppressions.ofDomain(access.workspace(), kind, domain, after, 0, limit + 1);
    var page = found.subList(0, Math.min(limit, found.size()));
    var json = list(kind.category(), page);
    json.put("next", found.size() > limit ? list.textAfter(page.getLast().email()) : "");
    return Reply.json(200, json);
  }

  /** At most one row, so no cursor. */
  private Reply one(Access access, SuppressionKind kind, String domain, String email) {
    var found =
        EspSuppressions.comparable(email)
            .flatMap(each -> suppressions.find(access.workspace(), kind, domain, each))
            .map(List::of)
            .orElse(List.of());
    var json = list(kind.category(), found);
    json.put("next", "");
    return Reply.json(200, json);
  }

  Reply suppress(Access access, Request request) {
    var kind = kind(request);
    var email =
        EspSuppressions.comparable(request.segment("email"))
            .orElseThrow(() -> Parameters.wrong("the path must name an e-mail address"));
    suppressions.add(access.workspace(), kind, email);
    return Reply.json(200, Map.of());
  }

  Reply free(Access access, Request request) {
    var kind = kind(request);
    EspSuppressions.comparable(request.segment("email"))
        .ifPresent(email -> suppressions.remove(access.workspace(), kind, email));
    return Reply.empty(204);
  }

  private static SuppressionKind kind(Request request) {
    return SuppressionKind.ofWord(request.segment("type"))
        .orElseThrow(() ->
            Parameters.wrong("the type must be blocks, bounces, spam_reports or invalid_emails"));
  }

  /** Choice: no farther than this; whoever wants all of them goes through them by domain. */
  private static int offset(Request request) {
    var offset = Parameters.number(request, "offset").orElse(0);
    if (offset < 0 || offset > FARTHEST) {
      throw Parameters.wrong("offset must be a whole number from 0 to " + FARTHEST);
    }
    return (int) offset;
  }

  private static Map<String, Object> list(String category, List<Entry> entries) {
    var json = new LinkedHashMap<String, Object>();
    json.put("category", category);
    json.put("suppressions", entries.stream().map(EspCalls::entry).toList());
    return json;
  }

  private static Map<String, Object> entry(Entry entry) {
    var json = new LinkedHashMap<String, Object>();
    json.put("created", entry.createdAt().getEpochSecond());
    json.put("email", entry.email());
    json.put("reason", entry.reason());
    json.put("status", entry.status());
    return json;
  }
}
