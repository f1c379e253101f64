package dev.carillon.processing;

import static dev.carillon.people.Identifier.id;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.events.EventKind;
import dev.carillon.people.Identifier;
import dev.carillon.segments.ConditionJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What is counted live equals what a build counts from what is stored: random conditions over
 * random events, messages and merges under a turned clock; then every segment is deleted and made
 * anew. A failure names the seed: put it into {@link #SEED} to see the same run.
 */
final class CountedAgreementTest {
  private static final long SEED = System.nanoTime();
  private static final int ROUNDS = 2;
  private static final int SEGMENTS = 18;
  private static final int STEPS = 100;
  private static final int PEOPLE = 6;
  private static final List<String> METRICS =
      List.of("delivered", "opened", "clicked", "converted", "bounced", "spammed");

  private final Random random = new Random(SEED);
  private final List<Long> mails = new ArrayList<>();

  @Test
  @DisplayName("§2.4, §2.5, S-40, S-42, S-43, S-51: live and built memberships agree")
  void shouldAgreeWithABuild() {
    try (var kit = ProcessingKit.start(2)) {
      var mailbox = new Mailbox(kit, kit.node(0));
      for (var round = 0; round < ROUNDS; round++) {
        kit.inNewWorkspace();
        kit.database.inTransaction(handle ->
            handle.execute(
                "INSERT INTO workspace (workspace_id, name, created_at) VALUES (?, 'test', now())",
                kit.workspace().value()));
        kit.standing(1, 11);
        kit.standing(2, 12);
        mails.clear();
        check(kit, mailbox, "seed %d, round %d".formatted(SEED, round));
      }
      assertThat(kit.deadLetters()).isEmpty();
      kit.assertConsistent();
    }
  }

  private void check(ProcessingKit kit, Mailbox mailbox, String story) {
    // given
    var conditions = IntStream.range(0, SEGMENTS).mapToObj(_ -> condition(kit)).distinct().toList();
    var segments = new LinkedHashMap<Integer, String>();
    conditions.forEach(each -> segments.put(kit.segment(ConditionJson.stored(each)), each));
    var people = IntStream.range(0, PEOPLE).mapToObj(i -> id("p" + i)).toList();
    people.forEach(person -> Mailbox.reachable(kit, person));
    kit.settle();
    // when
    for (var step = 0; step < STEPS; step++) {
      step(kit, mailbox, people);
    }
    mailbox.send();
    kit.settle();
    // then
    var live = new LinkedHashMap<String, Set<Long>>();
    segments.forEach((segment, condition) -> live.put(condition, members(kit, segment)));
    segments.keySet().forEach(kit::deleteSegment);
    var built = new LinkedHashMap<String, Set<Long>>();
    conditions.forEach(
        each -> built.put(each, members(kit, kit.segment(ConditionJson.stored(each)))));
    assertThat(live).as(story).isEqualTo(built);
    assertThat(live.values().stream().map(Set::size).distinct().count())
        .as("%s: conditions that tell people apart", story)
        .isGreaterThan(2);
  }

  private static Set<Long> members(ProcessingKit kit, int segment) {
    return kit.database.read(handle ->
        handle
            .select("SELECT person_id FROM segment_member WHERE segment_id = ?", segment)
            .mapTo(Long.class)
            .set());
  }

  // ── conditions ────────────────────────────────────────────────────────────────────────────────

  private String condition(ProcessingKit kit) {
    var leaf =
        switch (random.nextInt(5)) {
          case 0 ->
              "{\"event\":{\"name\":\"%s\"%s%s}}".formatted(one("a", "b"), where(), often(kit));
          case 1 ->
              "{\"event\":{\"type\":\"%s\",\"name\":\"%s\"%s%s}}"
                  .formatted(
                      one("page", "screen"),
                      one("x/*", "*/1", "x/1", "*", "*y*"),
                      where(),
                      often(kit));
          default -> "{\"message\":{%s%s}}".formatted(message(), often(kit));
        };
    return random.nextInt(4) == 0 ? "{\"not\":%s}".formatted(leaf) : leaf;
  }

  private String message() {
    var metric =
        one(
            "sent",
            "delivered",
            "opened",
            "clicked",
            "converted",
            "bounced",
            "spammed",
            "unsubscribed");
    var members = new ArrayList<String>();
    members.add("\"metric\":\"%s\"".formatted(metric));
    if (random.nextInt(3) == 0) {
      members.add(one("\"campaign\":1", "\"campaign\":2", "\"action\":11", "\"action\":12"));
    }
    if (random.nextInt(5) == 0) {
      members.add(one("\"channel\":\"email\"", "\"channel\":\"push\""));
    }
    if (metric.equals("clicked") && random.nextBoolean()) {
      members.add("\"link\":\"%s\"".formatted(link()));
    }
    if ((metric.equals("clicked") || metric.equals("opened")) && random.nextBoolean()) {
      members.add("\"engagement\":\"human\"");
    }
    return members.stream().collect(joining(","));
  }

  private String where() {
    return random.nextInt(3) == 0
        ? ",\"where\":[{\"field\":\"n\",\"operator\":\"gt\",\"value\":%d}]"
            .formatted(random.nextInt(4))
        : "";
  }

  private String often(ProcessingKit kit) {
    var count =
        random.nextInt(5) == 0
            ? ",\"performed\":false"
            : ",\"count\":{\"op\":\"%s\",\"n\":%d}"
                .formatted(one("gte", "lte", "eq"), random.nextInt(4));
    var now = kit.clock.instant().getEpochSecond();
    return count
        + switch (random.nextInt(4)) {
          case 0 -> "";
          case 1 ->
              ",\"window\":{\"kind\":\"between\",\"from\":{\"at\":%d},\"to\":{\"at\":%d}}"
                  .formatted(now + random.nextInt(50_000), now + 50_000 + random.nextInt(100_000));
          default ->
              ",\"window\":{\"kind\":\"within_past\",\"n\":%d,\"unit\":\"hour\"}"
                  .formatted(1 + random.nextInt(40));
        };
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String link() {
    return one("https://shop.example/1", "https://shop.example/2");
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────

  private void step(ProcessingKit kit, Mailbox mailbox, List<Identifier> people) {
    var person = people.get(random.nextInt(people.size()));
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> kit.accept(event(kit, person));
      case 3 -> {
        kit.settle();
        mails.add(mailbox.queue(person, 1 + random.nextInt(2), 11 + random.nextInt(2)));
      }
      case 4 -> mailbox.send();
      case 5, 6, 7, 8 -> report(kit);
      case 9 -> {
        if (!mails.isEmpty() && random.nextInt(3) == 0) {
          kit.accept(
              new Operation.Unsubscribe(kit.workspace(), mails.get(random.nextInt(mails.size()))));
        }
      }
      case 10 -> {
        if (random.nextInt(6) == 0) {
          kit.accept(kit.mergeOf(people.getFirst(), person));
          Mailbox.reachable(kit, person); // somebody new of the same name
          kit.settle();
          kit.moveMerged();
        }
      }
      default -> kit.advance(Duration.ofMinutes(random.nextInt(400)));
    }
  }

  private Operation event(ProcessingKit kit, Identifier person) {
    var kind = EventKind.values()[random.nextInt(3)];
    var name = kind == EventKind.EVENT ? one("a", "b") : one("x/1", "x/2", "y/1", "y", "z");
    var at = kit.clock.instant().plus(Duration.ofMinutes(random.nextInt(3_000) - 2_400));
    return new Operation.Event(
        kit.workspace(),
        person,
        null,
        kind,
        name,
        null,
        random.nextInt(3) == 0 ? at.toEpochMilli() : 0,
        "{\"n\":%d}"
            .formatted(random.nextInt(6))
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void report(ProcessingKit kit) {
    if (mails.isEmpty()) {
      return;
    }
    var metric = METRICS.get(random.nextInt(METRICS.size()));
    var at = kit.clock.instant().minus(Duration.ofMinutes(random.nextInt(2_000)));
    kit.accept(
        new Operation.DeliveryReport(
            kit.workspace(),
            mails.get(random.nextInt(mails.size())),
            metric,
            random.nextBoolean() ? at.toEpochMilli() : 0,
            metric.equals("clicked") ? Map.of("href", link()) : Map.of()));
  }
}
