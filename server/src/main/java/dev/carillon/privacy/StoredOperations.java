package dev.carillon.privacy;

import dev.carillon.people.Identifier;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads operations as the log stores them. */
@FunctionalInterface
public interface StoredOperations {

  /**
   * Whom an operation names, and what it says.
   *
   * @param identifiers of everybody it names, those in attributes included
   * @param anonymousIds that it names
   * @param told what it says, as an export shows it
   */
  record Named(
      WorkspaceId workspace,
      Set<Identifier> identifiers,
      Set<String> anonymousIds,
      Map<String, Object> told) {
    /** Whether it names this person. */
    boolean names(Called person) {
      return workspace.equals(person.workspace())
          && (identifiers.stream()
                  .anyMatch(each ->
                      person.identifiers().stream()
                          .anyMatch(
                              own -> own.kind() == each.kind() && own.key().equals(each.key())))
              || anonymousIds.stream().anyMatch(person.anonymousIds()::contains));
    }
  }

  /** What these bytes hold; empty when this program cannot read them. */
  Optional<Named> read(byte[] operation);
}
