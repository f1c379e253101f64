package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.AttributesJson;
import dev.carillon.people.Identifier;
import dev.carillon.people.IdentifierKey;
import dev.carillon.people.Suppressions;
import dev.carillon.processing.PeopleModel.Somebody;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is stored of the people of a workspace, as {@link PeopleModel#seen} shows it. */
final class IdentityState {
  private static final Set<String> IDENTIFIERS = Set.of("id", "email");

  private final ProcessingKit kit;
  private final Map<Long, Somebody> people = new HashMap<>();
  private final Map<String, Set<String>> waiting = new TreeMap<>();
  private final Map<String, Map<String, Object>> waitingRelations = new TreeMap<>();
  private final Set<String> suppressed = new TreeSet<>();

  /** Reads it; {@code identifiers} are all that may be suppressed. */
  IdentityState(ProcessingKit kit, Collection<Identifier> identifiers) {
    this.kit = kit;
    var workspace = kit.workspace();
    rows(
        "SELECT person_id, attributes FROM person WHERE workspace_id = ?",
        (person, attributes) -> {
          var somebody = new Somebody(0);
          somebody.attributes().putAll(AttributesJson.parse(attributes));
          people.put(person, somebody);
        });
    rows(
        "SELECT person_id, name FROM event JOIN event_name USING (name_id) WHERE event.workspace_id = ?",
        (person, name) ->
            assertThat(of(person, name).events().add(name)).as("once: " + name).isTrue());
    rows(
        "SELECT person_id, anonymous_id FROM anonymous_link WHERE person_id IS NOT NULL AND workspace_id = ?",
        (person, id) -> of(person, id).anonymousIds().add(id));
    rows(
        "SELECT person_id, token FROM device WHERE workspace_id = ?",
        (person, token) -> of(person, token).devices().add(token));
    rows(
        "SELECT person_id, m.segment_id FROM segment_member m JOIN segment s USING (segment_id) WHERE s.type = 'manual' AND s.workspace_id = ?",
        (person, segment) -> of(person, segment).segments().add(segment));
    rows(
        "SELECT person_id, o.object_id || ' ' || r.attributes FROM relationship r JOIN object o USING (object_key) WHERE r.workspace_id = ?",
        (person, relation) -> relate(of(person, relation).relations(), relation));
    rows(
        "SELECT 0, a.anonymous_id || ' ' || n.name FROM anonymous_event a JOIN event_name n USING (name_id) WHERE a.workspace_id = ?",
        (_, event) -> {
          var words = event.split(" ", 2);
          assertThat(waiting.computeIfAbsent(words[0], _ -> new TreeSet<>()).add(words[1]))
              .as("once: " + event)
              .isTrue();
        });
    rows(
        "SELECT 0, a.anonymous_id || ' ' || o.object_id || ' ' || a.attributes FROM anonymous_relationship a JOIN object o USING (object_key) WHERE a.workspace_id = ?",
        (_, relation) -> {
          var words = relation.split(" ", 2);
          relate(waitingRelations.computeIfAbsent(words[0], _ -> new TreeMap<>()), words[1]);
        });
    var keys = identifiers.stream().map(each -> IdentifierKey.of(workspace, each)).toList();
    kit.database
        .read(handle -> new Suppressions(ProcessingKit.SECRET).find(handle, keys))
        .forEach(key -> suppressed.add(PeopleModel.key(new Identifier(key.kind(), key.value()))));
  }

  private static void relate(Map<String, Object> relations, String relation) {
    var words = relation.split(" ", 2);
    relations.put(words[0], AttributesJson.parse(words[1]));
  }

  private void rows(String sql, BiConsumer<Long, String> each) {
    kit.database.<Integer, RuntimeException>read(handle ->
        handle
            .select(sql, kit.workspace().value())
            .map((row, _) -> {
              each.accept(row.getLong(1), row.getString(2));
              return 1;
            })
            .list()
            .size());
  }

  private Somebody of(long personId, @Nullable String what) {
    var somebody = people.get(personId);
    if (somebody == null) {
      throw new AssertionError(what + " belongs to somebody who does not exist");
    }
    return somebody;
  }

  /** That part of it in which every name begins in one way. */
  String seen(String prefix) {
    var mine =
        people.values().stream()
            .filter(each ->
                each.attributes().entrySet().stream()
                    .anyMatch(attribute ->
                        IDENTIFIERS.contains(attribute.getKey())
                            && begins((String) attribute.getValue(), prefix)))
            .toList();
    return PeopleModel.seen(
        mine,
        part(waiting, prefix),
        part(waitingRelations, prefix),
        new TreeSet<>(
            suppressed.stream()
                .filter(each -> begins(each.substring(each.indexOf(' ') + 1), prefix))
                .toList()));
  }

  private static boolean begins(String name, String prefix) {
    return name.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  private static <V> Map<String, V> part(Map<String, V> all, String prefix) {
    var part = new TreeMap<>(all);
    part.keySet().removeIf(each -> !begins(each, prefix));
    return part;
  }

  /** Lets everything that is left to the background come to its end; then nothing is left over. */
  static void finish(ProcessingKit kit) {
    kit.settle();
    kit.moveMerged();
    kit.advance(Duration.ofMinutes(3));
    kit.moveMerged();
    kit.erase();
    kit.assertConsistent();
    for (var table : List.of("merger", "erasure")) {
      assertThat(kit.number("SELECT count(*) FROM " + table)).as(table).isZero();
    }
    for (var table : List.of("event", "delivery", "outbox", "anonymous_link")) {
      assertThat(
              kit.number(
                  "SELECT count(*) FROM %s t WHERE person_id IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.person_id = t.person_id)"
                      .formatted(table)))
          .as("rows of %s of people who do not exist", table)
          .isZero();
    }
    assertThat(
            kit.number(
                "SELECT count(*) FROM journey j WHERE wake_at IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.person_id = j.person_id)"))
        .as("journeys of people who do not exist")
        .isZero();
  }
}
