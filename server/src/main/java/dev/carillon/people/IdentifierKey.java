package dev.carillon.people;

import dev.carillon.workspaces.WorkspaceId;

/**
 * An identifier as it is looked up: workspace, kind and comparable form.
 *
 * @param value {@link Identifier#key()}
 */
public record IdentifierKey(WorkspaceId workspace, IdentifierKind kind, String value)
    implements Comparable<IdentifierKey> {

  /** The key of an identifier in a workspace. */
  public static IdentifierKey of(WorkspaceId workspace, Identifier identifier) {
    return new IdentifierKey(workspace, identifier.kind(), identifier.key());
  }

  /**
   * The order in which rows are written, so that two batches never wait for each other in a circle.
   */
  @Override
  public int compareTo(IdentifierKey other) {
    var byWorkspace = Integer.compare(workspace.value(), other.workspace.value());
    if (byWorkspace != 0) {
      return byWorkspace;
    }
    var byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : value.compareTo(other.value);
  }
}
