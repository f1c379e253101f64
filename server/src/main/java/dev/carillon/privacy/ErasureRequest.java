package dev.carillon.privacy;

import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;

/**
 * That somebody is to be forgotten.
 *
 * @param id unique in the installation
 * @param reason why, in the caller's words; kept for good, so nothing personal belongs in it
 * @param credentialId number of the key that asked
 * @param requestedAt when the request was received
 */
public record ErasureRequest(
    long id,
    WorkspaceId workspace,
    ErasureMode mode,
    String reason,
    int credentialId,
    Instant requestedAt) {}
