package dev.carillon.subscriptions;

import dev.carillon.store.Seconds;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Who opted out of which senders; written for whole batches of locked people. */
public final class OptOutRepository {

  /** What somebody decided of one sender. */
  public record Choice(
      WorkspaceId workspace, long personId, OptOut of, boolean optedOut, Instant at) {}

  /**
   * Stores choices, each kind in one statement and only when there are any.
   *
   * @param choices at most one of each person, channel and sender, in one order everywhere
   */
  public void write(Handle handle, Collection<Choice> choices) {
    var out = choices.stream().filter(Choice::optedOut).toList();
    var in = choices.stream().filter(each -> !each.optedOut()).toList();
    if (!out.isEmpty()) {
      bound(
              handle.createUpdate(
                  """
                  INSERT INTO sender_opt_out (workspace_id, person_id, channel, sender, written, opted_out_at)
                  SELECT u.workspace, u.person, u.channel, u.sender, u.written, to_timestamp(u.at)
                    FROM unnest(:workspaces, :people, :channels, :senders, :written, :at)
                      AS u(workspace, person, channel, sender, written, at)
                  ON CONFLICT (person_id, channel, sender) DO UPDATE SET written = excluded.written
                  """),
              out)
          .bind("workspaces", out.stream().mapToInt(each -> each.workspace.value()).toArray())
          .bind("written", out.stream().map(each -> each.of.from().strip()).toArray(String[]::new))
          .bind("at", Seconds.of(out, Choice::at))
          .execute();
    }
    if (!in.isEmpty()) {
      bound(
              handle.createUpdate(
                  """
                  DELETE FROM sender_opt_out o
                   USING unnest(:people, :channels, :senders) AS u(person, channel, sender)
                   WHERE o.person_id = u.person AND o.channel = u.channel AND o.sender = u.sender
                  """),
              in)
          .execute();
    }
  }

  private static <S extends SqlStatement<S>> S bound(S statement, List<Choice> choices) {
    return statement
        .bind("people", choices.stream().mapToLong(Choice::personId).toArray())
        .bind("channels", choices.stream().mapToInt(each -> each.of.channel().code()).toArray())
        .bind("senders", choices.stream().map(each -> each.of.sender()).toArray(String[]::new));
  }

  /**
   * What these people opted out of; whoever is absent did not. Whoever sends asks for all
   * recipients of a batch at once and leaves out those whose sender is among it (U-13).
   */
  public Map<Long, List<OptOut>> of(Handle handle, WorkspaceId workspace, Collection<Long> people) {
    return read(
        handle
            .createQuery(
                """
                SELECT person_id, channel, written FROM sender_opt_out
                 WHERE person_id = ANY(:people) AND workspace_id = :workspace
                 ORDER BY person_id, channel, sender
                """)
            .bind("people", people.stream().mapToLong(Long::longValue).toArray())
            .bind("workspace", workspace.value()));
  }

  /**
   * A page of the workspace: people who opted out, in the order of their keys, with what they opted
   * out of.
   *
   * @param from only of this sender, on any channel; null for all
   * @param after the last person of the page before; 0 for the first page
   * @param limit at most this many people
   */
  public Map<Long, List<OptOut>> page(
      Handle handle, WorkspaceId workspace, @Nullable String from, long after, int limit) {
    var query =
        handle
            .createQuery(
                """
                WITH person AS MATERIALIZED (
                    SELECT DISTINCT person_id FROM sender_opt_out
                     WHERE workspace_id = :workspace AND person_id > :after %1$s
                     ORDER BY person_id LIMIT :limit)
                SELECT person_id, channel, written FROM person JOIN sender_opt_out USING (person_id)
                 WHERE workspace_id = :workspace %1$s ORDER BY person_id, channel, sender
                """
                    .formatted(from == null ? "" : "AND sender = :sender"))
            .bind("workspace", workspace.value())
            .bind("after", after)
            .bind("limit", limit);
    if (from != null) {
      query.bind("sender", OptOut.comparable(from));
    }
    return read(query);
  }

  private static Map<Long, List<OptOut>> read(Query query) {
    var all = new LinkedHashMap<Long, List<OptOut>>();
    query
        .map((row, _) ->
            all.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                .add(new OptOut(SenderChannel.ofCode(row.getInt(2)), row.getString(3))))
        .list();
    return all;
  }
}
