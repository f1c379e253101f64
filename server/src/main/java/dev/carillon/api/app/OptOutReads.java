package dev.carillon.api.app;

import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.people.PeopleQueries;
import dev.carillon.people.PeopleQueries.Names;
import dev.carillon.store.Database;
import dev.carillon.subscriptions.OptOut;
import dev.carillon.subscriptions.OptOutRepository;
import dev.carillon.workspaces.Access;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who opted out of which senders: of one person and of the workspace (app-data §2.11, §7). */
final class OptOutReads {
  private final Database database;
  private final PeopleReads reads;
  private final PeopleQueries people;
  private final OptOutRepository optOuts = new OptOutRepository();

  OptOutReads(Database database, PeopleReads reads, PeopleQueries people) {
    this.database = database;
    this.reads = reads;
    this.people = people;
  }

  Reply ofPerson(Access access, Request request) {
    var person = reads.find(access, request).personId();
    var all =
        database
            .read(handle -> optOuts.of(handle, access.workspace(), List.of(person)))
            .getOrDefault(person, List.of());
    return Reply.json(200, Map.of("optouts", all.stream().map(OptOutReads::json).toList()));
  }

  Reply ofWorkspace(Access access, Request request) {
    var from = Parameters.text(request, "from");
    var list =
        PageCursor.OPT_OUTS.asked(access.workspace(), from == null ? "" : OptOut.comparable(from));
    var start = list.start(request);
    var limit = Parameters.limit(request, 100, 1_000);
    var found =
        new ArrayList<>(
            database
                .read(handle ->
                    optOuts.page(
                        handle, access.workspace(), from, start == null ? 0 : start[0], limit + 1))
                .entrySet());
    var page = found.subList(0, Math.min(limit, found.size()));
    var names = people.names(access.workspace(), page.stream().map(Map.Entry::getKey).toList());
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put(
        "optouts",
        page.stream()
            .filter(each -> names.containsKey(each.getKey())) // not deleted a moment ago
            .map(each -> json(Objects.requireNonNull(names.get(each.getKey())), each.getValue()))
            .toList());
    json.put("next", found.size() > limit ? list.text(page.getLast().getKey()) : "");
    return Reply.json(200, json);
  }

  private static Map<String, @Nullable Object> json(Names names, List<OptOut> optOuts) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("customer_id", names.id() == null ? "" : names.id());
    json.put("cio_id", names.cioId());
    json.put("optouts", optOuts.stream().map(OptOutReads::json).toList());
    return json;
  }

  private static Map<String, Object> json(OptOut optOut) {
    var json = new LinkedHashMap<String, Object>();
    json.put("channel", optOut.channel().wire());
    json.put("from", optOut.from());
    return json;
  }
}
