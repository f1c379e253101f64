package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.campaigns.JourneyPath.Did;
import org.junit.jupiter.api.Test;

class JourneyPathTest {

  @Test
  void shouldReadBackWhatItHasWritten() {
    var waits = new JourneyPath.Entry(12, NOW, Did.WAITS, NOW.plusSeconds(60));
    var sends = new JourneyPath.Entry(13, NOW.plusSeconds(60), Did.SENDS, null);

    var path = JourneyPath.EMPTY.plus(waits).plus(sends);

    assertThat(path.entries()).containsExactly(waits, sends);
    assertThat(new JourneyPath(path.json())).isEqualTo(path);
    assertThat(JourneyPath.EMPTY.entries()).isEmpty();
  }

  @Test
  void shouldKeepTheNewestHundred() {
    var path = JourneyPath.EMPTY;
    for (var step = 1; step <= 250; step++) {
      path = path.plus(new JourneyPath.Entry(step, NOW, Did.SENDS, null));
    }

    assertThat(path.entries()).hasSize(100);
    assertThat(path.entries().getFirst().step()).isEqualTo(151);
    assertThat(path.entries().getLast().step()).isEqualTo(250);
  }
}
