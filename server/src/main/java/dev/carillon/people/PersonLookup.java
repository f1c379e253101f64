package dev.carillon.people;

import dev.carillon.people.PeopleQueries.Person;
import dev.carillon.workspaces.Access;
import org.jspecify.annotations.Nullable;

/** Finds a person by what a caller wrote, by the rules of {@code id_type} (app-data §1.1). */
public final class PersonLookup {
  private static final String CIO_ID_PREFIX = "cio_";

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
      default -> new Found.Refused("id_type must be id, email or cio_id");
    };
  }

  private Found find(Access access, Identifier identifier) {
    return people
        .find(access.workspace(), identifier)
        .<Found>map(Found.Somebody::new)
        .orElseGet(Found.Nobody::new);
  }

  private static Found notInUse(String kind) {
    return new Found.Refused(kind + " is not enabled as an identifier in this workspace");
  }
}
