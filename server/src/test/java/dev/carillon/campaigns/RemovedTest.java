package dev.carillon.campaigns;

import static dev.carillon.campaigns.Example.branch;
import static dev.carillon.campaigns.Example.delay;
import static dev.carillon.campaigns.Example.email;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("journeys §3.8: who waits in a deleted delay moves on")
class RemovedTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void shouldPointToTheNextStepThatIsStillThere() {
    List<Step> present = List.of(delay(1, DAY), email(2), delay(3, DAY), email(4));

    assertThat(Removed.after(Map.of(), present, List.of(delay(1, DAY), email(4))))
        .containsExactlyEntriesOf(Map.of(3, 4));
    assertThat(Removed.after(Map.of(), present, List.of(email(4), email(9))))
        .isEqualTo(Map.of(1, 4, 3, 4));
    assertThat(Removed.after(Map.of(), present, List.of(email(2)))).isEqualTo(Map.of(1, 2, 3, 0));
  }

  @Test
  void shouldLeaveABranchThatIsGoneBelowIt() {
    List<Step> present =
        List.of(
            branch(1, null, List.of(delay(2, DAY), email(3)), List.of(delay(4, DAY))), email(5));

    assertThat(Removed.after(Map.of(), present, List.of(email(5)))).isEqualTo(Map.of(2, 5, 4, 5));
    assertThat(
            Removed.after(
                Map.of(),
                present,
                List.of(branch(1, null, List.of(email(3)), List.of()), email(5))))
        .isEqualTo(Map.of(2, 3, 4, 5));
  }

  @Test
  void shouldFollowATargetThatIsDeletedLater() {
    List<Step> first = List.of(delay(1, DAY), email(2), email(3));
    List<Step> second = List.of(email(2), email(3));
    List<Step> third = List.of(email(3));

    var afterSecond = Removed.after(Map.of(), first, second);
    assertThat(afterSecond).isEqualTo(Map.of(1, 2));
    assertThat(Removed.after(afterSecond, second, third)).isEqualTo(Map.of(1, 3));
    assertThat(Removed.after(Removed.after(afterSecond, second, third), third, List.of()))
        .isEqualTo(Map.of(1, 0));
  }
}
