package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.CampaignMetrics.Period;
import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("M-4: buckets by creation, New York days, Sunday weeks")
class CampaignMetricsTest {
  @AutoClose private static final TestDatabase TEST = TestDatabase.create();

  /** A Wednesday in New York, and the second day of summer time is past: UTC-4. */
  private static final Instant NOW = Instant.parse("2026-03-11T15:30:00Z");

  private final CampaignMetrics metrics = new CampaignMetrics(TEST.database());
  private int deliveries;

  @BeforeEach
  void empty() {
    TEST.jdbi().useHandle(handle -> handle.execute("TRUNCATE delivery"));
  }

  private void delivery(String createdAt, @Nullable String sentAt) {
    TEST.jdbi()
        .useHandle(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO delivery (delivery_id, created_at, workspace_id, person_id, campaign_id, action_id,
                                          channel, state, sent_at)
                    VALUES (:id, :created::timestamptz, 1, 42, 7, 11, 'email', 'queued', :sent::timestamptz)
                    """)
                .bind("id", ++deliveries)
                .bind("created", createdAt)
                .bind("sent", sentAt)
                .execute());
  }

  private Map<String, int[]> series(Period period, @Nullable Integer steps) {
    return metrics.series(WORKSPACE, 7, null, null, period.buckets(NOW, steps));
  }

  @Test
  void shouldCutDaysAtMidnightInNewYork() {
    delivery("2026-03-11T04:00:00Z", "2026-03-11T04:00:01Z"); // 00:00 on Wednesday
    delivery("2026-03-11T03:59:59Z", "2026-03-11T04:00:01Z"); // 23:59 on Tuesday
    delivery("2026-03-08T05:00:00Z", null); // 00:00 on Sunday, still UTC-5
    delivery("2026-03-08T04:59:59Z", null); // 23:59 on Saturday: too old

    var days = series(Period.DAYS, 4);

    assertThat(days.get("created")).containsExactly(1, 0, 1, 1);
    assertThat(days.get("sent")).as("by creation").containsExactly(0, 0, 1, 1);
  }

  @Test
  void shouldBeginWeeksOnSundayAndMonthsOnTheFirst() {
    delivery("2026-03-08T05:00:00Z", null);
    delivery("2026-03-08T04:59:59Z", null);
    delivery("2026-03-01T05:00:00Z", null);
    delivery("2026-03-01T04:59:59Z", null);

    assertThat(series(Period.WEEKS, 3).get("created")).containsExactly(1, 2, 1);
    assertThat(series(Period.MONTHS, 2).get("created")).containsExactly(1, 3);
  }

  @Test
  void shouldCountHours() {
    delivery("2026-03-11T15:00:00Z", null);
    delivery("2026-03-11T14:59:59Z", null);

    assertThat(series(Period.HOURS, 2).get("created")).containsExactly(1, 1);
  }

  @Test
  @DisplayName("App API §0.5: every key always, zero-filled, usual and greatest lengths")
  void shouldAnswerWithAllKeys() {
    var series = series(Period.DAYS, null);

    assertThat(series).hasSize(27).containsKeys("created", "human_opened", "untracked");
    assertThat(series.values())
        .allSatisfy(counts -> assertThat(counts).containsOnly(0).hasSize(45));
    assertThat(series(Period.MONTHS, null).get("sent")).hasSize(12);
    assertThat(series(Period.MONTHS, 0).get("sent")).hasSize(121);
    assertThat(series(Period.HOURS, 500).get("sent")).hasSize(24);
    assertThat(series(Period.WEEKS, 1).get("sent")).hasSize(2);
  }

  @Test
  void shouldNarrowByStepChannelAndWorkspace() {
    delivery("2026-03-11T15:00:00Z", null);

    assertThat(created(WORKSPACE, 7, 11, "email")).isEqualTo(1);
    assertThat(created(WORKSPACE, 7, 12, null)).isZero();
    assertThat(created(WORKSPACE, 7, null, "push")).isZero();
    assertThat(created(WORKSPACE, 8, null, null)).isZero();
    assertThat(created(new WorkspaceId(2), 7, null, null)).isZero();
  }

  @Test
  void shouldLeaveOutWhatWasCreatedAtTheEndOrLater() {
    delivery("2026-03-11T15:00:00Z", null);
    delivery("2026-03-11T15:30:00Z", null);

    var buckets =
        new CampaignMetrics.Buckets(
            List.of(Instant.parse("2026-03-11T14:00:00Z"), Instant.parse("2026-03-11T15:00:00Z")),
            Instant.parse("2026-03-11T15:30:00Z"));

    assertThat(metrics.series(WORKSPACE, 7, null, null, buckets).get("created"))
        .containsExactly(0, 1);
  }

  private int created(
      WorkspaceId workspace, int campaign, @Nullable Integer action, @Nullable String type) {
    var series = metrics.series(workspace, campaign, action, type, Period.DAYS.buckets(NOW, 2));
    return series.getOrDefault("created", new int[] {9, 9})[1];
  }
}
