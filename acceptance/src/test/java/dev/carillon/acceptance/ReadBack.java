package dev.carillon.acceptance;

import static dev.carillon.acceptance.HttpCalls.segment;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import tools.jackson.databind.JsonNode;

/** What the App API tells of people and objects, in short forms. */
final class ReadBack {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpCalls calls;

  ReadBack(HttpCalls calls) {
    this.calls = calls;
  }

  /**
   * Repeats a check until it holds; what is not there yet may make it fail in any way. When the
   * patience ends, the error tells how it failed last.
   */
  static void eventually(ThrowingRunnable check) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> {
          try {
            check.run();
          } catch (Exception notYet) {
            throw new AssertionError(notYet.toString(), notYet);
          }
        });
  }

  JsonNode person(String id) {
    return calls.get("/v1/customers/" + segment(id) + "/attributes").get("customer");
  }

  boolean exists(String id) {
    return calls.app("GET", "/v1/customers/" + segment(id) + "/attributes", "").status() == 200;
  }

  String attribute(String id, String name) {
    return person(id).get("attributes").get(name).stringValue();
  }

  /** Type and name of a person's latest activities. */
  List<String> activities(String id) {
    return latest(id)
        .map(each -> {
          var name = each.has("name") ? each.get("name") : each.get("url");
          return each.get("type").stringValue() + (name == null ? "" : " " + name.stringValue());
        })
        .toList();
  }

  /** The data of a person's latest event of this name. */
  JsonNode event(String id, String name) {
    return latest(id)
        .filter(each -> each.has("name") && each.get("name").stringValue().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(id + " has no event " + name))
        .get("data");
  }

  private Stream<JsonNode> latest(String id) {
    return stream(
        calls.get("/v1/customers/" + segment(id) + "/activities?limit=100").get("activities"));
  }

  /** Each object of a person with the role that the relationship gives. */
  List<String> related(String id) {
    return stream(
            calls.get("/v1/customers/" + segment(id) + "/relationships").get("cio_relationships"))
        .map(each -> {
          var role = each.get("attributes").get("role");
          return each.get("identifiers").get("object_id").stringValue()
              + (role == null ? "" : " as " + role.stringValue());
        })
        .toList();
  }

  /** An attribute of an object of type 1. */
  String ofObject(String id, String name) {
    return calls
        .get("/v1/objects/1/" + segment(id) + "/attributes")
        .get("object")
        .get("attributes")
        .get(name)
        .stringValue();
  }

  static List<String> texts(JsonNode list, String field) {
    return stream(list).map(each -> each.get(field).stringValue()).toList();
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
