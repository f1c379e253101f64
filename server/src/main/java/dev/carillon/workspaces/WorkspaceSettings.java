package dev.carillon.workspaces;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an administrator decides for a workspace. Immutable.
 *
 * @param autoMerge whether an identify whose id and e-mail name two people that complete each other
 *     makes one of them (P-20)
 * @param emailUpdatesById whether an identify by id may replace an e-mail address (P-5)
 * @param mergeAnonymousEvents whether anonymous events become those of who claims their id (P-33)
 * @param identifiers what names people: {@code id} always, {@code email} usually (track §3.1)
 * @param zone where days begin, for dates and anniversaries in conditions
 * @param linkParameters what every link in mails gets, name → value with Liquid in it, in the order
 *     of the names (M-77)
 * @param sendMode whom messages reach
 * @param testAddress where e-mails go in the mode for tests; empty for none
 */
public record WorkspaceSettings(
    boolean autoMerge,
    boolean emailUpdatesById,
    boolean mergeAnonymousEvents,
    List<String> identifiers,
    ZoneId zone,
    Map<String, String> linkParameters,
    SendMode sendMode,
    String testAddress) {

  /** What holds where nothing was decided. */
  public static final WorkspaceSettings DEFAULT =
      new WorkspaceSettings(true, false, true, List.of("id", "email"), ZoneOffset.UTC);

  /** Copies the list and the map. */
  public WorkspaceSettings {
    identifiers = List.copyOf(identifiers);
    linkParameters = Collections.unmodifiableMap(new TreeMap<>(linkParameters));
  }

  /** Without parameters at links, sending as usual. */
  public WorkspaceSettings(
      boolean autoMerge,
      boolean emailUpdatesById,
      boolean mergeAnonymousEvents,
      List<String> identifiers,
      ZoneId zone) {
    this(
        autoMerge,
        emailUpdatesById,
        mergeAnonymousEvents,
        identifiers,
        zone,
        Map.of(),
        SendMode.NORMAL,
        "");
  }

  /** Whether e-mail addresses name people; otherwise {@code email} is an attribute as any other. */
  public boolean emailIdentifies() {
    return identifiers.contains("email");
  }
}
