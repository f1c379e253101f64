package dev.carillon.api.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Clients send again what they had no answer to, with the same messageId: alone or in another
 * batch, to another node, days later (pipelines §4, P-42).
 */
class RepeatedCallsTest {
  @AutoClose private static final PipelinesNodes NODES = new PipelinesNodes(2);

  private static String item(String type, String messageId, String members) {
    return "{\"type\":\"%s\",\"messageId\":\"%s\",%s}".formatted(type, messageId, members);
  }

  private static String batch(List<String> items) {
    return "{\"batch\":[" + String.join(",", items) + "]}";
  }

  @Test
  @DisplayName("pipelines §4: an event counts once, however often and wherever it is sent again")
  void shouldStoreAnEventOnce() {
    var shop = NODES.shop();
    var bought = item("track", "node-next-1-a", "\"userId\":\"ada\",\"event\":\"bought\"");
    var viewed = item("page", "ajs-next-2", "\"userId\":\"ada\",\"name\":\"Home\"");
    shop.send(0, "/v1/track", bought);
    NODES.settle();
    shop.send(1, "/v1/t", bought);
    shop.send(1, "/v1/batch", batch(List.of(viewed, bought, viewed)));
    NODES.settle();
    shop.send(0, "/v1/b", batch(List.of(bought, viewed)));
    NODES.settle();
    NODES.clock.advance(Duration.ofDays(7));
    shop.send(0, "/v1/batch", batch(List.of(viewed, bought)));
    NODES.settle();

    assertThat(shop.events("ada")).containsExactlyInAnyOrder("event bought", "page Home");
  }

  @Test
  @DisplayName("pipelines §4: what an anonymous id did waits once, and is nobody else's later")
  void shouldKeepAnAnonymousEventOnce() {
    var shop = NODES.shop();
    var looked = item("track", "ajs-next-3", "\"anonymousId\":\"a\",\"event\":\"looked\"");
    shop.send(0, "/v1/t", looked);
    shop.send(1, "/v1/t", looked);
    NODES.settle();
    shop.send(1, "/v1/identify", "{\"userId\":\"ada\",\"anonymousId\":\"a\"}");
    NODES.settle();
    shop.send(0, "/v1/t", looked);
    NODES.settle();

    assertThat(shop.events("ada")).containsExactly("event looked");
  }

  @Test
  @DisplayName("pipelines §4: a change that comes again does not undo what was changed meanwhile")
  void shouldNotUndoWhatCameLater() {
    var shop = NODES.shop();
    var first = item("identify", "curl-1", "\"userId\":\"ada\",\"traits\":{\"plan\":\"free\"}");
    var deleted = item("track", "curl-2", "\"userId\":\"ada\",\"event\":\"User Deleted\"");
    shop.send(0, "/v1/identify", first);
    NODES.settle();
    shop.send(0, "/v1/identify", "{\"userId\":\"ada\",\"traits\":{\"plan\":\"pro\"}}");
    NODES.settle();
    shop.send(1, "/v1/batch", batch(List.of(first)));
    NODES.settle();
    assertThat(shop.attribute("ada", "plan")).isEqualTo("pro");

    shop.send(0, "/v1/track", deleted);
    NODES.settle();
    shop.send(1, "/v1/identify", first);
    NODES.settle();
    assertThat(shop.exists("ada")).as("nobody comes back to life").isFalse();

    shop.send(0, "/v1/identify", "{\"userId\":\"ada\"}");
    NODES.settle();
    shop.send(1, "/v1/track", deleted);
    NODES.settle();
    assertThat(shop.exists("ada")).as("nor is somebody new deleted").isTrue();
  }

  @Test
  @DisplayName("pipelines §4, §6: nor are contents, devices, groups and suppressions repeated")
  void shouldApplyEveryCallOnce() {
    var shop = NODES.shop();
    var device = "\"context\":{\"device\":{\"token\":\"tok\",\"type\":\"ios\"}}";
    var calls =
        List.of(
            item(
                "track",
                "m1",
                "\"anonymousId\":\"a\",\"event\":\"Report Content Event\",\"properties\":{\"actionType\":\"viewed_content\",\"contentId\":7}"),
            item("group", "m2", "\"userId\":\"ada\",\"anonymousId\":\"a\",\"groupId\":\"acme\""),
            item("track", "m3", "\"userId\":\"ada\",\"event\":\"Application Opened\"," + device),
            item("track", "m4", "\"userId\":\"eve\",\"event\":\"User Suppressed\""));
    shop.send(0, "/v1/batch", batch(calls));
    NODES.settle();
    shop.track("Device Deleted", "\"userId\":\"ada\"," + device);
    shop.track("Object Deleted", "\"userId\":\"ada\",\"properties\":{\"objectId\":\"acme\"}");
    shop.track("User Unsuppressed", "\"userId\":\"eve\"");
    shop.call("/v1/identify", "{\"userId\":\"eve\"}");
    var before = shop.activities().size();
    shop.send(1, "/v1/batch", batch(calls));
    NODES.settle();

    assertThat(shop.activities()).hasSize(before);
    assertThat(shop.devices("ada")).isEmpty();
    assertThat(shop.related("ada")).isEmpty();
    assertThat(shop.exists("eve")).isTrue();
  }

  @Test
  @DisplayName("pipelines §4: two workspaces may use the same messageId")
  void shouldTellWorkspacesApart() {
    for (var shop : List.of(NODES.shop(), NODES.shop())) {
      shop.call("/v1/track", item("track", "same", "\"userId\":\"ada\",\"event\":\"bought\""));
      assertThat(shop.events("ada")).containsExactly("event bought");
    }
  }

  @Test
  @DisplayName("I3, pipelines §4: both nodes take the same batches at once, each event counts once")
  void shouldStoreEachEventOnceWhenBothNodesTakeIt()
      throws InterruptedException, ExecutionException {
    var shop = NODES.shop();
    var batches = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      var items = new ArrayList<String>();
      for (int j = 0; j < 25; j++) {
        var id = i * 25 + j;
        items.add(
            item("track", "uuid-" + id, "\"userId\":\"p%d\",\"event\":\"e\"".formatted(id % 7)));
      }
      batches.add(batch(items));
    }
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var sent = new ArrayList<Future<?>>();
      for (int i = 0; i < batches.size(); i++) {
        for (int node = 0; node < 2; node++) {
          int batch = (i + node * 20) % batches.size();
          int to = node;
          sent.add(callers.submit(() -> shop.send(to, "/v1/batch", batches.get(batch))));
        }
      }
      for (var each : sent) {
        each.get();
      }
    }
    NODES.settle();

    var stored =
        NODES.database.read(handle ->
            handle
                .select(
                    "SELECT count(*) || ' of ' || count(DISTINCT event_id) FROM event WHERE workspace_id = ?",
                    shop.tenant().workspace().value())
                .mapTo(String.class)
                .one());
    assertThat(stored).isEqualTo("1000 of 1000");
    assertThat(NODES.deadLetters()).isZero();
  }
}
