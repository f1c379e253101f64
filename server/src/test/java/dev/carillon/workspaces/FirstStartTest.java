package dev.carillon.workspaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.segments.AttributeTest;
import dev.carillon.segments.Condition;
import dev.carillon.segments.CounterRepository;
import dev.carillon.segments.Segment;
import dev.carillon.segments.SegmentRepository;
import dev.carillon.segments.SignedUp;
import dev.carillon.store.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FirstStartTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2025-07-01T12:00:00Z"));

  @AutoClose private final TestDatabase test = TestDatabase.create();

  @Test
  void shouldCreateOneWorkspaceHoweverManyNodesStart() throws Exception {
    // when
    var results = new ArrayList<Optional<NewCredentials>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Optional<NewCredentials>> start =
          () -> FirstStart.ensure(test.database(), CLOCK, GivenKeys.none());
      var started = threads.invokeAll(java.util.Collections.nCopies(6, start));
      for (var each : started) {
        results.add(each.get());
      }
    }

    // then
    assertThat(results).filteredOn(Optional::isPresent).hasSize(1);
    var created = results.stream().flatMap(Optional::stream).findFirst().orElseThrow();
    assertThat(created.workspace()).isEqualTo(new WorkspaceId(1));
    assertThat(created.trackKey()).matches("[0-9a-f]{32}").isNotEqualTo(created.appKey());
    assertThat(created.siteId()).matches("[0-9a-f]{20}");
    assertThat(created.toString()).doesNotContain(created.trackKey());
    var credentials = new Credentials(new CredentialRepository(test.database()));
    assertThat(credentials.app("Bearer " + created.appKey())).isPresent();
  }

  @Test
  void shouldUseTheGivenKeysAndLeaveRoomForFurtherWorkspaces() {
    var created =
        FirstStart.ensure(test.database(), CLOCK, new GivenKeys("site", "track", "app", "cdp"));

    assertThat(created)
        .contains(new NewCredentials(new WorkspaceId(1), "site", "track", "app", "cdp"));
    int next =
        test.jdbi()
            .withHandle(handle ->
                handle
                    .createQuery(
                        "INSERT INTO workspace (name, created_at) VALUES ('b', now()) RETURNING workspace_id")
                    .mapTo(Integer.class)
                    .one());
    assertThat(next).isEqualTo(2);
    assertThat(FirstStart.ensure(test.database(), CLOCK, GivenKeys.none())).isEmpty();
  }

  @Test
  @DisplayName("S-7: a new workspace begins with the segment of those who signed up")
  void shouldSeedTheWorkspaceItCreates() {
    var segments = new SegmentRepository(new CounterRepository(CLOCK), CLOCK);
    FirstStart.Seed seed =
        (handle, workspace) -> segments.create(handle, workspace, SignedUp.DRAFT);

    for (var start = 0; start < 2; start++) {
      FirstStart.ensure(test.database(), CLOCK, GivenKeys.none(), seed);
    }

    List<Segment> all = test.database().read(handle -> segments.list(handle, new WorkspaceId(1)));
    assertThat(all)
        .singleElement()
        .satisfies(segment -> {
          assertThat(segment.name()).isEqualTo("Signed up");
          assertThat(segment.conditions())
              .isEqualTo(
                  new Condition.Attribute(
                      new AttributeTest("created_at", AttributeTest.Operator.IS_TIMESTAMP, null)));
        });
  }

  @Test
  void shouldRefuseKeysThatCannotWork() {
    assertThatThrownBy(() -> new GivenKeys("a:b", null, null, null))
        .hasMessage("the site id must not contain a colon");
    assertThatThrownBy(() -> new GivenKeys(null, " ", null, null))
        .hasMessage("the Track API key must not be empty or edged by spaces");
  }
}
