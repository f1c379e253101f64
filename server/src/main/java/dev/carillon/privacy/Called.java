package dev.carillon.privacy;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.CioId;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A person with all names by which something of it can be found that is not stored by key.
 *
 * @param identifiers with the {@code cio_id}
 * @param askedAt what came under an anonymous id later is not the person's any more; {@link
 *     Instant#MAX}: whatever there is
 */
public record Called(
    long personId,
    WorkspaceId workspace,
    Set<Identifier> identifiers,
    Set<String> anonymousIds,
    Instant askedAt) {

  /** Copies the sets and adds the {@code cio_id}. */
  public Called {
    var all = new LinkedHashSet<>(identifiers);
    all.add(Identifier.cioId(CioId.of(personId)));
    identifiers = Collections.unmodifiableSet(all);
    anonymousIds = Set.copyOf(anonymousIds);
  }

  /** The same person with these anonymous ids. */
  public Called with(Set<String> anonymous) {
    return new Called(personId, workspace, identifiers, anonymous, askedAt);
  }

  /** The same person with the names of both. */
  Called and(Called other) {
    var names = new LinkedHashSet<>(identifiers);
    names.addAll(other.identifiers);
    var anonymous = new LinkedHashSet<>(anonymousIds);
    anonymous.addAll(other.anonymousIds);
    var last = askedAt.isAfter(other.askedAt) ? askedAt : other.askedAt;
    return new Called(personId, workspace, names, anonymous, last);
  }

  /** What a person's attributes and a call name the person. */
  public static Set<Identifier> identifiers(Map<String, ?> attributes) {
    var identifiers = new LinkedHashSet<Identifier>();
    if (attributes.get("id") instanceof String id && !id.isEmpty()) {
      identifiers.add(Identifier.id(id));
    }
    if (attributes.get("email") instanceof String email && !email.isEmpty()) {
      identifiers.add(Identifier.email(email));
    }
    return identifiers;
  }

  /** The names as stored while the erasure lasts. */
  String json() {
    var json = new LinkedHashMap<String, Object>();
    json.put(
        "identifiers",
        identifiers.stream().map(each -> List.of(word(each.kind()), each.key())).toList());
    json.put("anonymous_ids", List.copyOf(anonymousIds));
    return AttributesJson.print(json);
  }

  /** Reads what {@link #json} wrote. */
  static Called parse(long personId, WorkspaceId workspace, String json, Instant askedAt) {
    var stored = AttributesJson.parse(json);
    var identifiers = new LinkedHashSet<Identifier>();
    if (stored.get("identifiers") instanceof List<?> list) {
      for (var each : list) {
        if (each instanceof List<?> pair) {
          identifiers.add(new Identifier(kind((String) pair.getFirst()), (String) pair.getLast()));
        }
      }
    }
    var anonymous = new LinkedHashSet<String>();
    if (stored.get("anonymous_ids") instanceof List<?> list) {
      list.forEach(each -> anonymous.add((String) each));
    }
    return new Called(personId, workspace, identifiers, anonymous, askedAt);
  }

  /** One name, as SQL gets it. */
  record Name(long personId, int workspace, String kind, String value, Instant askedAt) {}

  /** All names. */
  List<Name> names() {
    var names = new ArrayList<Name>();
    for (var each : identifiers) {
      names.add(new Name(personId, workspace.value(), word(each.kind()), each.key(), askedAt));
    }
    for (var each : anonymousIds) {
      names.add(new Name(personId, workspace.value(), "anonymous_id", each, askedAt));
    }
    return names;
  }

  /** The word for a kind in requests and answers. */
  static String word(IdentifierKind kind) {
    return switch (kind) {
      case ID -> "id";
      case EMAIL -> "email";
      case PHONE -> "phone";
      case CIO_ID -> "cio_id";
    };
  }

  private static IdentifierKind kind(String word) {
    return switch (word) {
      case "id" -> IdentifierKind.ID;
      case "email" -> IdentifierKind.EMAIL;
      case "phone" -> IdentifierKind.PHONE;
      case "cio_id" -> IdentifierKind.CIO_ID;
      default -> throw new IllegalStateException("no kind of identifier is called " + word);
    };
  }
}
