package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BaseSegmentsTest {

  @Test
  void shouldMentionTheMeasuredEventInTwentySegmentsAndInNoOther() {
    var measured = BaseEvents.name(0);

    assertThat(BaseSegments.mentioning())
        .hasSize(20)
        .allMatch(each -> each.conditions().toString().contains(measured));
    assertThat(BaseSegments.others())
        .hasSize(BaseSegments.OTHERS)
        .noneMatch(each -> each.toString().contains(measured));
  }

  @Test
  void shouldGiveMostOfThePeopleCommonPlansAndOneInTenThousandARareOne() {
    long founders = 0;
    long free = 0;
    for (int n = 0; n < 100_000; n++) {
      founders += BasePeople.plan(n).equals("founder") ? 1 : 0;
      free += BasePeople.plan(n).equals("free") ? 1 : 0;
    }

    assertThat(founders).isBetween(2L, 25L);
    assertThat(free).isBetween(59_000L, 61_000L);
  }
}
