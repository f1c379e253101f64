package dev.carillon.segments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.store.TestDatabase;
import dev.carillon.workspaces.WorkspaceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What conditions name must be there. */
final class ConditionReferencesTest {
  private static final WorkspaceId SHOP = new WorkspaceId(1);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));

  @AutoClose private static final TestDatabase TEST = TestDatabase.create();

  /** Types and campaigns of two workspaces; campaign 8 is deleted. */
  @BeforeAll
  static void make() {
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO workspace (workspace_id, name, created_at) VALUES (1, 'shop', now()), (2, 'other', now())
              ON CONFLICT DO NOTHING
              """);
          handle.execute(
              """
              INSERT INTO campaign (campaign_id, workspace_id, name, state, version, created_at, updated_at, deleted_at)
              OVERRIDING SYSTEM VALUE
              VALUES (5, 1, 'ours', 'running', 1, now(), now(), NULL), (6, 2, 'theirs', 'running', 1, now(), now(), NULL),
                     (8, 1, 'gone', 'stopped', 1, now(), now(), now());
              INSERT INTO campaign_version (campaign_id, version, definition, removed, created_at)
              VALUES (5, 1, '{"steps":[{"id":50,"type":"branch","true":[{"id":51,"type":"email"}],"false":[]}]}', '{}', now()),
                     (6, 1, '{"steps":[{"id":61,"type":"email"}]}', '{}', now());
              INSERT INTO subscription_topic (workspace_id, topic_id, name, description, subscribed_by_default, translations, created_at, deleted_at)
              VALUES (1, 2, 'ours', '', true, '{}', now(), NULL), (1, 3, 'gone', '', true, '{}', now(), now()),
                     (2, 3, 'theirs', '', true, '{}', now(), NULL);
              INSERT INTO subscription_channel (workspace_id, channel_id, type, name, description, subscribed_by_default, translations, created_at)
              VALUES (1, 1, 'twilio', 'ours', '', true, '{}', now()), (2, 1, 'email', 'theirs', '', true, '{}', now())
              """);
        });
  }

  private static final String CONDITIONS =
      """
      {"and":[{"object":{"type_id":1}},
              {"or":[{"object":{"type_id":2}},{"not":{"campaign":{"id":6,"activity":"in"}}}]},
              {"campaign":{"id":5,"activity":"entered"}},
              {"campaign":{"id":8,"activity":"entered"}},
              {"subscription":{"topic":3}},
              {"subscription":{"channel":"email"}},
              {"message":{"metric":"sent","campaign":5}},{"message":{"metric":"sent","campaign":8}},
              {"message":{"metric":"sent","newsletter":1}},{"message":{"metric":"sent","action":51}},
              {"message":{"metric":"sent","action":61}},
              {"subscription":{"topic":2}},{"subscription":{"channel":"sms"}}]}
      """;

  @Test
  @DisplayName("what is unknown, of another workspace or deleted: a fault with its path")
  void shouldNameWhatIsNotThere() {
    var segments = new SegmentRepository(new CounterRepository(CLOCK), CLOCK);
    var draft = new SegmentDraft("some", "", List.of(), ConditionJson.stored(CONDITIONS));
    SegmentOutcome outcome =
        TEST.database().inTransaction(handle -> segments.create(handle, SHOP, draft));
    assertThat(((SegmentOutcome.Invalid) outcome).faults())
        .containsExactlyInAnyOrder(
            new Fault(
                "conditions.and[1].or[0].object.type_id",
                "must be the number of an object type; there is no object type 2"),
            new Fault(
                "conditions.and[3].campaign.id",
                "must be the number of a campaign; there is no campaign 8"),
            new Fault(
                "conditions.and[1].or[1].not.campaign.id",
                "must be the number of a campaign; there is no campaign 6"),
            new Fault(
                "conditions.and[7].message.campaign",
                "must be the number of a campaign; there is no campaign 8"),
            new Fault(
                "conditions.and[8].message.newsletter",
                "must be the number of a newsletter; there is no newsletter 1"),
            new Fault(
                "conditions.and[10].message.action",
                "must be the number of a message of a campaign; there is no message of a campaign 61"),
            new Fault(
                "conditions.and[4].subscription.topic",
                "must be the number of a topic; there is no topic 3"),
            new Fault(
                "conditions.and[5].subscription.channel",
                "must be a channel people can subscribe to; there is no channel \"email\""));
  }
}
