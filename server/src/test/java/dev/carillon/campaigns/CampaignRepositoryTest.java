package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static dev.carillon.campaigns.Example.WORKSPACE;
import static dev.carillon.campaigns.Example.branch;
import static dev.carillon.campaigns.Example.definition;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static dev.carillon.campaigns.Example.enteredSegment;
import static dev.carillon.campaigns.Example.filtered;
import static dev.carillon.campaigns.Example.is;
import static dev.carillon.campaigns.Example.signedUp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignChange.Changed;
import dev.carillon.campaigns.CampaignChange.NoSuchCampaign;
import dev.carillon.campaigns.CampaignChange.NotAllowed;
import dev.carillon.campaigns.CampaignChange.Outdated;
import dev.carillon.events.EventKind;
import dev.carillon.segments.CampaignActivity;
import dev.carillon.segments.Condition;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.Fault;
import dev.carillon.segments.Occurrences;
import dev.carillon.segments.SegmentUse;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CampaignRepositoryTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();
  private static final WorkspaceId OTHER = new WorkspaceId(2);
  private static final Instant LATER = NOW.plusSeconds(60);

  private Instant now = NOW;
  private final CampaignRepository campaigns =
      new CampaignRepository(TEST.database(), new CounterRepository(() -> now), () -> now);

  @BeforeEach
  void empty() {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute("TRUNCATE campaign, campaign_version, segment, counter, build"));
  }

  private static Campaign changed(CampaignChange change) {
    assertThat(change).isInstanceOf(Changed.class);
    return ((Changed) change).campaign();
  }

  private static long epoch() {
    return TEST.jdbi()
        .withHandle(
            handle -> handle.createQuery("SELECT rules FROM epoch").mapTo(Long.class).one());
  }

  private Campaign draft() {
    return campaigns.create(
        WORKSPACE,
        definition(
            signedUp(),
            email(0),
            branch(0, is("plan", "pro"), List.of(delay(0, Duration.ofDays(1))), List.of())));
  }

  @Test
  @DisplayName("W-1: steps get unique ids when they are saved first")
  void shouldCreateADraftAndNumberItsSteps() {
    var first = draft();
    var second = draft();

    assertThat(first.state()).isEqualTo(CampaignState.DRAFT);
    assertThat(first.version()).isEqualTo(1);
    assertThat(first.firstStarted()).isNull();
    assertThat(campaigns.find(WORKSPACE, first.id())).contains(first);
    var ids =
        java.util.stream.Stream.of(first, second)
            .flatMap(campaign -> Workflow.steps(campaign.definition().steps()))
            .map(Step::id)
            .toList();
    assertThat(ids).hasSize(6).doesNotHaveDuplicates().allMatch(id -> id > 0);
  }

  @Test
  @DisplayName("I5: another workspace sees and changes nothing")
  void shouldKeepWorkspacesApart() {
    var campaign = draft();

    assertThat(campaigns.find(OTHER, campaign.id())).isEmpty();
    assertThat(campaigns.list(OTHER, 0, 10)).isEmpty();
    assertThat(campaigns.start(OTHER, campaign.id())).isEqualTo(new NoSuchCampaign());
    assertThat(campaigns.stop(OTHER, campaign.id(), StopMode.EXIT)).isEqualTo(new NoSuchCampaign());
    assertThat(campaigns.delete(OTHER, campaign.id()))
        .isEqualTo(new CampaignDeletion.NoSuchCampaign());
  }

  @Test
  void shouldListInPages() {
    var first = draft();
    var second = draft();
    var third = draft();

    assertThat(campaigns.list(WORKSPACE, 0, 2)).containsExactly(first, second);
    assertThat(campaigns.list(WORKSPACE, second.id(), 2)).containsExactly(third);
  }

  @Test
  @DisplayName("C-62: every save makes a version, steps keep their ids")
  void shouldSaveANewVersion() {
    var before = draft();
    var epoch = epoch();
    var mail = before.definition().steps().getFirst();
    var definition = before.definition().withSteps(List.of(email(0), mail));

    now = LATER;
    var after = changed(campaigns.update(before, definition));

    assertThat(after.version()).isEqualTo(2);
    assertThat(after.definition().steps().getLast()).isEqualTo(mail);
    assertThat(after.removed()).hasSize(1).containsValue(0);
    assertThat(after.updatedAt()).isEqualTo(LATER);
    assertThat(epoch()).isEqualTo(epoch + 1);
    assertThat(campaigns.update(before, definition)).isEqualTo(new Outdated());
    int versions =
        TEST.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery("SELECT count(*) FROM campaign_version")
                    .mapTo(Integer.class)
                    .one());
    assertThat(versions).isEqualTo(2);
  }

  @Test
  @DisplayName("C-30, C-36: started, stopped, started again; the first start is kept")
  void shouldStartAndStop() {
    var draft = draft();
    var epoch = epoch();
    var running = changed(campaigns.start(WORKSPACE, draft.id()));
    assertThat(running.state()).isEqualTo(CampaignState.RUNNING);
    assertThat(running.firstStarted()).isEqualTo(NOW);
    assertThat(epoch()).isEqualTo(epoch + 1);
    assertThat(live()).containsExactly(running);

    var stopped = changed(campaigns.stop(WORKSPACE, running.id(), StopMode.EXIT));
    assertThat(stopped.state()).isEqualTo(CampaignState.STOPPED);
    assertThat(stopped.endedVersion()).isEqualTo(1);
    assertThat(live()).isEmpty();
    assertThat(campaigns.stop(WORKSPACE, running.id(), StopMode.EXIT))
        .isInstanceOf(NotAllowed.class);

    now = LATER;
    var again = changed(campaigns.start(WORKSPACE, running.id()));
    assertThat(again.state()).isEqualTo(CampaignState.RUNNING);
    assertThat(again.firstStarted()).isEqualTo(NOW);
    assertThat(again.version()).as("tells new journeys from ended ones").isEqualTo(2);
    assertThat(again.definition()).isEqualTo(running.definition());
  }

  private List<Campaign> live() {
    return TEST.jdbi().withHandle(campaigns::live);
  }

  @Test
  @DisplayName("C-31: a campaign that runs out may be started again meanwhile")
  void shouldStopByRunningOut() {
    var running = changed(campaigns.start(WORKSPACE, draft().id()));

    var stopping = changed(campaigns.stop(WORKSPACE, running.id(), StopMode.FINISH));
    assertThat(stopping.state()).isEqualTo(CampaignState.STOPPING);
    assertThat(stopping.endedVersion()).isZero();
    assertThat(live()).containsExactly(stopping);

    assertThat(changed(campaigns.start(WORKSPACE, running.id())).version()).isEqualTo(1);
  }

  @Test
  @DisplayName("C-38: a start is refused with all that is missing")
  void shouldRefuseToStartAnIncompleteCampaign() {
    var empty = campaigns.create(WORKSPACE, definition(enteredSegment()));

    assertThat(campaigns.start(WORKSPACE, empty.id()))
        .isEqualTo(
            new NotAllowed(
                List.of(
                    new Fault("steps", "must hold at least one step"),
                    new Fault("", "there is no segment with the id 3"))));
    assertThat(campaigns.find(WORKSPACE, empty.id()).orElseThrow().state())
        .isEqualTo(CampaignState.DRAFT);
  }

  @Test
  @DisplayName("C-38: what its conditions name must be there, and where it stands is told")
  void shouldRefuseToStartWithUnknownReferences() {
    var condition = new Condition.InCampaign(999, CampaignActivity.IN);
    var objects = new Condition.Related(7, List.of(), List.of(), Occurrences.Count.AT_LEAST, 1);
    var steps =
        List.of(
            branch(0, objects, List.of(email(0, SendingState.AUTOMATIC, condition)), List.of()));
    var made =
        campaigns.create(WORKSPACE, filtered(definition(signedUp()), condition).withSteps(steps));

    assertThat(campaigns.start(WORKSPACE, made.id()))
        .isEqualTo(
            new NotAllowed(
                List.of(
                    new Fault(
                        "filters.campaign.id",
                        "must be the number of a campaign; there is no campaign 999"),
                    new Fault(
                        "steps[0].condition.object.type_id",
                        "must be the number of an object type; there is no object type 7"),
                    new Fault(
                        "steps[0].true[0].conditions.campaign.id",
                        "must be the number of a campaign; there is no campaign 999"))));
  }

  @Test
  @DisplayName("C-38: a running campaign stays complete")
  void shouldRefuseToEmptyARunningCampaign() {
    var running = changed(campaigns.start(WORKSPACE, draft().id()));

    assertThat(campaigns.update(running, definition(signedUp()))).isInstanceOf(NotAllowed.class);
  }

  @Test
  @DisplayName("I5: a segment of another workspace is an unknown one")
  void shouldKnowOnlySegmentsOfItsWorkspace() {
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute(
                """
                INSERT INTO segment (segment_id, workspace_id, name, type, created_at, updated_at)
                OVERRIDING SYSTEM VALUE VALUES (3, 2, 'theirs', 'manual', now(), now())
                """));
    var theirs = campaigns.create(WORKSPACE, definition(enteredSegment(), email(0)));
    var own = campaigns.create(OTHER, definition(enteredSegment(), email(0)));

    assertThat(campaigns.start(WORKSPACE, theirs.id())).isInstanceOf(NotAllowed.class);
    assertThat(campaigns.start(OTHER, own.id())).isInstanceOf(Changed.class);
  }

  @Test
  void shouldDelete() {
    var running = changed(campaigns.start(WORKSPACE, draft().id()));

    assertThat(campaigns.delete(WORKSPACE, running.id())).isEqualTo(new CampaignDeletion.Deleted());

    assertThat(campaigns.find(WORKSPACE, running.id())).isEmpty();
    assertThat(campaigns.list(WORKSPACE, 0, 10)).isEmpty();
    assertThat(live()).isEmpty();
    assertThat(campaigns.delete(WORKSPACE, running.id()))
        .isEqualTo(new CampaignDeletion.NoSuchCampaign());
    assertThat(campaigns.update(running, running.definition())).isEqualTo(new NoSuchCampaign());
  }

  @Test
  @DisplayName("A start waits until past events of its conditions have been counted")
  void shouldNotStartOnCountsThatAreStillMade() {
    var ordered =
        new Condition.Event(
            EventKind.EVENT, "ordered", Occurrences.Count.AT_LEAST, 2, null, List.of());
    var campaign =
        campaigns.create(WORKSPACE, Example.filtered(definition(signedUp(), email(0)), ordered));

    assertThat(campaigns.start(WORKSPACE, campaign.id()))
        .isEqualTo(
            new NotAllowed(
                List.of(
                    new Fault(
                        "",
                        "past events and messages of its conditions are still being counted, try again soon"))));

    TEST.jdbi().useHandle(handle -> handle.execute("UPDATE counter SET complete = true"));
    assertThat(campaigns.start(WORKSPACE, campaign.id())).isInstanceOf(Changed.class);
    var compiled = TEST.jdbi().withHandle(campaigns::compiled);
    assertThat(compiled).extracting(CompiledCampaign::id).containsExactly(campaign.id());
  }

  @Test
  @DisplayName("S-9: a segment that a campaign mentions is in use")
  void shouldNameTheCampaignsThatUseASegment() {
    draft();
    var user = campaigns.create(WORKSPACE, definition(enteredSegment(), email(0)));

    var uses = TEST.jdbi().withHandle(handle -> campaigns.uses(handle, WORKSPACE, Example.SEGMENT));

    assertThat(uses).containsExactly(new SegmentUse("campaign", user.id(), "Welcome"));
  }
}
