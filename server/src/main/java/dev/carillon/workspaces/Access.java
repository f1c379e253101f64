package dev.carillon.workspaces;

/**
 * What a credential opens.
 *
 * @param workspace the only workspace it reaches
 * @param emailIdentifies whether e-mail addresses are identifiers of people in this workspace
 *     (track §3.1); otherwise an address in a path is an id
 */
public record Access(WorkspaceId workspace, boolean emailIdentifies) {}
