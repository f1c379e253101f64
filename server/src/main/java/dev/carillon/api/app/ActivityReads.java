package dev.carillon.api.app;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.objects.ObjectQueries;
import dev.carillon.people.CioId;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.people.PersonLookup;
import dev.carillon.reporting.Activity;
import dev.carillon.reporting.ActivityFilter;
import dev.carillon.reporting.ActivityPage;
import dev.carillon.reporting.ActivityPlace;
import dev.carillon.reporting.ActivityQueries;
import dev.carillon.reporting.ActivityType;
import dev.carillon.reporting.WorkspaceActivities;
import dev.carillon.workspaces.Access;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code /v1/activities} and {@code /v1/customers/{id}/activities} (app-data §2.8). */
final class ActivityReads {
  private static final int USUAL = 10;

  private final PeopleReads peopleReads;
  private final PersonLookup lookup;
  private final PeopleQueries people;
  private final ObjectQueries objects;
  private final ActivityQueries ofPeople;
  private final WorkspaceActivities ofWorkspaces;
  private final ActivityJson json;

  ActivityReads(
      PeopleReads peopleReads,
      PeopleQueries people,
      ObjectQueries objects,
      ActivityQueries ofPeople,
      WorkspaceActivities ofWorkspaces,
      ActivityJson json) {
    this.peopleReads = peopleReads;
    this.lookup = new PersonLookup(people);
    this.people = people;
    this.objects = objects;
    this.ofPeople = ofPeople;
    this.ofWorkspaces = ofWorkspaces;
    this.json = json;
  }

  Reply ofPerson(Access access, Request request) {
    var found = peopleReads.find(access, request);
    var list = PageCursor.ACTIVITIES.asked(access.workspace(), found.personId(), said(request));
    var filter = filter(request, list, false);
    var page = ofPeople.ofPerson(access.workspace(), found.personId(), filter);
    var names = found.names();
    var called = new ActivityJson.Called(Map.of(names.personId(), names), objects(access, page));
    return Reply.json(200, json.page(page, list, called));
  }

  private static String said(Request request) {
    return Parameters.said(request, "type", "name", "deleted");
  }

  Reply all(Access access, Request request) {
    var deleted = Parameters.flag(request, "deleted");
    var named = Parameters.text(request, "customer_id");
    var personId =
        named == null
            ? OptionalLong.empty()
            : personId(access, named, Parameters.text(request, "id_type"), deleted);
    var list =
        named == null
            ? PageCursor.WORKSPACE_ACTIVITIES.asked(access.workspace(), said(request))
            : PageCursor.ACTIVITIES.asked(access.workspace(), personId.orElse(0), said(request));
    var filter = filter(request, list, deleted);
    ActivityPage page;
    if (named == null) {
      page = ofWorkspaces.page(access.workspace(), filter);
    } else if (personId.isEmpty()) {
      page = new ActivityPage(List.of(), null);
    } else {
      page = ofPeople.ofPerson(access.workspace(), personId.getAsLong(), filter);
    }
    var called = new ActivityJson.Called(names(access, page), objects(access, page));
    return Reply.json(200, json.page(page, list, called));
  }

  /**
   * Whom the query names; empty for nobody. Somebody deleted is known by the {@code cio_id} alone.
   *
   * @throws dev.carillon.http.ProblemException 400 for a kind of identifier that is unknown or not
   *     in use
   */
  private OptionalLong personId(
      Access access, String name, @Nullable String idType, boolean deleted) {
    return switch (lookup.find(access, name, idType)) {
      case PersonLookup.Found.Somebody(var found) -> OptionalLong.of(found.personId());
      case PersonLookup.Found.Nobody() ->
          deleted && (idType == null ? name.startsWith("cio_") : idType.equals("cio_id"))
              ? CioId.personId(name)
              : OptionalLong.empty();
      case PersonLookup.Found.Refused(var reason) -> throw Parameters.wrong(reason);
    };
  }

  private Map<Long, Names> names(Access access, ActivityPage page) {
    var concerned =
        page.activities().stream().map(each -> each.origin().personId()).distinct().toList();
    return people.names(access.workspace(), concerned);
  }

  private Map<Long, String> objects(Access access, ActivityPage page) {
    var concerned = new TreeSet<Long>();
    for (var each : page.activities()) {
      if (each instanceof Activity.Logged logged && logged.objectKey() != 0) {
        concerned.add(logged.objectKey());
      }
    }
    return objects.ids(access.workspace(), concerned);
  }

  private static ActivityFilter filter(Request request, PageCursor.Asked list, boolean deleted) {
    return new ActivityFilter(
        type(request),
        Parameters.text(request, "name"),
        deleted,
        place(request, list),
        Parameters.limit(request, USUAL, ActivityFilter.LONGEST_PAGE));
  }

  private static @Nullable ActivityType type(Request request) {
    var type = Parameters.text(request, "type");
    return type == null
        ? null
        : ActivityType.parse(type)
            .orElseThrow(() -> Parameters.wrong("type is not a type of activity"));
  }

  private static @Nullable ActivityPlace place(Request request, PageCursor.Asked list) {
    var place = list.start(request);
    return place == null
        ? null
        : new ActivityPlace(
            PageCursor.instant(place[0]),
            Math.clamp(place[1], 0, 9),
            place[2],
            Math.clamp(place[3], 0, Short.MAX_VALUE));
  }
}
