package dev.carillon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which metrics a channel has (track §5.2). */
final class ReportableMetricsTest {

  @ParameterizedTest
  @DisplayName("track §5.2: the table of channels and metrics")
  @CsvSource({
    "email, delivered deferred opened clicked converted bounced dropped spammed",
    "webhook, delivered deferred opened clicked converted bounced dropped spammed",
    "in_app, opened clicked converted",
    "push, delivered opened converted",
    "slack, delivered opened clicked converted",
    "twilio, delivered opened clicked bounced",
    "whatsapp, delivered opened clicked converted bounced dropped",
    "pigeon, ''"
  })
  void shouldKnowTheMetricsOfAChannel(String channel, String metrics) {
    var allowed =
        Arrays.stream(Metric.values())
            .filter(metric -> ReportableMetrics.of(channel, metric.wire()).isPresent())
            .map(Metric::wire)
            .toList();
    assertThat(String.join(" ", allowed)).isEqualTo(metrics);
  }

  @Test
  @DisplayName("M-3, M-76: a click is an open too, and what was opened was delivered")
  void shouldImplyWhatComesBefore() {
    assertThat(ReportableMetrics.withImplied("email", Metric.CLICKED))
        .isEqualTo(List.of(Metric.CLICKED, Metric.OPENED, Metric.DELIVERED));
    assertThat(ReportableMetrics.withImplied("push", Metric.OPENED))
        .isEqualTo(List.of(Metric.OPENED, Metric.DELIVERED));
    assertThat(ReportableMetrics.withImplied("in_app", Metric.CLICKED))
        .isEqualTo(List.of(Metric.CLICKED, Metric.OPENED));
    assertThat(ReportableMetrics.withImplied("email", Metric.CONVERTED))
        .isEqualTo(List.of(Metric.CONVERTED));
  }
}
