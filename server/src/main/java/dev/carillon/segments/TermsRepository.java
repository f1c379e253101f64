package dev.carillon.segments;

import dev.carillon.segments.Terms.SubscriptionDefaults;
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

  /** With the counters from this repository. */
  public TermsRepository(CounterRepository counters) {
    this.counters = counters;
  }

  /**
   * The terms of one workspace. A condition whose counter does not exist cannot be compiled with
   * them: an {@link IllegalStateException}.
   */
  public Terms of(Handle handle, WorkspaceId workspace) {
    return terms(counters.of(handle, workspace), settings.of(handle, workspace));
  }

  /** What holds in a workspace for who has not chosen. */
  SubscriptionDefaults defaults(Handle handle, WorkspaceId workspace) {
    return terms(_ -> 0, settings.of(handle, workspace)).defaults();
  }

  /** The terms of all workspaces. */
  public All all(Handle handle) {
    var stored =
        counters.all(handle).stream()
            .collect(Collectors.groupingBy(CounterRepository.Stored::workspace));
    var indexes = new HashMap<WorkspaceId, CounterIds>();
    stored.forEach((workspace, each) -> indexes.put(workspace, new CounterIndex(each)));
    return new All(indexes, settings.all(handle));
  }

  /** The terms of all workspaces at one time. */
  public static final class All {
    private final Map<WorkspaceId, CounterIds> indexes;
    private final Map<WorkspaceId, WorkspaceSettings> settings;
    private final CounterIds none = new CounterIndex(List.of());

    private All(
        Map<WorkspaceId, CounterIds> indexes, Map<WorkspaceId, WorkspaceSettings> settings) {
      this.indexes = indexes;
      this.settings = settings;
    }

    /** Those of a workspace. */
    public Terms of(WorkspaceId workspace) {
      return terms(
          indexes.getOrDefault(workspace, none),
          settings.getOrDefault(workspace, WorkspaceSettings.DEFAULT));
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
    var own = settings.of(handle, workspace);
    var unknown = terms(_ -> 0, own);
    var specs =
        conditions.stream()
            .flatMap(each -> CompiledCondition.specsOf(each, unknown).stream())
            .toList();
    return terms(counters.ensure(handle, workspace, reader, specs), own);
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

  /**
   * The one place where terms are put together. Nothing is defined about topics and channels yet,
   * so everybody is subscribed to everything: what is defined takes the place of {@link
   * SubscriptionDefaults#ALL} here.
   */
  private static Terms terms(CounterIds counters, WorkspaceSettings settings) {
    return new Terms(counters, settings.zone(), SubscriptionDefaults.ALL);
  }
}
