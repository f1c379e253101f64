package dev.carillon.processing;

import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What operations mean, one after the other and all at one instant, said as simply as possible: the
 * tables of track §3.2, §3.3, §4.3 and §9 over plain maps.
 */
final class PeopleModel {
  /** Somebody who lives. */
  static final class Somebody {
    final int born;
    final Map<String, Object> attributes = new TreeMap<>();
    final List<String> events = new ArrayList<>();

    private Somebody(int born) {
      this.born = born;
    }

    @Override
    public String toString() {
      return attributes + " " + events.stream().sorted().toList();
    }
  }

  final Set<Somebody> people = new HashSet<>();
  final Map<String, List<String>> waiting = new TreeMap<>();
  final Map<Identifier, Integer> suppressed = new HashMap<>();
  private final Map<String, Somebody> owners = new HashMap<>();
  private int number;

  void apply(Operation operation) {
    number++;
    switch (operation) {
      case Operation.Identify call -> identify(call);
      case Operation.Event event -> event(event);
      case Operation.Delete call -> remove(find(call.person()));
      case Operation.Suppress call -> {
        var person = find(call.person());
        if (person != null) {
          names(person).forEach(name -> suppressed.putIfAbsent(name, number));
        }
        suppressed.putIfAbsent(call.person(), number);
        remove(person);
      }
      case Operation.Unsuppress call -> {
        var group = suppressed.get(call.person());
        suppressed.values().removeIf(each -> each.equals(group));
      }
      case Operation.Merge call -> {
        var primary = find(call.primary());
        var secondary = find(call.secondary());
        if (primary != null && secondary != null && primary != secondary) {
          merge(primary, secondary);
        } else if (primary != null
            && secondary == null
            && call.elseAnonymous()
            && !suppressed.containsKey(call.secondary())) {
          claim(primary, call.secondary().value());
        }
      }
      default -> throw new IllegalArgumentException("not in the model: " + operation);
    }
  }

  private void identify(Operation.Identify call) {
    var path = call.person();
    var body = new ArrayList<Identifier>();
    for (var kind : List.of(IdentifierKind.ID, IdentifierKind.EMAIL)) {
      if (call.attributes().get(name(kind)) instanceof String value
          && !value.equals(path.value())) {
        body.add(new Identifier(kind, value));
      }
    }
    if (suppressed.containsKey(path) || body.stream().anyMatch(suppressed::containsKey)) {
      return;
    }
    autoMerge(path, body);
    var person = find(path);
    if (person == null) {
      person =
          body.reversed().stream()
              .map(this::find)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null);
      if (person == null) {
        person = create(path);
      } else if (path.kind() == IdentifierKind.ID || !person.attributes.containsKey("email")) {
        person.attributes.put(name(path.kind()), path.value()); // replaces a former id
      }
    }
    for (var each : body) {
      if (find(each) == null && !person.attributes.containsKey(name(each.kind()))) {
        person.attributes.put(name(each.kind()), each.value());
      }
    }
    var anonymousId = call.attributes().get("anonymous_id");
    for (var entry : call.attributes().entrySet()) {
      var name = entry.getKey();
      var foreign = name.equals("anonymous_id") && isForeign(person, String.valueOf(anonymousId));
      if (!name.equals("id") && !name.equals("email") && !foreign) {
        person.attributes.put(name, Objects.requireNonNull(entry.getValue()));
      }
    }
    if (anonymousId != null) {
      claim(person, String.valueOf(anonymousId));
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
      var oldest = Comparator.<Somebody>comparingInt(each -> each.born);
      if (oldest.compare(byId, byEmail) < 0) {
        merge(byId, byEmail);
      } else {
        merge(byEmail, byId);
      }
    }
  }

  private void event(Operation.Event event) {
    var identifier = event.person();
    var anonymousId = event.anonymousId() == null ? "" : event.anonymousId();
    if (identifier == null) {
      var owner = owners.get(anonymousId);
      if (owner == null) {
        waiting.computeIfAbsent(anonymousId, _ -> new ArrayList<>()).add(event.name());
      } else {
        owner.events.add(event.name());
      }
    } else if (!suppressed.containsKey(identifier)) {
      var found = find(identifier);
      var person = found == null ? create(identifier) : found;
      if (!anonymousId.isEmpty() && !owners.containsKey(anonymousId)) {
        claim(person, anonymousId);
      }
      person.events.add(event.name());
    }
  }

  private void claim(Somebody person, String anonymousId) {
    owners.putIfAbsent(anonymousId, person);
    var events = waiting.remove(anonymousId);
    if (events != null) {
      person.events.addAll(events);
    }
  }

  private boolean isForeign(Somebody person, String anonymousId) {
    var owner = owners.get(anonymousId);
    return owner != null && owner != person;
  }

  private void merge(Somebody primary, Somebody secondary) {
    secondary.attributes.forEach(primary.attributes::putIfAbsent);
    primary.events.addAll(secondary.events);
    owners.replaceAll((_, owner) -> owner == secondary ? primary : owner);
    people.remove(secondary);
  }

  private Somebody create(Identifier identifier) {
    var person = new Somebody(number);
    person.attributes.put(name(identifier.kind()), identifier.value());
    people.add(person);
    return person;
  }

  private void remove(@Nullable Somebody person) {
    if (person != null) {
      people.remove(person);
      owners.values().removeIf(owner -> owner == person);
    }
  }

  private @Nullable Somebody find(Identifier identifier) {
    return people.stream()
        .filter(each -> identifier.value().equals(each.attributes.get(name(identifier.kind()))))
        .findFirst()
        .orElse(null);
  }

  private static List<Identifier> names(Somebody person) {
    var names = new ArrayList<Identifier>();
    for (var kind : List.of(IdentifierKind.ID, IdentifierKind.EMAIL)) {
      if (person.attributes.get(name(kind)) instanceof String value) {
        names.add(new Identifier(kind, value));
      }
    }
    return names;
  }

  private static String name(IdentifierKind kind) {
    return kind == IdentifierKind.ID ? "id" : "email";
  }
}
