package dev.carillon.delivery.domains;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.carillon.store.Database;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The keys that sign mails, kept for some seconds: a new domain signs, and a removed one stops,
 * within {@link #KEPT}. Thread-safe.
 */
public final class DkimKeys {
  /** How long a change may go unnoticed. */
  public static final Duration KEPT = Duration.ofSeconds(5);

  private static final int MOST = 10_000;
  private static final int MOST_LABELS = 10;

  private record Sender(WorkspaceId workspace, String domain) {}

  private final LoadingCache<Sender, Optional<DkimKey>> keys;

  /** Reads keys from this database. */
  public DkimKeys(Database database, SendingDomains domains) {
    this.keys =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .build(sender ->
                database.<Optional<DkimKey>, RuntimeException>read(
                    handle -> domains.key(handle, sender.workspace, names(sender.domain))));
  }

  /**
   * The key for mails from addresses of a domain: its own, or that of the nearest domain above it,
   * which receivers take for the same sender (RFC 7489 §3.1.1). Absent: such mails are not signed.
   */
  public Optional<DkimKey> of(WorkspaceId workspace, String domain) {
    return keys.get(new Sender(workspace, domain.toLowerCase(Locale.ROOT)));
  }

  /** The domain and those above it that have a dot. */
  private static List<String> names(String domain) {
    var names = new ArrayList<String>();
    for (var name = domain; name.indexOf('.') > 0 && names.size() < MOST_LABELS; ) {
      names.add(name);
      name = name.substring(name.indexOf('.') + 1);
    }
    if (names.isEmpty()) {
      names.add(domain);
    }
    return names;
  }
}
