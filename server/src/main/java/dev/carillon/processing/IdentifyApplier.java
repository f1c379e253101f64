package dev.carillon.processing;

import dev.carillon.events.AnonymousRepository;
import dev.carillon.people.EmailAddress;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.people.Profile;
import dev.carillon.processing.BatchActivity.Entry;
import dev.carillon.processing.Operation.Identify;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies an identify call: finds or creates the person by the tables of track §3.2 and §3.3,
 * changes identifiers where that is allowed, writes attributes, and notes what changed or could
 * not. Tells beforehand when two people have to become one first.
 */
final class IdentifyApplier {
  private static final Comparator<PersonState> OLDEST =
      Comparator.comparing(PersonState::createdAt).thenComparingLong(PersonState::personId);

  private final BatchPeople people;
  private final BatchAnonymous anonymous;
  private final BatchActivity activity;
  private final RuleBook ruleBook;
  private final BatchNews news;

  IdentifyApplier(
      BatchPeople people,
      BatchAnonymous anonymous,
      BatchActivity activity,
      RuleBook ruleBook,
      BatchNews news) {
    this.people = people;
    this.anonymous = anonymous;
    this.activity = activity;
    this.ruleBook = ruleBook;
    this.news = news;
  }

  /**
   * What the call did.
   *
   * @param person null when there is nobody it could apply to
   * @param changed names of attributes that have another value now
   */
  record Applied(@Nullable PersonState person, Set<String> changed) {
    private static final Applied NOTHING = new Applied(null, Set.of());
  }

  /**
   * The identifiers a call's body names beside the one in its path; none that only repeats the path
   * (Ruby repeats {@code id}).
   */
  static List<Identifier> inBody(Identify call, WorkspaceSettings settings) {
    var identifiers = new ArrayList<Identifier>(2);
    if (call.attributes().get("id") instanceof String id
        && !id.isEmpty()
        && !id.equals(call.person().value())) {
      identifiers.add(Identifier.id(id));
    }
    if (settings.emailIdentifies()
        && call.attributes().get("email") instanceof String email
        && EmailAddress.isWellFormed(email)) {
      var identifier = Identifier.email(email);
      if (call.person().kind() != IdentifierKind.EMAIL
          || !identifier.key().equals(call.person().key())) {
        identifiers.add(identifier);
      }
    }
    return identifiers;
  }

  /** The anonymous id a call claims for its person; null for none. */
  static @Nullable String claimed(Identify call) {
    return call.attributes().get("anonymous_id") instanceof String id && !id.isEmpty() ? id : null;
  }

  /** Two people who are one. */
  record Same(PersonState primary, PersonState secondary) {}

  /**
   * Whom the call makes one (P-20, track §3.2): its id names somebody without an e-mail address,
   * its address somebody else without an id. The older one is the primary. Null: nobody. To be
   * asked before the call changes anything.
   */
  @Nullable Same same(Identify call) {
    if (!ruleBook.settings(call.workspace()).autoMerge()) {
      return null;
    }
    var byId = named(call, IdentifierKind.ID);
    var byEmail = named(call, IdentifierKind.EMAIL);
    if (byId == null
        || byEmail == null
        || byId == byEmail
        || byId.profile().attribute("email") != null
        || byEmail.profile().attribute("id") != null) {
      return null;
    }
    var path = people.find(call.workspace(), call.person());
    if (path != byId && path != byEmail) {
      return null;
    }
    return OLDEST.compare(byId, byEmail) <= 0 ? new Same(byId, byEmail) : new Same(byEmail, byId);
  }

  /** Whom the call names by an identifier of this kind, in its path or else in its body. */
  private @Nullable PersonState named(Identify call, IdentifierKind kind) {
    if (call.person().kind() == kind) {
      return people.find(call.workspace(), call.person());
    }
    for (var identifier : inBody(call, ruleBook.settings(call.workspace()))) {
      if (identifier.kind() == kind) {
        return people.find(call.workspace(), identifier);
      }
    }
    return null;
  }

  /** Applies the call to the batch's people. */
  Applied apply(Identify call, Entry entry) {
    var writtenAt =
        call.writtenAtMillis() == 0 ? entry.receivedAt().toEpochMilli() : call.writtenAtMillis();
    var path = call.person();
    var settings = ruleBook.settings(call.workspace());
    var body = inBody(call, settings);
    var changes = new LinkedHashMap<String, Object>();
    var person = people.find(call.workspace(), path);
    var isNew = false;
    if (person == null) {
      if (path.kind() == IdentifierKind.CIO_ID) {
        return Applied.NOTHING; // unknown or dead: dropped (track §3.2, P-5)
      }
      person = holder(call.workspace(), body);
      if (person != null || !call.updateOnly()) {
        people.relyOnNobody(call.workspace(), path);
        body.forEach(each -> people.relyOnNobody(call.workspace(), each));
      }
      if (person == null) {
        if (call.updateOnly()) {
          activity.failed(
              entry,
              null,
              call.attributes(),
              path.key() + " names nobody and _update forbids creating");
          return Applied.NOTHING;
        }
        person = people.create(call.workspace(), entry.op(), entry.receivedAt());
        isNew = true;
        people.name(person, path, writtenAt);
        changes.put(attributeOf(path), change(null, path.value()));
      } else {
        adopt(person, path, writtenAt, changes, entry);
      }
    }
    for (var identifier : body) {
      identifier(person, path, identifier, writtenAt, changes, entry);
    }
    if (settings.emailIdentifies()) {
      spelling(person, call, writtenAt, changes);
      if (call.attributes().get("email") instanceof String email
          && !email.isEmpty()
          && !EmailAddress.isWellFormed(email)) {
        activity.failed(entry, person, Map.of("email", email), "it is no e-mail address");
      }
    }
    var choices = news.before(person);
    attributes(person, call, writtenAt, changes, entry);
    news.after(person, choices, entry.receivedAt());
    if (!isNew) {
      activity.note(
          entry, person, changes.isEmpty() ? "skipped_update" : "attribute_change", changes);
    }
    return new Applied(person, new LinkedHashSet<>(changes.keySet()));
  }

  private @Nullable PersonState holder(WorkspaceId workspace, List<Identifier> identifiers) {
    for (var identifier :
        identifiers.reversed()) { // e-mail first: "new id and known e-mail updates that one person"
      var holder = people.find(workspace, identifier);
      if (holder != null) {
        return holder;
      }
    }
    return null;
  }

  /**
   * Path unknown, body known: the body's person also gets the path's identifier; a former id is
   * replaced, a former e-mail is not (track §3.3).
   */
  private void adopt(
      PersonState person,
      Identifier path,
      long writtenAt,
      Map<String, Object> changes,
      Entry entry) {
    var name = attributeOf(path);
    var former = person.profile().attribute(name);
    if (former != null && path.kind() == IdentifierKind.EMAIL) {
      refuse(person, path, "an e-mail address changes only through the cio_id", entry);
      return;
    }
    if (person.profile().hasLater(name, writtenAt)) {
      return;
    }
    people.name(person, path, writtenAt);
    changes.put(name, change(former, path.value()));
  }

  private void identifier(
      PersonState person,
      Identifier path,
      Identifier wanted,
      long writtenAt,
      Map<String, Object> changes,
      Entry entry) {
    var name = attributeOf(wanted);
    var former = person.profile().attribute(name);
    var holder = people.find(person.workspace(), wanted);
    if (holder == person || person.profile().hasLater(name, writtenAt)) {
      return;
    }
    if (holder != null) {
      refuse(person, wanted, "it belongs to another person", entry);
    } else if (former != null && !mayReplace(person, path, wanted)) {
      refuse(person, wanted, "once set it changes only through the cio_id", entry);
    } else {
      people.name(person, wanted, writtenAt);
      changes.put(name, change(former, wanted.value()));
    }
  }

  /**
   * Track §3.3: through the cio_id; an address also through the id where the workspace allows it.
   */
  private boolean mayReplace(PersonState person, Identifier path, Identifier wanted) {
    return path.kind() == IdentifierKind.CIO_ID
        || (path.kind() == IdentifierKind.ID
            && wanted.kind() == IdentifierKind.EMAIL
            && ruleBook.settings(person.workspace()).emailUpdatesById());
  }

  /**
   * The same address in other letters: shown as last written (P-3). Empty clears it, through the
   * cio_id only (track §3.5).
   */
  private void spelling(
      PersonState person, Identify call, long writtenAt, Map<String, Object> changes) {
    if (!call.attributes().containsKey("email")) {
      return;
    }
    var former = person.profile().attribute("email");
    var given = call.attributes().get("email");
    if (given instanceof String email && !email.isEmpty()) {
      if (former instanceof String known
          && !known.equals(email)
          && Identifier.email(known).key().equals(Identifier.email(email).key())) {
        if (person.profile().write("email", email, writtenAt) instanceof Profile.Outcome.Changed) {
          changes.put("email", change(known, email));
        }
      }
    } else if (former != null
        && call.person().kind() == IdentifierKind.CIO_ID
        && !person.profile().hasLater("email", writtenAt)) {
      people.unname(person, IdentifierKind.EMAIL, writtenAt);
      changes.put("email", change(former, null));
    }
  }

  private void attributes(
      PersonState person, Identify call, long writtenAt, Map<String, Object> changes, Entry entry) {
    var refused = new LinkedHashMap<String, @Nullable Object>();
    var computed = new LinkedHashMap<String, @Nullable Object>();
    var rules = ruleBook.of(call.workspace());
    var notTheirs = foreignAnonymousId(person, call);
    call.attributes()
        .forEach((name, value) -> {
          if (identifies(person, name) || (notTheirs && name.equals("anonymous_id"))) {
            return;
          }
          if (!rules.computed().isEmpty() && rules.computes(Profile.topLevel(name))) {
            computed.put(name, value);
            return;
          }
          switch (person.profile().write(name, value, writtenAt)) {
            case Profile.Outcome.Changed(var from, var to) ->
                changes.put(Profile.topLevel(name), change(from, to));
            case Profile.Outcome.Unchanged() -> {
              if (call.writtenAtMillis()
                  != 0) { // without it calls that change nothing would cost an update
                person.profile().confirm(name, writtenAt);
              }
            }
            case Profile.Outcome.TooMany() -> refused.put(name, value);
          }
        });
    if (notTheirs) {
      activity.failed(
          entry,
          person,
          Map.of("anonymous_id", String.valueOf(claimed(call))),
          "it belongs to another person");
    }
    if (!computed.isEmpty()) {
      activity.failed(entry, person, computed, "it is computed from events");
    }
    if (!refused.isEmpty()) {
      activity.failed(
          entry, person, refused, "a person has at most " + Profile.ATTRIBUTES + " attributes");
    }
  }

  private boolean foreignAnonymousId(PersonState person, Identify call) {
    var anonymousId = claimed(call);
    return anonymousId != null
        && anonymous.heldByAnother(
            new AnonymousRepository.Key(call.workspace(), anonymousId), person);
  }

  private boolean identifies(PersonState person, String attribute) {
    return switch (attribute) {
      case "id" -> true;
      case "email" -> people.identifies(person.workspace(), IdentifierKind.EMAIL);
      default -> false;
    };
  }

  private void refuse(PersonState person, Identifier wanted, String reason, Entry entry) {
    activity.failed(entry, person, Map.of(attributeOf(wanted), wanted.value()), reason);
  }

  /** The attribute that shows an identifier. */
  static String attributeOf(Identifier identifier) {
    return identifier.kind() == IdentifierKind.EMAIL ? "email" : "id";
  }

  /** As the activity log shows it (P-53): from "" when it is new. */
  static Map<String, Object> change(@Nullable Object from, @Nullable Object to) {
    var change = new LinkedHashMap<String, Object>();
    change.put("from", from == null ? "" : from);
    change.put("to", to == null ? "" : to);
    return change;
  }
}
