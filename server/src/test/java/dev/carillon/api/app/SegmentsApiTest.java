package dev.carillon.api.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.api.JsonClient;
import dev.carillon.api.Tenant;
import dev.carillon.campaigns.Campaign;
import dev.carillon.campaigns.CampaignJson;
import dev.carillon.http.RateLimits;
import dev.carillon.segments.ConditionJson;
import dev.carillon.segments.SegmentCounts;
import dev.carillon.segments.SegmentDraft;
import dev.carillon.segments.SegmentOutcome;
import dev.carillon.store.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Who uses a segment, how many are in it and who (app-data §4). */
class SegmentsApiTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @AutoClose static final TestDatabase TEST = TestDatabase.create();
  @AutoClose static final AppServer SERVER = new AppServer(TEST.database(), RateLimits.off());

  private final Tenant shop = Tenant.create(TEST.database(), "seg-" + NUMBER.incrementAndGet());
  private final JsonClient client = SERVER.as(shop);

  private int segment(String name) {
    return client
        .send("POST", "/v1/segments", "{\"segment\":{\"name\":\"" + name + "\"}}")
        .expect(200)
        .json()
        .at("/segment/id")
        .asInt();
  }

  private Campaign campaign(String trigger, int filter) {
    var definition =
        """
        {"name":"Hello","trigger":%s,"filters":{"not":{"segment":{"id":%d}}},"steps":[{"type":"exit"}]}
        """
            .formatted(trigger, filter);
    @SuppressWarnings("unchecked")
    Map<String, @Nullable Object> json = JsonMapper.shared().readValue(definition, Map.class);
    if (CampaignJson.parse(json) instanceof CampaignJson.Parsed.Valid(var valid)) {
      return SERVER.campaigns.create(shop.workspace(), valid);
    }
    throw new AssertionError(CampaignJson.parse(json));
  }

  private long count(int segment) {
    return client
        .get("/v1/segments/" + segment + "/customer_count")
        .expect(200)
        .json()
        .get("count")
        .asLong();
  }

  @Test
  @DisplayName("app-data §4: the campaigns that use a segment; no newsletters")
  void shouldTellWhatUsesIt() {
    var vip = segment("VIP");
    var free = segment("Free");
    client
        .get("/v1/segments/" + vip + "/used_by")
        .expect(
            200,
            "{\"segment_id\":%d,\"used_by\":{\"campaigns\":[],\"sent_newsletters\":[],\"draft_newsletters\":[]}}"
                .formatted(vip));
    var first = campaign("{\"segment\":{\"id\":" + vip + "}}", free);
    var second = campaign("{\"event\":{\"name\":\"bought\"}}", vip);

    client
        .get("/v1/segments/" + vip + "/used_by")
        .expect(
            200,
            "{\"segment_id\":%d,\"used_by\":{\"campaigns\":[%d,%d],\"sent_newsletters\":[],\"draft_newsletters\":[]}}"
                .formatted(vip, first.id(), second.id()));
    assertThat(
            client
                .get("/v1/segments/" + free + "/used_by")
                .json()
                .at("/used_by/campaigns")
                .toString())
        .isEqualTo("[" + first.id() + "]");
    client.get("/v1/segments/999999/used_by").expectProblem(404, "segment not found");
    SERVER
        .as(Tenant.create(TEST.database(), "seg-" + NUMBER.incrementAndGet()))
        .get("/v1/segments/" + vip + "/used_by")
        .expectProblem(404, "segment not found");
  }

  @Test
  @DisplayName("app-data §4, S-9: a segment a campaign uses is not deleted")
  void shouldNotDeleteWhatACampaignUses() {
    var vip = segment("VIP");
    var campaign = campaign("{\"segment\":{\"id\":" + vip + "}}", vip);
    client
        .send("DELETE", "/v1/segments/" + vip, "")
        .expectProblem(
            409, "the segment is used by campaign %d \"Hello\"".formatted(campaign.id()));
    client.get("/v1/segments/" + vip).expect(200);
  }

  @Test
  @DisplayName("app-data §1.2: several problems are told as a list")
  void shouldTellAllThatIsWrong() {
    var answer =
        client
            .send(
                "POST",
                "/v1/segments",
                "{\"segment\":{\"name\":\"%s\",\"description\":\"%s\"}}"
                    .formatted("n".repeat(300), "d".repeat(10_000)))
            .expect(400)
            .json();
    assertThat(answer.at("/meta/error").isMissingNode()).isTrue();
    assertThat(answer.at("/meta/errors")).hasSize(2);
    assertThat(answer.get("errors")).hasSize(2);
  }

  @Test
  @DisplayName("app-data §4: the count is exact at once, folded or not")
  void shouldCount() {
    var vip = segment("VIP");
    var people = new ArrayList<Long>();
    for (var i = 0; i < 5; i++) {
      people.add(shop.person(Map.of("id", "p" + i), AppServer.NOW));
    }
    assertThat(count(vip)).isZero();
    members(vip, people);
    assertThat(count(vip)).isEqualTo(5);
    new SegmentCounts(TEST.database()).fold();
    assertThat(count(vip)).isEqualTo(5);
    TEST.jdbi()
        .useHandle(handle ->
            handle.execute("DELETE FROM segment_member WHERE person_id = ?", people.getFirst()));
    assertThat(count(vip)).isEqualTo(4);
    members(vip, people); // four of them are there
    assertThat(count(vip)).isEqualTo(5);
  }

  private static void members(int segment, List<Long> people) {
    TEST.jdbi()
        .useHandle(handle -> {
          for (var person : people) {
            handle.execute(
                """
                INSERT INTO segment_member VALUES (?, ?, now())
                ON CONFLICT (person_id, segment_id) DO UPDATE SET entered_at = excluded.entered_at
                """,
                person,
                segment);
          }
        });
  }

  @Test
  @DisplayName("app-data §1.3, §4: a page has 1,000 members, 30,000 at most")
  void shouldPageMembers() {
    var vip = segment("VIP");
    TEST.jdbi()
        .useHandle(handle -> {
          handle.execute(
              """
              INSERT INTO person SELECT 50000000 + g, ?, 0, now(), now(), '{"id":"m' || g || '"}', '{}'
                FROM generate_series(1, 31000) g
              """,
              shop.workspace().value());
          handle.execute(
              "INSERT INTO segment_member SELECT person_id, ?, now() FROM person WHERE workspace_id = ?",
              vip,
              shop.workspace().value());
        });
    var path = "/v1/segments/" + vip + "/membership";

    var usual = client.get(path).expect(200).json();
    var most = client.get(path + "?limit=99999").expect(200).json();

    assertThat(usual.get("ids")).hasSize(1_000);
    assertThat(usual.at("/ids/0").asString()).isEqualTo("m1");
    assertThat(most.get("ids")).hasSize(30_000);
    var rest =
        client.get(path + "?limit=30000&start=" + most.get("next").asString()).expect(200).json();
    assertThat(rest.get("ids")).hasSize(1_000);
    assertThat(rest.get("next").asString()).isEmpty();
    assertThat(count(vip)).isEqualTo(31_000);
  }

  private static long epoch() {
    return TEST.database()
        .read(handle -> handle.createQuery("SELECT rules FROM epoch").mapTo(Long.class).one());
  }

  @Test
  @DisplayName("a call that is refused makes nobody wait: batches go on under the rules they know")
  void shouldNotDisturbBatchesWhenRefused() {
    var vip = segment("VIP");
    campaign("{\"segment\":{\"id\":" + vip + "}}", vip);
    var before = epoch();
    client.send("DELETE", "/v1/segments/999999", "").expect(404);
    client.send("DELETE", "/v1/segments/" + vip, "").expect(409);
    client
        .send("POST", "/v1/segments", "{\"segment\":{\"name\":\"" + "x".repeat(1_000) + "\"}}")
        .expect(400);
    assertThat(epoch()).isEqualTo(before);
    segment("Other");
    assertThat(epoch()).isGreaterThan(before);
  }

  @Test
  @DisplayName("app-data §4: a segment whose first build was cancelled is finished, and empty")
  void shouldShowFiveStatesOnly() {
    var id =
        TEST.database()
            .<Integer, RuntimeException>inTransaction(handle -> {
              var draft =
                  new SegmentDraft(
                      "Cancelled",
                      "",
                      List.of(),
                      ConditionJson.stored(
                          "{\"event\":{\"name\":\"bought\",\"count\":{\"op\":\"gte\",\"n\":3}}}"));
              var outcome = SERVER.segments.create(handle, shop.workspace(), draft);
              var saved = ((SegmentOutcome.Saved) outcome).segment().id();
              SERVER.segments.cancelBuild(handle, shop.workspace(), saved);
              return saved;
            });
    var at = "/v1/segments/" + id;
    assertThat(client.get(at).json().at("/segment/state").asString()).isEqualTo("finished");
    assertThat(count(id)).isZero();
    assertThat(
            client
                .get("/v1/segments")
                .json()
                .get("segments")
                .valueStream()
                .filter(each -> each.get("id").asInt() == id)
                .map(each -> each.get("state").asString()))
        .containsExactly("finished");
    assertThat(
            TEST.database()
                .<Long, RuntimeException>read(handle ->
                    handle
                        .createQuery(
                            "SELECT count(*) FROM build WHERE target_id = ANY(:none) OR kind = 'counter'")
                        .bind("none", new int[] {id})
                        .mapTo(Long.class)
                        .one()))
        .as("work that is left, its counters included")
        .isZero();
  }
}
