package dev.carillon.api.manage;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.SubscriptionCenter;
import dev.carillon.subscriptions.SubscriptionCenter.Header;
import dev.carillon.subscriptions.SubscriptionCenterRepository;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code …/subscription_center}: the head of the page on which people choose. */
final class CenterCalls {
  private static final String RESOURCE = "subscription_center";
  private static final int LONGEST_TITLE = 200;
  private static final int LONGEST_SUBTITLE = 1_000;

  private final Database database;
  private final SubscriptionCenterRepository centers = new SubscriptionCenterRepository();

  CenterCalls(Database database) {
    this.database = database;
  }

  Reply show(Access access, Request request) {
    return shown(database.read(handle -> centers.of(handle, access.workspace())));
  }

  /** Replaces everything; what is absent gets its default. */
  Reply change(Access access, Request request) {
    var json = Bodies.resource(request, RESOURCE);
    var faults = new ArrayList<Fault>();
    var language = json.getOrDefault("default_language", "en");
    if (!(language instanceof String tag && LocalTexts.isTag(tag))) {
      faults.add(new Fault("default_language", "must be a language tag such as en or nl-BE"));
    }
    var header = header(json, "", faults);
    var translations = LocalTexts.read(json, "translations", faults, CenterCalls::translation);
    LocalTexts.refuseOthers(
        json,
        "",
        Set.of("default_language", "title", "subtitle", "translations"),
        Set.of(),
        faults);
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, faults);
    }
    var center = new SubscriptionCenter(String.valueOf(language), header, translations);
    database.inTransaction(handle -> {
      centers.save(handle, access.workspace(), center);
      return center;
    });
    return shown(center);
  }

  private static Header translation(Map<?, ?> json, String path, List<Fault> faults) {
    LocalTexts.refuseOthers(json, path, Set.of("title", "subtitle"), Set.of(), faults);
    return header(json, path, faults);
  }

  private static Header header(Map<?, ?> json, String path, List<Fault> faults) {
    return new Header(
        LocalTexts.text(json, path, "title", 0, LONGEST_TITLE, faults),
        LocalTexts.text(json, path, "subtitle", 0, LONGEST_SUBTITLE, faults));
  }

  private static Reply shown(SubscriptionCenter center) {
    var json = new LinkedHashMap<String, Object>();
    json.put("default_language", center.defaultLanguage());
    json.putAll(toMap(center.header()));
    var translations = new LinkedHashMap<String, Object>();
    center.translations().forEach((tag, header) -> translations.put(tag, toMap(header)));
    json.put("translations", translations);
    return Reply.json(200, Map.of(RESOURCE, json));
  }

  private static Map<String, Object> toMap(Header header) {
    var json = new LinkedHashMap<String, Object>();
    json.put("title", header.title());
    json.put("subtitle", header.subtitle());
    return json;
  }
}
