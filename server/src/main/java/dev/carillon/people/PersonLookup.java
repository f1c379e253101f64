package dev.carillon.people;

import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.workspaces.Access;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds a person by what a caller wrote, by the rules of {@code id_type} (app-data §1.1). */
public final class PersonLookup {
  private static final String CIO_ID_PREFIX = "cio_";
  private static final String UNKNOWN_TYPE = "id_type must be id, email or cio_id";

  private final PeopleQueries people;

  /** Looks people up there. */
  public PersonLookup(PeopleQueries people) {
    this.people = people;
  }

  /** Whom a name names. */
  public sealed interface Found {
    /** This person. */
    record Somebody(Person person) implements Found {}

    /** Nobody in the workspace. */
    record Nobody() implements Found {}

    /** Nothing: the workspace does not identify people in this way, or nobody does. */
    record Refused(String reason) implements Found {}
  }

  /**
   * Looks for a person of the workspace.
   *
   * @param idType {@code id}, {@code email} or {@code cio_id}; null is an id, or a {@code cio_id}
   *     that begins with {@code cio_} when nobody has that id
   */
  public Found find(Access access, String name, @Nullable String idType) {
    return switch (idType) {
      case null -> {
        var byId = find(access, Identifier.id(name));
        yield byId instanceof Found.Nobody && name.startsWith(CIO_ID_PREFIX)
            ? find(access, Identifier.cioId(name))
            : byId;
      }
      case "id" -> find(access, Identifier.id(name));
      case "cio_id" -> find(access, Identifier.cioId(name));
      case "email" ->
          access.emailIdentifies() ? find(access, Identifier.email(name)) : notInUse("email");
      case "phone" -> notInUse("phone");
      default -> new Found.Refused(UNKNOWN_TYPE);
    };
  }

  /** Whom names name, all of them at once. */
  public sealed interface FoundAll {
    /** Those there are, by the name as it was written. */
    record People(Map<String, Person> byName) implements FoundAll {}

    /** Nothing: the workspace does not identify people in this way, or nobody does. */
    record Refused(String reason) implements FoundAll {}
  }

  /**
   * Looks for many people of the workspace, by the same rules as for one.
   *
   * @param idType as in {@link #find(Access, String, String)}
   */
  public FoundAll findAll(Access access, Collection<String> names, @Nullable String idType) {
    return switch (idType) {
      case null -> {
        var found = findAll(access, names, Identifier::id);
        var others =
            names.stream()
                .filter(name -> !found.containsKey(name) && name.startsWith(CIO_ID_PREFIX))
                .toList();
        found.putAll(findAll(access, others, Identifier::cioId));
        yield new FoundAll.People(found);
      }
      case "id" -> new FoundAll.People(findAll(access, names, Identifier::id));
      case "cio_id" -> new FoundAll.People(findAll(access, names, Identifier::cioId));
      case "email" ->
          access.emailIdentifies()
              ? new FoundAll.People(findAll(access, names, Identifier::email))
              : new FoundAll.Refused(sentence("email"));
      case "phone" -> new FoundAll.Refused(sentence("phone"));
      default -> new FoundAll.Refused(UNKNOWN_TYPE);
    };
  }

  private Map<String, Person> findAll(
      Access access, Collection<String> names, Function<String, Identifier> identifier) {
    var identifiers = names.stream().distinct().map(identifier).toList();
    var byKey = people.find(access.workspace(), identifiers);
    var found = new HashMap<String, Person>();
    for (var each : identifiers) {
      var person = byKey.get(each.key());
      if (person != null) {
        found.put(each.value(), person);
      }
    }
    return found;
  }

  private Found find(Access access, Identifier identifier) {
    return people
        .find(access.workspace(), identifier)
        .<Found>map(Found.Somebody::new)
        .orElseGet(Found.Nobody::new);
  }

  private static Found notInUse(String kind) {
    return new Found.Refused(sentence(kind));
  }

  private static String sentence(String kind) {
    return kind + " is not enabled as an identifier in this workspace";
  }
}
