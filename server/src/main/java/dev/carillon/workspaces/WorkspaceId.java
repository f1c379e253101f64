package dev.carillon.workspaces;

/**
 * Names one workspace; on the wire also called environment id.
 *
 * @param value positive, given by the database
 */
public record WorkspaceId(int value) {}
