package dev.carillon.campaigns;

import dev.carillon.segments.Condition;
import dev.carillon.segments.ConditionReferences;
import dev.carillon.segments.CounterReader;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.Fault;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SegmentUse;
import dev.carillon.segments.Terms;
import dev.carillon.segments.TermsRepository;
import dev.carillon.store.Database;
import dev.carillon.store.Epoch;
import dev.carillon.workspaces.WorkspaceId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores campaigns and their versions, and changes their states. Every change waits for running
 * batches and starts a new epoch of rules, so that a batch sees either all of it or nothing. What a
 * change means for people inside is done afterwards by {@link CampaignUpkeep}.
 */
public final class CampaignRepository {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<Integer, Integer>> REMOVED = new TypeReference<>() {};

  private static final String SELECT =
      """
      SELECT c.*, v.definition, v.removed
        FROM campaign c JOIN campaign_version v ON v.campaign_id = c.campaign_id AND v.version = c.version
       WHERE c.deleted_at IS NULL
      """;

  private final Database database;
  private final CounterRepository counters;
  private final TermsRepository terms;
  private final InstantSource clock;

  /** Dates what it stores by this clock. */
  public CampaignRepository(Database database, CounterRepository counters, InstantSource clock) {
    this.database = database;
    this.counters = counters;
    this.terms = new TermsRepository(counters);
    this.clock = clock;
  }

  /** Stores a new campaign as a draft and numbers its steps. */
  public Campaign create(WorkspaceId workspace, CampaignDefinition definition) {
    return database.inTransaction(handle -> {
      Epoch.newRules(handle);
      var now = clock.instant();
      var numbered = numbered(handle, definition);
      int id =
          handle
              .createQuery(
                  """
                  INSERT INTO campaign (workspace_id, name, description, state, version, created_at, updated_at)
                  VALUES (:workspace, :name, :description, 'draft', 1, :now, :now) RETURNING campaign_id
                  """)
              .bind("workspace", workspace.value())
              .bind("name", definition.name())
              .bind("description", definition.description())
              .bind("now", now)
              .mapTo(Integer.class)
              .one();
      counters(handle, workspace, id, definition);
      insertVersion(handle, id, 1, numbered, Map.of(), now);
      return found(handle, workspace, id);
    });
  }

  /** One campaign, or empty when this workspace has none of that id. */
  public Optional<Campaign> find(WorkspaceId workspace, int campaignId) {
    return database.read(handle -> find(handle, workspace, campaignId));
  }

  /**
   * Campaigns in the order they were made.
   *
   * @param after continues behind this id; 0 for the first page
   * @param limit at most this many
   */
  public List<Campaign> list(WorkspaceId workspace, int after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                SELECT
                    + """
                      AND c.workspace_id = :workspace AND c.campaign_id > :after
                    ORDER BY c.campaign_id LIMIT :limit
                    """)
            .bind("workspace", workspace.value())
            .bind("after", after)
            .bind("limit", limit)
            .map(CampaignRepository::campaign)
            .list());
  }

  /** Every campaign of every workspace whose journeys move: running or stopping. */
  public List<Campaign> live(Handle handle) {
    return handle
        .createQuery(SELECT + " AND c.state IN ('running', 'stopping') ORDER BY c.campaign_id")
        .map(CampaignRepository::campaign)
        .list();
  }

  /** The same, ready to run. */
  public List<CompiledCampaign> compiled(Handle handle) {
    var byWorkspace = new HashMap<WorkspaceId, Terms>();
    return live(handle).stream()
        .map(campaign ->
            CompiledCampaign.compile(
                campaign,
                byWorkspace.computeIfAbsent(
                    campaign.workspace(), workspace -> terms.of(handle, workspace))))
        .toList();
  }

  /** One campaign in any state, ready to be explained. */
  public CompiledCampaign compiled(Handle handle, Campaign campaign) {
    return CompiledCampaign.compile(campaign, terms.of(handle, campaign.workspace()));
  }

  /** The campaigns that mention a segment, which therefore must not be deleted (S-9). */
  public List<SegmentUse> uses(Handle handle, WorkspaceId workspace, int segmentId) {
    return uses(handle, workspace, campaign -> campaign.segments().contains(segmentId));
  }

  /** The campaigns whose conditions ask about a topic or channel. */
  static List<SegmentUse> usesOfSubscription(
      Handle handle, WorkspaceId workspace, Condition.Subscription subscription) {
    return uses(
        handle,
        workspace,
        campaign ->
            campaign.conditions().stream()
                .anyMatch(each -> new ConditionReferences(each, "").names(subscription)));
  }

  /** Whose conditions look at a campaign, which therefore must not be deleted: not its own. */
  private static List<SegmentUse> usesOfCampaign(
      Handle handle, WorkspaceId workspace, int campaignId) {
    var users = new ArrayList<>(SegmentRepository.usesOfCampaign(handle, workspace, campaignId));
    uses(handle, workspace, campaign -> campaign.campaigns().contains(campaignId)).stream()
        .filter(use -> use.id() != campaignId)
        .forEach(users::add);
    return users;
  }

  private static List<SegmentUse> uses(
      Handle handle, WorkspaceId workspace, Predicate<CampaignDefinition> uses) {
    return handle
        .createQuery(SELECT + " AND c.workspace_id = :workspace ORDER BY c.campaign_id")
        .bind("workspace", workspace.value())
        .map(CampaignRepository::campaign)
        .stream()
        .filter(campaign -> uses.test(campaign.definition()))
        .map(campaign -> new SegmentUse("campaign", campaign.id(), campaign.name()))
        .toList();
  }

  /**
   * Saves a new version (C-62). Steps without an id get one.
   *
   * @param present what the caller has read and changed
   * @return Changed, Outdated, NoSuchCampaign, or NotAllowed when a running campaign would not be
   *     complete any more
   */
  public CampaignChange update(Campaign present, CampaignDefinition definition) {
    return database.inTransaction(handle -> {
      Epoch.newRules(handle);
      var stored = locked(handle, present.workspace(), present.id());
      if (stored == null) {
        return new CampaignChange.NoSuchCampaign();
      }
      if (stored.version() != present.version()) {
        return new CampaignChange.Outdated();
      }
      if (stored.state() == CampaignState.ARCHIVED) {
        return refused("an archived campaign cannot be changed");
      }
      // Also when the change is refused: once they are filled it is not any more.
      var ids = counters(handle, stored.workspace(), stored.id(), definition);
      var problems =
          stored.state().moves()
              ? problems(handle, stored.workspace(), definition, ids)
              : List.<Fault>of();
      if (!problems.isEmpty()) {
        return new CampaignChange.NotAllowed(problems);
      }
      save(handle, stored, numbered(handle, definition), clock.instant());
      terms.settle(handle, CounterReader.campaign(stored.id()), definition.conditions(), ids);
      return changed(handle, stored);
    });
  }

  private static void save(
      Handle handle, Campaign stored, CampaignDefinition definition, Instant now) {
    var removed = Removed.after(stored.removed(), stored.definition().steps(), definition.steps());
    insertVersion(handle, stored.id(), stored.version() + 1, definition, removed, now);
    handle
        .createUpdate(
            """
            UPDATE campaign SET version = version + 1, name = :name, description = :description,
                                updated_at = :now, upkeep = true
             WHERE campaign_id = :id
            """)
        .bind("id", stored.id())
        .bind("name", definition.name())
        .bind("description", definition.description())
        .bind("now", now)
        .execute();
  }

  /**
   * Lets people in from now on (C-30): those whose event happens or who come to be in the segment
   * after this. Who is in the segment already has to leave and come again (C-33 "future only",
   * C-35). Journeys of an earlier run that was stopped at once stay ended (C-36).
   *
   * @return Changed, also when it is running already; NotAllowed with everything that is missing
   *     (C-38); NoSuchCampaign
   */
  public CampaignChange start(WorkspaceId workspace, int campaignId) {
    return database.inTransaction(handle -> {
      Epoch.newRules(handle);
      var stored = locked(handle, workspace, campaignId);
      if (stored == null) {
        return new CampaignChange.NoSuchCampaign();
      }
      return switch (stored.state()) {
        case RUNNING -> new CampaignChange.Changed(stored);
        case ARCHIVED -> refused("an archived campaign cannot be started");
        case DRAFT, STOPPING, STOPPED -> {
          var ids = counters(handle, workspace, stored.id(), stored.definition());
          var problems = problems(handle, workspace, stored.definition(), ids);
          if (!problems.isEmpty()) {
            yield new CampaignChange.NotAllowed(problems);
          }
          run(handle, stored, clock.instant());
          yield changed(handle, stored);
        }
      };
    });
  }

  private static void run(Handle handle, Campaign stored, Instant now) {
    // Journeys carry the version they moved under: a version of its own tells new ones from ended.
    var version = stored.version() + (stored.endedVersion() == stored.version() ? 1 : 0);
    if (version != stored.version()) {
      insertVersion(handle, stored.id(), version, stored.definition(), stored.removed(), now);
    }
    handle
        .createUpdate(
            """
            UPDATE campaign SET state = 'running', version = :version, updated_at = :now,
                                first_started = coalesce(first_started, :now)
             WHERE campaign_id = :id
            """)
        .bind("id", stored.id())
        .bind("version", version)
        .bind("now", now)
        .execute();
  }

  /**
   * Lets nobody in any more (C-31). Journeys that are ended, and what they have queued, follow
   * within moments; none of them sends anything after this.
   *
   * @return Changed; NotAllowed for a campaign that is not running; NoSuchCampaign
   */
  public CampaignChange stop(WorkspaceId workspace, int campaignId, StopMode mode) {
    return database.inTransaction(handle -> {
      Epoch.newRules(handle);
      var stored = locked(handle, workspace, campaignId);
      if (stored == null) {
        return new CampaignChange.NoSuchCampaign();
      }
      if (!stored.state().moves()) {
        return refused("the campaign is not running");
      }
      switch (mode) {
        case EXIT -> end(handle, stored, clock.instant());
        case FINISH ->
            handle
                .createUpdate(
                    """
                    UPDATE campaign SET state = 'stopping', upkeep = true, updated_at = :now
                     WHERE campaign_id = :id
                    """)
                .bind("id", stored.id())
                .bind("now", clock.instant())
                .execute();
      }
      return changed(handle, stored);
    });
  }

  private static void end(Handle handle, Campaign stored, Instant now) {
    handle
        .createUpdate(
            """
            UPDATE campaign SET state = 'stopped', ended_version = version, upkeep = true, updated_at = :now
             WHERE campaign_id = :id
            """)
        .bind("id", stored.id())
        .bind("now", now)
        .execute();
  }

  /**
   * Removes a campaign and ends its journeys as a stop does; past deliveries stay (journeys §3.7).
   * Not while conditions of others look at it (S-9).
   */
  public CampaignDeletion delete(WorkspaceId workspace, int campaignId) {
    return database.inTransaction(handle -> {
      Epoch.newRules(handle);
      var stored = locked(handle, workspace, campaignId);
      if (stored == null) {
        return new CampaignDeletion.NoSuchCampaign();
      }
      var users = usesOfCampaign(handle, workspace, campaignId);
      if (!users.isEmpty()) {
        return new CampaignDeletion.InUse(users);
      }
      var now = clock.instant();
      end(handle, stored, now);
      handle
          .createUpdate("UPDATE campaign SET deleted_at = :now WHERE campaign_id = :id")
          .bind("id", stored.id())
          .bind("now", now)
          .execute();
      terms.gone(handle, CounterReader.campaign(stored.id()));
      return new CampaignDeletion.Deleted();
    });
  }

  private static CampaignChange refused(String problem) {
    return new CampaignChange.NotAllowed(List.of(new Fault("", problem)));
  }

  private static CampaignChange changed(Handle handle, Campaign stored) {
    return new CampaignChange.Changed(found(handle, stored.workspace(), stored.id()));
  }

  /**
   * Makes sure that the counters its conditions read exist, and that past events and messages fill
   * them.
   */
  private Terms counters(
      Handle handle, WorkspaceId workspace, int campaignId, CampaignDefinition definition) {
    return terms.ensure(
        handle, workspace, CounterReader.campaign(campaignId), definition.conditions());
  }

  /**
   * Makes sure that the counters exist which these of the workspace's campaigns read under its
   * present terms. To be called after {@link Epoch#newRules} in the same transaction.
   *
   * @param affected whether a condition means something else than before
   */
  public void recount(Handle handle, WorkspaceId workspace, Predicate<Condition> affected) {
    var all =
        handle
            .createQuery(SELECT + " AND c.workspace_id = :workspace ORDER BY c.campaign_id")
            .bind("workspace", workspace.value())
            .map(CampaignRepository::campaign)
            .list();
    for (var campaign : all) {
      var conditions = campaign.definition().conditions();
      if (conditions.stream().anyMatch(affected)) {
        var ids = counters(handle, workspace, campaign.id(), campaign.definition());
        terms.settle(handle, CounterReader.campaign(campaign.id()), conditions, ids);
      }
    }
  }

  private List<Fault> problems(
      Handle handle, WorkspaceId workspace, CampaignDefinition definition, Terms ids) {
    var problems =
        new ArrayList<>(
            StartProblems.of(
                definition, unknownSegments(handle, workspace, definition.segments())));
    definition
        .placedConditions()
        .forEach((path, each) ->
            problems.addAll(
                new ConditionReferences(each, path).faults(handle, workspace, ids.defaults())));
    if (!counted(handle, definition, ids)) {
      problems.add(
          new Fault(
              "",
              "past events and messages of its conditions are still being counted, try again soon"));
    }
    return problems;
  }

  private boolean counted(Handle handle, CampaignDefinition definition, Terms ids) {
    return counters.complete(handle, TermsRepository.countersOf(definition.conditions(), ids));
  }

  /**
   * Whether past events of a saved campaign's conditions are still being counted, which refuses its
   * start. It is over in a moment on a small base.
   */
  public boolean counting(WorkspaceId workspace, int campaignId) {
    return database.read(handle ->
        find(handle, workspace, campaignId)
            .filter(
                campaign -> !counted(handle, campaign.definition(), terms.of(handle, workspace)))
            .isPresent());
  }

  private static Set<Integer> unknownSegments(
      Handle handle, WorkspaceId workspace, Set<Integer> segments) {
    if (segments.isEmpty()) {
      return Set.of();
    }
    return new HashSet<>(
        handle
            .createQuery(
                """
                SELECT id FROM unnest(:ids) AS u(id)
                 WHERE NOT EXISTS (SELECT FROM segment WHERE segment_id = id AND workspace_id = :workspace)
                """)
            .bind("ids", segments.stream().mapToInt(Integer::intValue).toArray())
            .bind("workspace", workspace.value())
            .mapTo(Integer.class)
            .list());
  }

  private static CampaignDefinition numbered(Handle handle, CampaignDefinition definition) {
    var missing = Workflow.steps(definition.steps()).filter(step -> step.id() == 0).count();
    if (missing == 0) {
      return definition;
    }
    Queue<Integer> numbers =
        new ArrayDeque<>(
            handle
                .createQuery(
                    "SELECT nextval('action_number')::int FROM generate_series(1, :missing)")
                .bind("missing", missing)
                .mapTo(Integer.class)
                .list());
    return definition.withSteps(Workflow.numbered(definition.steps(), numbers::remove));
  }

  private static void insertVersion(
      Handle handle,
      int campaignId,
      int version,
      CampaignDefinition definition,
      Map<Integer, Integer> removed,
      Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO campaign_version (campaign_id, version, definition, removed, created_at)
            VALUES (:id, :version, :definition::json, :removed::json, :now)
            """)
        .bind("id", campaignId)
        .bind("version", version)
        .bind("definition", CampaignJson.stored(definition))
        .bind("removed", JSON.writeValueAsString(new TreeMap<>(removed)))
        .bind("now", now)
        .execute();
  }

  private static @Nullable Campaign locked(Handle handle, WorkspaceId workspace, int campaignId) {
    handle
        .createQuery("SELECT FROM campaign WHERE campaign_id = :id FOR UPDATE")
        .bind("id", campaignId)
        .mapToMap()
        .list();
    return find(handle, workspace, campaignId).orElse(null);
  }

  private static Campaign found(Handle handle, WorkspaceId workspace, int campaignId) {
    return find(handle, workspace, campaignId)
        .orElseThrow(
            () -> new IllegalStateException("Campaign " + campaignId + " is gone while saved"));
  }

  private static Optional<Campaign> find(Handle handle, WorkspaceId workspace, int campaignId) {
    return handle
        .createQuery(SELECT + " AND c.workspace_id = :workspace AND c.campaign_id = :id")
        .bind("workspace", workspace.value())
        .bind("id", campaignId)
        .map(CampaignRepository::campaign)
        .findOne();
  }

  static Campaign campaign(ResultSet row, StatementContext statement) throws SQLException {
    var firstStarted = row.getObject("first_started", OffsetDateTime.class);
    return new Campaign(
        row.getInt("campaign_id"),
        new WorkspaceId(row.getInt("workspace_id")),
        CampaignState.ofWire(row.getString("state")),
        row.getInt("version"),
        CampaignJson.parseStored(row.getString("definition")),
        JSON.readValue(row.getString("removed"), REMOVED),
        row.getInt("ended_version"),
        List.of((String[]) row.getArray("tags").getArray()),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant(),
        firstStarted == null ? null : firstStarted.toInstant());
  }
}
