package dev.carillon.subscriptions;

import dev.carillon.workspaces.WorkspaceId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Rules that read subscriptions, such as conditions of segments: asked and told in the transaction
 * that changes a topic or channel, once no batch runs under the former rules.
 */
public interface SubscriptionReaders {
  /** Nobody reads subscriptions. */
  SubscriptionReaders NONE =
      new SubscriptionReaders() {
        @Override
        public List<String> using(Handle handle, WorkspaceId workspace, Subscribable used) {
          return List.of();
        }

        @Override
        public void changed(Handle handle, WorkspaceId workspace, Subscribable changed) {}
      };

  /**
   * What uses a topic or channel, which then is not deleted (U-6).
   *
   * @return in words, such as {@code segment 3 "VIP"}, in a steady order
   */
  List<String> using(Handle handle, WorkspaceId workspace, Subscribable used);

  /**
   * A topic or channel came, went, or has another default: people who made no choice of their own
   * may be subscribed now, or no longer (U-7). Segments that read it have to be built anew.
   */
  void changed(Handle handle, WorkspaceId workspace, Subscribable changed);
}
