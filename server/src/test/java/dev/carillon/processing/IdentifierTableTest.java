package dev.carillon.processing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdentifierTableTest {
  private static final int MOST = 1 << 14;

  @Test
  void knowsNearlyEverythingWhileThereIsRoom() {
    var table = new IdentifierTable(MOST);
    var random = new Random(7);
    var known = new HashMap<Long, Long>();
    for (var person = 1L; person <= MOST / 2; person++) {
      var key = random.nextLong();
      table.put(key, key * 31, person);
      known.put(key, person);
    }
    var answered =
        known.entrySet().stream()
            .filter(each -> table.get(each.getKey(), each.getKey() * 31) == each.getValue())
            .count();
    assertThat(answered).isGreaterThan(MOST / 2 * 96 / 100);
    assertThat(table.get(1, 2)).isZero();
  }

  @Test
  void neverAnswersForAnotherKeyHoweverFullItIs() {
    var table = new IdentifierTable(MOST);
    var random = new Random(8);
    var known = new HashMap<Long, Long>();
    for (var person = 1L; person <= 10 * MOST; person++) {
      var key = random.nextLong();
      table.put(key, key * 31, person);
      known.put(key, person);
    }
    var answered = 0;
    for (var each : known.entrySet()) {
      var person = table.get(each.getKey(), each.getKey() * 31);
      assertThat(person).isIn(0L, each.getValue());
      answered += person == 0 ? 0 : 1;
    }
    assertThat(answered).as("of %d places", MOST).isBetween(MOST / 2, MOST);
    var last = known.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(
            known.entrySet().stream()
                .filter(each -> each.getValue() == last)
                .map(each -> table.get(each.getKey(), each.getKey() * 31)))
        .as("the newcomer is always let in")
        .containsExactly(last);
  }

  @Test
  void fillingPutsNobodyOut() {
    var table = new IdentifierTable(MOST);
    var random = new Random(9);
    var known = new HashMap<Long, Long>();
    var refused = 0;
    for (var person = 1L; person <= 2 * MOST; person++) {
      var key = random.nextLong();
      if (table.putIfRoom(key, key * 31, person)) {
        known.put(key, person);
      } else {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(MOST / 2);
    assertThat(table.entries()).isEqualTo(known.size()).isGreaterThan(MOST * 9 / 10);
    known.forEach((key, person) -> assertThat(table.get(key, key * 31)).isEqualTo(person));
  }

  @Test
  void aKeyHasOnePerson() {
    var table = new IdentifierTable(MOST);
    table.put(1, 2, 10);
    table.put(1, 2, 11);
    assertThat(table.get(1, 2)).isEqualTo(11);
    table.clear();
    assertThat(table.get(1, 2)).isZero();
  }

  @Test
  void keysThatShareAPlaceAreToldApart() {
    var table = new IdentifierTable(MOST);
    for (var high = 1L; high <= 8; high++) {
      table.put(high, 5, high + 100);
    }
    for (var high = 1L; high <= 8; high++) {
      assertThat(table.get(high, 5)).isEqualTo(high + 100);
    }
  }

  @Test
  void refusesSizesItCannotDivide() {
    assertThatThrownBy(() -> new IdentifierTable(10_000))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
