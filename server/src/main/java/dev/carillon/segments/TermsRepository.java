package dev.carillon.segments;

import dev.carillon.subscriptions.SubscriptionDefaults;
import dev.carillon.subscriptions.SubscriptionDefaultsRepository;
import dev.carillon.workspaces.WorkspaceId;
import dev.carillon.workspaces.WorkspaceSettings;
import dev.carillon.workspaces.WorkspaceSettingsRepository;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Reads what workspaces give to their conditions. */
public final class TermsRepository {
  private final CounterRepository counters;
  private final WorkspaceSettingsRepository settings = new WorkspaceSettingsRepository();
  private final SubscriptionDefaultsRepository subscriptions = new SubscriptionDefaultsRepository();

  /** With the counters from this repository. */
  public TermsRepository(CounterRepository counters) {
    this.counters = counters;
  }

  /**
   * The terms of one workspace. A condition whose counter does not exist cannot be compiled with
   * them: an {@link IllegalStateException}.
   */
  public Terms of(Handle handle, WorkspaceId workspace) {
    return terms(handle, workspace, counters.of(handle, workspace));
  }

  /** What holds in a workspace for who has not chosen. */
  Terms.SubscriptionDefaults defaults(Handle handle, WorkspaceId workspace) {
    return new DefinedSubscriptions(subscriptions.of(handle, workspace));
  }

  /** The terms of all workspaces. */
  public All all(Handle handle) {
    var stored =
        counters.all(handle).stream()
            .collect(Collectors.groupingBy(CounterRepository.Stored::workspace));
    var indexes = new HashMap<WorkspaceId, CounterIds>();
    stored.forEach((workspace, each) -> indexes.put(workspace, new CounterIndex(each)));
    return new All(indexes, settings.all(handle), subscriptions.all(handle));
  }

  /** The terms of all workspaces at one time. */
  public static final class All {
    private final Map<WorkspaceId, CounterIds> indexes;
    private final Map<WorkspaceId, WorkspaceSettings> settings;
    private final Map<WorkspaceId, SubscriptionDefaults> subscriptions;
    private final CounterIds none = new CounterIndex(List.of());

    private All(
        Map<WorkspaceId, CounterIds> indexes,
        Map<WorkspaceId, WorkspaceSettings> settings,
        Map<WorkspaceId, SubscriptionDefaults> subscriptions) {
      this.indexes = indexes;
      this.settings = settings;
      this.subscriptions = subscriptions;
    }

    /** Those of a workspace. */
    public Terms of(WorkspaceId workspace) {
      return new Terms(
          indexes.getOrDefault(workspace, none),
          settings.getOrDefault(workspace, WorkspaceSettings.DEFAULT).zone(),
          new DefinedSubscriptions(
              subscriptions.getOrDefault(workspace, SubscriptionDefaults.NONE)));
    }
  }

  /**
   * Makes sure that the counters of conditions exist, with the builds that fill them, and gives the
   * terms these conditions are compiled with. They are kept for the reader from now on, beside
   * those it read before, until {@link #settle}. To be called after {@link
   * dev.carillon.store.Epoch#newRules} in the same transaction.
   */
  public Terms ensure(
      Handle handle,
      WorkspaceId workspace,
      CounterReader reader,
      Collection<Condition> conditions) {
    var unknown = terms(handle, workspace, _ -> 0);
    var specs =
        conditions.stream()
            .flatMap(each -> CompiledCondition.specsOf(each, unknown).stream())
            .toList();
    return unknown.with(counters.ensure(handle, workspace, reader, specs));
  }

  /**
   * From now on the reader has these conditions alone; none when it is gone. Counters nobody reads
   * any more go. To be called after {@link dev.carillon.store.Epoch#newRules} in the same
   * transaction.
   *
   * @param terms the conditions compile with
   */
  public void settle(
      Handle handle, CounterReader reader, Collection<Condition> conditions, Terms terms) {
    counters.settle(handle, reader, countersOf(conditions, terms));
  }

  /** The same for a reader that is gone. */
  public void gone(Handle handle, CounterReader reader) {
    counters.settle(handle, reader, Set.of());
  }

  /** The counters conditions read. */
  public static Set<Integer> countersOf(Collection<Condition> conditions, Terms terms) {
    return conditions.stream()
        .flatMap(each -> CompiledCondition.compile(each, terms).wakes().counters().stream())
        .collect(Collectors.toSet());
  }

  private Terms terms(Handle handle, WorkspaceId workspace, CounterIds counterIds) {
    return new Terms(
        counterIds, settings.of(handle, workspace).zone(), defaults(handle, workspace));
  }
}
