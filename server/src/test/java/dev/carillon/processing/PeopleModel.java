package dev.carillon.processing;

import dev.carillon.objects.ObjectName;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import dev.carillon.workspaces.WorkspaceSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What operations mean, one after the other and all at one instant, said as simply as possible: the
 * tables of track §3.2, §3.3, §4.3, §6 and §9 over plain maps.
 */
final class PeopleModel {
  private static final List<IdentifierKind> KINDS =
      List.of(IdentifierKind.ID, IdentifierKind.EMAIL);

  private final WorkspaceSettings settings;
  private final List<Somebody> people = new ArrayList<>();
  private final Map<String, Set<String>> waiting = new TreeMap<>();
  private final Map<String, Map<String, Object>> waitingRelations = new TreeMap<>();
  private final Map<String, Integer> suppressed = new TreeMap<>();

  PeopleModel(WorkspaceSettings settings) {
    this.settings = settings;
  }

  /**
   * Somebody who lives; {@code born} is the number of the call, and who has a lower one is older.
   */
  record Somebody(
      int born,
      Map<String, Object> attributes,
      Set<String> events,
      Set<String> anonymousIds,
      Set<String> devices,
      Set<String> segments,
      Map<String, Object> relations) {
    Somebody(int born) {
      this(
          born,
          new TreeMap<>(),
          new TreeSet<>(),
          new TreeSet<>(),
          new TreeSet<>(),
          new TreeSet<>(),
          new TreeMap<>());
    }

    private Somebody copy() {
      var copy = new Somebody(born);
      copy.take(this);
      return copy;
    }

    /** What somebody else has, where this one has nothing of it. */
    private void take(Somebody other) {
      other.attributes.forEach(attributes::putIfAbsent);
      events.addAll(other.events);
      anonymousIds.addAll(other.anonymousIds);
      devices.addAll(other.devices);
      segments.addAll(other.segments);
      other.relations.forEach(relations::putIfAbsent);
    }

    @Override
    public String toString() {
      return "%s did %s, anonymously %s, on %s, in %s, of %s"
          .formatted(attributes, events, anonymousIds, devices, segments, relations);
    }
  }

  /** Another one that begins as this one is. */
  PeopleModel copy() {
    var copy = new PeopleModel(settings);
    people.forEach(each -> copy.people.add(each.copy()));
    waiting.forEach((id, events) -> copy.waiting.put(id, new TreeSet<>(events)));
    waitingRelations.forEach((id, own) -> copy.waitingRelations.put(id, new TreeMap<>(own)));
    copy.suppressed.putAll(suppressed);
    return copy;
  }

  /** Everything that can be seen from outside. */
  String seen() {
    return seen(people, waiting, waitingRelations, suppressed.keySet());
  }

  static String seen(
      List<Somebody> people,
      Map<String, Set<String>> waiting,
      Map<String, Map<String, Object>> waitingRelations,
      Set<String> suppressed) {
    return "%s%nwaiting %s %s%nsuppressed %s"
        .formatted(
            String.join("\n", people.stream().map(Somebody::toString).sorted().toList()),
            waiting,
            waitingRelations,
            suppressed);
  }

  /** Everything that decides what comes of further calls. */
  String all() {
    return people.stream().map(each -> each.born + " " + each).toList() + seen() + suppressed;
  }

  /**
   * Applies one call.
   *
   * @param number of the call: whom it creates is younger than whom an earlier one creates
   */
  void apply(Operation operation, int number) {
    if (named(operation).anyMatch(each -> suppressed.containsKey(key(each)))
        && !(operation instanceof Operation.Suppress)
        && !(operation instanceof Operation.Unsuppress)) {
      return; // without a trace
    }
    Function<Identifier, Somebody> somebody =
        name -> {
          var known = find(name);
          return known == null ? create(name, number) : known;
        };
    switch (operation) {
      case Operation.Identify call -> identify(call, number);
      case Operation.Event call -> event(call, somebody);
      case Operation.Delete call -> people.remove(find(call.person()));
      case Operation.Suppress call -> {
        var person = find(call.person());
        if (person != null) {
          names(person).forEach(name -> suppressed.putIfAbsent(key(name), number));
        }
        suppressed.putIfAbsent(key(call.person()), number);
        people.remove(person);
      }
      case Operation.Unsuppress call -> {
        var together = suppressed.get(key(call.person()));
        suppressed.values().removeIf(each -> each.equals(together));
      }
      case Operation.Merge call -> {
        var primary = find(call.primary());
        var secondary = find(call.secondary());
        if (primary != null && secondary != null && primary != secondary) {
          merge(primary, secondary);
        } else if (primary != null && secondary == null && call.elseAnonymous()) {
          claim(primary, call.secondary().value());
        }
      }
      case Operation.DeviceUpdate call -> {
        people.forEach(each -> each.devices.remove(call.token()));
        somebody.apply(call.person()).devices.add(call.token());
      }
      case Operation.DeviceRemoval call -> {
        if (find(call.person()) instanceof Somebody person) {
          person.devices.remove(call.token());
        }
      }
      case Operation.Membership call -> {
        var name = String.valueOf(call.segmentId());
        if (call.add()) {
          somebody.apply(call.person()).segments.add(name);
        } else if (find(call.person()) instanceof Somebody person) {
          person.segments.remove(name);
        }
      }
      case Operation.Relate call -> relate(call, somebody);
      case Operation.ObjectDelete call -> {
        people.forEach(each -> each.relations.remove(objectId(call.object())));
        waitingRelations.values().forEach(each -> each.remove(objectId(call.object())));
      }
      default -> throw new IllegalArgumentException("not in the model: " + operation);
    }
    waitingRelations.values().removeIf(Map::isEmpty);
  }

  private void identify(Operation.Identify call, int number) {
    var path = call.person();
    var body = new ArrayList<Identifier>();
    for (var kind : KINDS) {
      var value = call.attributes().get(name(kind));
      if (value != null && !same(new Identifier(kind, (String) value), path)) {
        body.add(new Identifier(kind, (String) value));
      }
    }
    if (settings.autoMerge()) {
      autoMerge(path, body);
    }
    var person = find(path);
    if (person == null) { // an address finds somebody before an id does
      person =
          body.reversed().stream()
              .map(this::find)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null);
      if (person == null && call.updateOnly()) {
        return;
      }
      if (person == null) {
        person = create(path, number);
      } else if (path.kind() == IdentifierKind.ID || !person.attributes.containsKey("email")) {
        person.attributes.put(name(path.kind()), path.value()); // replaces a former id
      }
    }
    for (var each : body) {
      var known = person.attributes.get(name(each.kind()));
      var replaces =
          path.kind() == IdentifierKind.ID
              && each.kind() == IdentifierKind.EMAIL
              && settings.emailUpdatesById();
      if (find(each) == null && (known == null || replaces)) {
        person.attributes.put(name(each.kind()), each.value());
      }
    }
    var anonymousId = (String) call.attributes().get("anonymous_id");
    var owner = owner(anonymousId);
    for (var entry : call.attributes().entrySet()) {
      var name = entry.getKey();
      var known = person.attributes.get(name);
      var value = Objects.requireNonNull(entry.getValue());
      var may =
          switch (name) {
            case "id" -> false;
            case "email" -> ((String) value).equalsIgnoreCase((String) known); // other letters
            case "anonymous_id" -> owner == null || owner == person;
            default -> true;
          };
      if (may) {
        person.attributes.put(name, value);
      }
    }
    if (anonymousId != null) {
      claim(person, anonymousId);
    }
  }

  private void autoMerge(Identifier path, List<Identifier> body) {
    var named = new HashMap<IdentifierKind, @Nullable Somebody>();
    body.forEach(each -> named.put(each.kind(), find(each)));
    named.put(path.kind(), find(path));
    var byId = named.get(IdentifierKind.ID);
    var byEmail = named.get(IdentifierKind.EMAIL);
    if (byId != null
        && byEmail != null
        && byId != byEmail
        && !byId.attributes.containsKey("email")
        && !byEmail.attributes.containsKey("id")) {
      if (byId.born < byEmail.born) {
        merge(byId, byEmail);
      } else {
        merge(byEmail, byId);
      }
    }
  }

  private void event(Operation.Event call, Function<Identifier, Somebody> somebody) {
    var anonymousId = call.anonymousId();
    var owner = owner(anonymousId);
    if (call.person() != null) {
      var person = somebody.apply(call.person());
      if (anonymousId != null && owner == null) {
        claim(person, anonymousId);
      }
      person.events.add(call.name());
    } else if (owner != null && settings.mergeAnonymousEvents()) {
      owner.events.add(call.name());
    } else {
      waiting.computeIfAbsent(String.valueOf(anonymousId), _ -> new TreeSet<>()).add(call.name());
    }
  }

  private void relate(Operation.Relate call, Function<Identifier, Somebody> somebody) {
    var owner = owner(call.anonymousId());
    var person =
        call.person() == null
            ? owner
            : call.add() ? somebody.apply(call.person()) : find(call.person());
    if (call.person() != null && person == null) {
      return;
    }
    var relations =
        person == null
            ? waitingRelations.computeIfAbsent(
                String.valueOf(call.anonymousId()), _ -> new TreeMap<>())
            : person.relations;
    if (call.add()) {
      relations.put(objectId(call.object()), call.attributes());
    } else {
      relations.remove(objectId(call.object()));
    }
  }

  /** What waits goes to whoever claims the id; the id itself stays with who has it. */
  private void claim(Somebody person, String anonymousId) {
    if (owner(anonymousId) == null) {
      person.anonymousIds.add(anonymousId);
    }
    var relations = waitingRelations.remove(anonymousId);
    if (relations != null) {
      person.relations.putAll(relations);
    }
    var events = settings.mergeAnonymousEvents() ? waiting.remove(anonymousId) : null;
    if (events != null) {
      person.events.addAll(events);
    }
  }

  private @Nullable Somebody owner(@Nullable String anonymousId) {
    return people.stream()
        .filter(each -> each.anonymousIds.contains(String.valueOf(anonymousId)))
        .findFirst()
        .orElse(null);
  }

  private void merge(Somebody primary, Somebody secondary) {
    people.remove(secondary);
    primary.take(secondary);
  }

  private Somebody create(Identifier identifier, int number) {
    var person = new Somebody(number);
    person.attributes.put(name(identifier.kind()), identifier.value());
    people.add(person);
    return person;
  }

  private @Nullable Somebody find(Identifier identifier) {
    return people.stream()
        .filter(each -> names(each).stream().anyMatch(name -> same(name, identifier)))
        .findFirst()
        .orElse(null);
  }

  private static List<Identifier> names(Somebody person) {
    var names = new ArrayList<Identifier>();
    for (var kind : KINDS) {
      if (person.attributes.get(name(kind)) instanceof String value) {
        names.add(new Identifier(kind, value));
      }
    }
    return names;
  }

  private static Stream<Identifier> named(Operation operation) {
    var body =
        operation instanceof Operation.Identify call ? call.attributes() : Map.<String, Object>of();
    return Stream.concat(
        operation.people().stream(),
        KINDS.stream()
            .filter(kind -> body.containsKey(name(kind)))
            .map(kind -> new Identifier(kind, String.valueOf(body.get(name(kind))))));
  }

  private static boolean same(Identifier one, Identifier other) {
    return key(one).equals(key(other));
  }

  /** As identifiers are compared, and shown by tests. */
  static String key(Identifier identifier) {
    return identifier.kind() + " " + identifier.key();
  }

  private static String objectId(ObjectName object) {
    return ((ObjectName.OfType) object).objectId();
  }

  private static String name(IdentifierKind kind) {
    return kind == IdentifierKind.ID ? "id" : "email";
  }
}
