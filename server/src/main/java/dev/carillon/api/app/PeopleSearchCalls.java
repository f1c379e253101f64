package dev.carillon.api.app;

import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.search.PeopleSearch;
import dev.carillon.people.search.PeopleSearch.Found;
import dev.carillon.people.search.SearchFilter;
import dev.carillon.people.search.SearchUnavailable;
import dev.carillon.workspaces.Access;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /v1/customers}: people who fulfil a filter (app-data §2.3). */
final class PeopleSearchCalls {
  private static final Logger LOG = LoggerFactory.getLogger(PeopleSearchCalls.class);

  private final PeopleSearch search;

  PeopleSearchCalls(PeopleSearch search) {
    this.search = search;
  }

  Reply search(Access access, Request request) {
    var filter = SearchBody.filter(request);
    var limit = Parameters.limit(request, 50, 1_000);
    var list = PageCursor.PEOPLE.asked(access.workspace(), filter);
    var start = list.start(request);
    var found = search(search, access, filter, start == null ? 0 : start[0], limit);
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("identifiers", found.people().stream().map(CustomerJson::identifiers).toList());
    json.put(
        "ids",
        found.people().stream().map(each -> Objects.requireNonNullElse(each.id(), "")).toList());
    json.put("results", found.people().stream().map(PeopleSearchCalls::result).toList());
    json.put("next", found.more() ? list.text(found.after()) : "");
    return Reply.json(200, json);
  }

  /**
   * As {@link PeopleSearch#search}.
   *
   * @throws dev.carillon.http.ProblemException 503 when the database is too slow
   */
  static Found search(
      PeopleSearch search, Access access, SearchFilter filter, long after, int limit) {
    try {
      return search.search(access, filter, after, limit);
    } catch (SearchUnavailable failure) {
      LOG.warn("call refused: {}", failure.getMessage());
      throw new Problem.Unavailable("service unavailable", 1).thrown();
    }
  }

  /**
   * The identifiers, once more as attributes: what scripts read, without the rest of the profile.
   */
  private static Map<String, @Nullable Object> result(Names names) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", Objects.requireNonNullElse(names.id(), ""));
    json.put("email", names.email());
    json.put("cio_id", names.cioId());
    var attributes = new LinkedHashMap<String, @Nullable Object>();
    if (names.id() != null) {
      attributes.put("id", names.id());
    }
    if (names.email() != null) {
      attributes.put("email", names.email());
    }
    attributes.put("cio_id", names.cioId());
    json.put("attributes", attributes);
    return json;
  }
}
