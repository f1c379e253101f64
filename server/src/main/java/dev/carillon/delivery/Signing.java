package dev.carillon.delivery;

import dev.carillon.delivery.domains.DkimKey;
import dev.carillon.workspaces.WorkspaceId;
import java.util.Optional;

/** Which key signs a mail. */
@FunctionalInterface
public interface Signing {

  /** The key for mails from addresses of this domain; absent: they are not signed. */
  Optional<DkimKey> key(WorkspaceId workspace, String domain);
}
