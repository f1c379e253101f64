package dev.carillon.api.manage;

import dev.carillon.delivery.domains.DnsRecords;
import dev.carillon.delivery.domains.DomainCheck;
import dev.carillon.delivery.domains.Rsa;
import dev.carillon.delivery.domains.SendingDomain;
import dev.carillon.delivery.domains.SendingDomains;
import dev.carillon.http.Problem;
import dev.carillon.http.Reply;
import dev.carillon.http.Request;
import dev.carillon.segments.Fault;
import dev.carillon.store.Database;
import dev.carillon.workspaces.Access;
import java.net.IDN;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code …/domains}: domains that mails are signed for (events-out §B.3, domains). */
final class DomainCalls {
  private static final String RESOURCE = "domain";
  private static final Set<String> BODY = Set.of(RESOURCE, "auto_tls");
  private static final int LONGEST = 253;
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,10}[a-z][a-z0-9-]{0,61}[a-z0-9]");

  private final Database database;
  private final SendingDomains domains;
  private final DnsRecords dns;

  DomainCalls(Database database, SendingDomains domains, DnsRecords dns) {
    this.database = database;
    this.domains = domains;
    this.dns = dns;
  }

  Reply list(Access access, Request request) {
    var pages = Pages.of(request);
    var all = database.read(handle -> domains.list(handle, access.workspace()));
    return Reply.json(200, pages.answer("domains", all, DomainCalls::toMap));
  }

  Reply one(Access access, Request request) {
    return Reply.json(200, Map.of(RESOURCE, toMap(found(access, request))));
  }

  Reply create(Access access, Request request) {
    var name = name(request);
    var key = Rsa.newKey();
    var added =
        database.inTransaction(handle -> domains.add(handle, access.workspace(), name, key));
    return switch (added) {
      case SendingDomains.Added.Saved(var domain) ->
          Reply.json(200, Map.of(RESOURCE, toMap(domain)));
      case SendingDomains.Added.Known() ->
          throw new Problem.Conflict("this workspace has the domain already").thrown();
      case SendingDomains.Added.Full() ->
          throw new Problem.Conflict(
                  "a workspace has at most %d domains".formatted(SendingDomains.MOST))
              .thrown();
    };
  }

  Reply delete(Access access, Request request) {
    var id = PathIds.id(request, RESOURCE);
    if (!database.inTransaction(handle -> domains.delete(handle, access.workspace(), id))) {
      throw unknown();
    }
    return Reply.empty(204);
  }

  /** Looks into the DNS, and notes what it found. */
  Reply verify(Access access, Request request) {
    var domain = found(access, request);
    try {
      var check = DomainCheck.of(domain, dns);
      database.inTransaction(
          handle -> domains.verified(handle, access.workspace(), domain.id(), check.dkim()));
      var json = toMap(domain);
      json.put("verified", check.dkim());
      json.put("verified_domain", check.dkim());
      json.put("verified_dkim", check.dkim());
      json.put("verified_spf", check.spf());
      json.put("verified_dmarc", check.dmarc());
      return Reply.json(
          200, Map.of(RESOURCE, json, "errors", check.errors(), "warnings", check.warnings()));
    } catch (DnsRecords.Unanswered failure) {
      throw new Problem.Unavailable(String.valueOf(failure.getMessage()), 5).thrown();
    }
  }

  private SendingDomain found(Access access, Request request) {
    var id = PathIds.id(request, RESOURCE);
    return database
        .read(handle -> domains.find(handle, access.workspace(), id))
        .orElseThrow(DomainCalls::unknown);
  }

  private static String name(Request request) {
    var body = Bodies.object(request);
    var faults = new ArrayList<Fault>();
    body.keySet().stream()
        .filter(key -> !BODY.contains(key))
        .forEach(key -> faults.add(new Fault(key, "is not known here")));
    var name = "";
    if (!(body.get(RESOURCE) instanceof Map<?, ?> resource)) {
      throw new Problem.BadRequest(
              "the body must be an object that wraps the domain: {\"domain\": {\"domain\": \"example.com\"}}")
          .thrown();
    }
    if (resource.get(RESOURCE) instanceof String text) {
      name = ascii(text);
    }
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      faults.add(new Fault(RESOURCE, "must be a domain name such as example.com"));
    }
    if (!faults.isEmpty()) {
      throw Bodies.invalid(RESOURCE, List.copyOf(faults));
    }
    return name;
  }

  /** The form of the DNS; empty for a text that has none. */
  private static String ascii(String text) {
    try {
      return text.length() > LONGEST ? "" : IDN.toASCII(text.strip()).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }

  private static RuntimeException unknown() {
    return new Problem.NotFound("domain not found").thrown();
  }

  private static Map<String, Object> toMap(SendingDomain domain) {
    var json = new LinkedHashMap<String, Object>();
    json.put("id", domain.id());
    json.put("domain", domain.name());
    json.put("verified", domain.verifiedAt() != null);
    json.put(
        "dns_records",
        List.of(
            Map.of(
                "flow",
                "domain_auth",
                "type",
                "TXT",
                "name",
                domain.recordName(),
                "value",
                domain.recordValue())));
    json.put("created_at", domain.createdAt().getEpochSecond());
    return json;
  }
}
