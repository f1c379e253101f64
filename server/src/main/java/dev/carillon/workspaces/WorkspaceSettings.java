package dev.carillon.workspaces;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * What an administrator decides for a workspace. Immutable.
 *
 * @param autoMerge whether an identify whose id and e-mail name two people that complete each other
 *     makes one of them (P-20)
 * @param emailUpdatesById whether an identify by id may replace an e-mail address (P-5)
 * @param mergeAnonymousEvents whether anonymous events become those of who claims their id (P-33)
 * @param identifiers what names people: {@code id} always, {@code email} usually (track §3.1)
 * @param zone where days begin, for dates and anniversaries in conditions
 */
public record WorkspaceSettings(
    boolean autoMerge,
    boolean emailUpdatesById,
    boolean mergeAnonymousEvents,
    List<String> identifiers,
    ZoneId zone) {

  /** What holds where nothing was decided. */
  public static final WorkspaceSettings DEFAULT =
      new WorkspaceSettings(true, false, true, List.of("id", "email"), ZoneOffset.UTC);

  /** Copies the list. */
  public WorkspaceSettings {
    identifiers = List.copyOf(identifiers);
  }

  /** Whether e-mail addresses name people; otherwise {@code email} is an attribute as any other. */
  public boolean emailIdentifies() {
    return identifiers.contains("email");
  }
}
