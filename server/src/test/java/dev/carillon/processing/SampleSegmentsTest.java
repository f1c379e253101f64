package dev.carillon.processing;

import static dev.carillon.people.Identifier.email;
import static dev.carillon.people.Identifier.id;
import static dev.carillon.processing.Around.everyTime;
import static dev.carillon.processing.Around.exit;
import static dev.carillon.processing.Around.onEntry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.people.Identifier;
import dev.carillon.segments.Condition;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments over random samples: who belongs to one does so from the first moment and for good. */
final class SampleSegmentsTest {
  private static final Condition EVERYBODY = new Condition.Sample(10_000, "");
  private static final Condition HALF = new Condition.Sample(5_000, "spring");

  @Test
  @DisplayName("§2.6: people created by any way belong to it at once")
  void shouldTakeInWhoeverIsCreated() {
    try (var kit = ProcessingKit.start(1)) {
      kit.objectType(1);
      var things = new Things(kit);
      var all = kit.segment(EVERYBODY);
      var nobody = kit.segment(new Condition.Sample(0, ""));
      kit.campaign(everyTime(onEntry(all), null, exit()));
      var byHand = kit.manualSegment();
      var ways =
          List.of(
              kit.identifyOf(id("identified")),
              kit.identifyOf(email("by@address.test")),
              kit.eventOf(id("did something"), "something", "{}"),
              kit.linkingOf(id("claimed"), "anon", "something"),
              things.device(id("has a device"), "t", null),
              things.relate(id("is related"), Things.object("acme")),
              new Operation.Membership(kit.workspace(), id("put in"), byHand, true));
      kit.acceptTogether(ways);
      for (var way : ways) {
        var person = way.people().getFirst();
        assertThat(kit.segmentsOf(person)).as("%s", way).contains(all).doesNotContain(nobody);
        assertThat(kit.journeys(person)).as("%s", way).hasSize(1);
      }
      kit.assertConsistent();
    }
  }

  @Test
  @DisplayName("§2.6: a build, a restart, another identifier and a merge change nothing")
  void shouldBeStable() {
    try (var kit = ProcessingKit.start(1)) {
      var people = IntStream.range(0, 60).mapToObj(i -> id("p" + i)).toList();
      var live = kit.segment(HALF);
      people.forEach(kit::identify);
      kit.settle();
      var before = in(kit, live, people);
      assertThat(before.size()).isBetween(15, 45);
      assertThat(in(kit, kit.segment(HALF), people)).as("built").isEqualTo(before);
      assertThat(in(kit, kit.segment(new Condition.Sample(5_000, "autumn")), people))
          .as("of another salt")
          .isNotEqualTo(before);
      // when
      var renamed = people.get(0);
      kit.accept(kit.identifyOf(kit.cioId(renamed), "id", "somebody else"));
      kit.accept(kit.identifyOf(people.get(1), "email", "one@example.test"));
      kit.accept(kit.mergeOf(people.get(2), people.get(3)));
      kit.settle();
      kit.addNode(1);
      kit.shareLanes();
      people.subList(4, 60).forEach(each -> kit.identify(each, "n", 1L));
      kit.settle();
      // then
      assertThat(in(kit, live, people.subList(4, 60)))
          .isEqualTo(retained(before, people.subList(4, 60)));
      assertThat(kit.segmentsOf(id("somebody else")).contains(live))
          .isEqualTo(before.contains(renamed));
      assertThat(kit.segmentsOf(people.get(1)).contains(live))
          .isEqualTo(before.contains(people.get(1)));
      assertThat(kit.segmentsOf(people.get(2)).contains(live))
          .isEqualTo(before.contains(people.get(2)));
    }
  }

  private static Set<Identifier> in(ProcessingKit kit, int segment, List<Identifier> people) {
    return Set.copyOf(
        people.stream().filter(each -> kit.segmentsOf(each).contains(segment)).toList());
  }

  private static Set<Identifier> retained(Set<Identifier> before, List<Identifier> people) {
    return Set.copyOf(people.stream().filter(before::contains).toList());
  }
}
