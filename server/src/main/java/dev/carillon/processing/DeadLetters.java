package dev.carillon.processing;

import dev.carillon.log.LogEntry;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/**
 * Where operations go that cannot be applied: kept with the reason, so that nothing is lost and
 * nothing stands in the way.
 */
final class DeadLetters {

  /** Puts one operation aside. */
  void put(Handle handle, LogEntry entry, int workspace, String reason, Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO dead_letter (op, workspace_id, received_at, failed_at, reason, payload)
            VALUES (:op, :workspace, :received, :failed, :reason, :payload) ON CONFLICT DO NOTHING
            """)
        .bind("op", entry.op())
        .bind("workspace", workspace)
        .bind("received", entry.receivedAt())
        .bind("failed", now)
        .bind("reason", reason)
        .bind("payload", entry.bytes())
        .execute();
  }
}
