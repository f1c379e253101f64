package dev.carillon.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * The calls of the Track API that are measured. Person 42 is {@code bench-0000042}, with the
 * address {@code bench-0000042@example.test}.
 */
final class Calls {
  private static final String AUTHORIZATION =
      RequestTemplate.basic(RunningServer.SITE_ID, RunningServer.TRACK_KEY);
  private static final String PERSON = "/api/v1/customers/bench-{person}";

  private Calls() {}

  /** An event with a ULID and five values, about 150 bytes of JSON. */
  static RequestTemplate event(String name) {
    return event(
        name,
        """
        {"total":42.5,"quantity":3,"sku":"SKU-{number}","category":"shoes","coupon":"SPRING"}\
        """);
  }

  /** An event with a ULID and this data, a JSON object. */
  static RequestTemplate event(String name, String data) {
    return RequestTemplate.of(
        "POST",
        PERSON + "/events",
        AUTHORIZATION,
        """
        {"name":"%s","id":"{ulid}","data":%s}\
        """
            .formatted(name, data));
  }

  /** Identifies with these attributes, a JSON object. */
  static RequestTemplate identify(String attributes) {
    return RequestTemplate.of("PUT", PERSON, AUTHORIZATION, attributes);
  }

  /**
   * A whole profile: 15 attributes, the address among them.
   *
   * @param mark name of the attribute that tells groups of people apart
   * @param value its value
   */
  static RequestTemplate profile(String mark, String value) {
    return RequestTemplate.of(
        "PUT",
        PERSON,
        AUTHORIZATION,
        """
        {"email":"bench-{person}@example.test","first_name":"Kim","last_name":"Benchmark","%s":"%s",\
        "city":"Kathmandu","country":"NP","language":"en","timezone":"Asia/Kathmandu","created_at":1750000000,\
        "score":"s{number}","orders":7,"total_spent":1284.5,"newsletter":true,"source":"search","verified":false}\
        """
            .formatted(mark, value));
  }

  /** One attribute gets another value. */
  static RequestTemplate attributeChange(String value) {
    return RequestTemplate.of(
        "PUT", PERSON, AUTHORIZATION, "{\"score\":\"%s{number}\"}".formatted(value));
  }

  /** A transactional message to a person, with data of its own. */
  static RequestTemplate send(int messageId) {
    return RequestTemplate.of(
        "POST",
        "/v1/send/email",
        "Bearer " + RunningServer.APP_KEY,
        """
        {"transactional_message_id":%d,"to":"bench-{person}@example.test","identifiers":{"id":"bench-{person}"},\
        "message_data":{"order":"{number}","total":42.5,"sku":"SKU-{number}"}}\
        """
            .formatted(messageId));
  }

  /** Operations in one batch. */
  static final int BATCH = 20;

  /** A v2 batch of twenty events, each as {@link #event} makes it. */
  static RequestTemplate batchOfEvents(String name) {
    var item =
        """
        {"type":"person","action":"event","identifiers":{"id":"bench-{person}"},"name":"%s","id":"{ulid}",\
        "attributes":{"total":42.5,"quantity":3,"sku":"SKU-{number}","category":"shoes","coupon":"SPRING"}}\
        """
            .formatted(name);
    return RequestTemplate.of(
        "POST", "/api/v2/batch", AUTHORIZATION, list("{\"batch\":[", item, "]}"));
  }

  /** A Pipelines batch of twenty track calls. */
  static RequestTemplate batchOfTracks(String name) {
    var item =
        """
        {"type":"track","userId":"bench-{person}","event":"%s","messageId":"{ulid}","timestamp":"2026-01-02T03:04:05.678Z",\
        "properties":{"total":42.5,"quantity":3,"sku":"SKU-{number}","category":"shoes","coupon":"SPRING"}}\
        """
            .formatted(name);
    return RequestTemplate.of(
        "POST",
        "/v1/batch",
        RequestTemplate.basic(RunningServer.CDP_KEY, ""),
        list("{\"batch\":[", item, "]}"));
  }

  private static List<String> list(String head, String item, String tail) {
    var parts = new ArrayList<String>();
    for (int i = 0; i < BATCH; i++) {
      parts.add((i == 0 ? head : "") + item + (i == BATCH - 1 ? tail : ","));
    }
    return parts;
  }

  /** The same as {@link #event}, for one call at a time. */
  static String id(long person) {
    return "bench-%07d".formatted(person);
  }

  /** The number of the person with this id. */
  static long number(String id) {
    return Long.parseLong(id.substring("bench-".length()));
  }

  /** The person's address. */
  static String address(long person) {
    return id(person) + "@example.test";
  }
}
