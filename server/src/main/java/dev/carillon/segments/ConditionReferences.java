package dev.carillon.segments;

import dev.carillon.segments.Condition.Subscription;
import dev.carillon.segments.Terms.SubscriptionDefaults;
import dev.carillon.workspaces.WorkspaceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What one condition names beside segments, by where it stands: object types, campaigns and their
 * messages, topics and channels. All of it must be there when the condition is saved.
 */
public final class ConditionReferences {
  private final Map<String, Integer> objectTypes = new LinkedHashMap<>();
  private final Map<String, Integer> campaigns = new LinkedHashMap<>();
  private final Map<String, Integer> newsletters = new LinkedHashMap<>();
  private final Map<String, Integer> actions = new LinkedHashMap<>();
  private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

  /**
   * Collects the references of a condition.
   *
   * @param path where it stands, such as {@code conditions}
   */
  public ConditionReferences(Condition condition, String path) {
    collect(condition, path);
  }

  private void collect(Condition condition, String path) {
    switch (condition) {
      case Condition.And(var all) -> collect(all, path + ".and");
      case Condition.Or(var any) -> collect(any, path + ".or");
      case Condition.Not(var inner) -> collect(inner, path + ".not");
      case Condition.Related related -> objectTypes.put(path + ".object.type_id", related.typeId());
      case Condition.InCampaign(var id, _) -> campaigns.put(path + ".campaign.id", id);
      case Condition.Subscribed(var of, _) ->
          subscriptions.put(
              path
                  + switch (of) {
                    case Subscription.Topic _ -> ".subscription.topic";
                    case Subscription.Channel _ -> ".subscription.channel";
                  },
              of);
      case Condition.Message(var filter, _) -> {
        switch (filter.scope()) {
          case MessageFilter.Scope.Any() -> {}
          case MessageFilter.Scope.Campaign(var id) ->
              campaigns.put(path + ".message.campaign", id);
          case MessageFilter.Scope.Newsletter(var id) ->
              newsletters.put(path + ".message.newsletter", id);
          case MessageFilter.Scope.Action(var id) -> actions.put(path + ".message.action", id);
        }
      }
      case Condition.Attribute _,
          Condition.Event _,
          Condition.InSegment _,
          Condition.Device _,
          Condition.Sample _ -> {}
    }
  }

  private void collect(List<Condition> conditions, String path) {
    for (var i = 0; i < conditions.size(); i++) {
      collect(conditions.get(i), "%s[%d]".formatted(path, i));
    }
  }

  /** Ids of the campaigns it names. */
  public Set<Integer> campaigns() {
    return Set.copyOf(campaigns.values());
  }

  /** Whether it asks about a topic or channel. */
  public boolean names(Subscription subscription) {
    return subscriptions.containsValue(subscription);
  }

  /**
   * What the workspace does not have.
   *
   * @param defaults they know the topics and channels there are
   */
  public List<Fault> faults(Handle handle, WorkspaceId workspace, SubscriptionDefaults defaults) {
    var faults = new ArrayList<Fault>();
    unknown(
        faults,
        objectTypes,
        existing(
            handle,
            workspace,
            "SELECT type_id FROM object_type WHERE workspace_id = :workspace AND type_id = ANY(:ids)",
            objectTypes.values()),
        "an object type");
    unknown(
        faults,
        campaigns,
        existing(
            handle,
            workspace,
            """
            SELECT campaign_id FROM campaign
             WHERE workspace_id = :workspace AND campaign_id = ANY(:ids) AND deleted_at IS NULL
            """,
            campaigns.values()),
        "a campaign");
    // Choice: nothing can be known of newsletters as long as a workspace has none.
    unknown(faults, newsletters, Set.of(), "a newsletter");
    unknown(
        faults,
        actions,
        existing(
            handle,
            workspace,
            """
            SELECT DISTINCT a.id FROM unnest(:ids::int[]) AS a(id), campaign c
              JOIN campaign_version v USING (campaign_id, version)
             WHERE c.workspace_id = :workspace AND c.deleted_at IS NULL
               AND jsonb_path_exists(v.definition::jsonb, '$.steps.**.id ? (@ == $id)', jsonb_build_object('id', a.id))
            """,
            actions.values()),
        "a message of a campaign");
    subscriptions.forEach((path, of) -> {
      if (!defaults.knows(of)) {
        faults.add(new Fault(path, unknown(of)));
      }
    });
    return faults;
  }

  private static String unknown(Subscription of) {
    return switch (of) {
      case Subscription.Topic(var id) -> unknown("a topic", id);
      case Subscription.Channel(var type) ->
          "must be a channel people can subscribe to; there is no channel \"%s\"".formatted(type);
    };
  }

  private static String unknown(String what, int id) {
    return "must be the number of %s; there is no %s %d"
        .formatted(what, what.substring(what.indexOf(' ') + 1), id);
  }

  private static void unknown(
      List<Fault> faults, Map<String, Integer> named, Set<Integer> existing, String what) {
    named.forEach((path, id) -> {
      if (!existing.contains(id)) {
        faults.add(new Fault(path, unknown(what, id)));
      }
    });
  }

  private static Set<Integer> existing(
      Handle handle, WorkspaceId workspace, String sql, Collection<Integer> ids) {
    if (ids.isEmpty()) {
      return Set.of();
    }
    return new HashSet<>(
        handle
            .createQuery(sql)
            .bind("workspace", workspace.value())
            .bind("ids", ids.stream().mapToInt(Integer::intValue).toArray())
            .mapTo(Integer.class)
            .list());
  }
}
