package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class ReportTest {
  private static final Machine MACHINE = Machine.here(Instant.parse("2026-01-02T03:04:05Z"));
  private static final Result MET =
      new Result.Measured(
          "events", "20,000 events", 8_123.4, Requirement.atLeast(8_000, "/s", 0), "rounds 1, 2");
  private static final Result MISSED =
      new Result.Measured("idle", "to mail", 25.04, Requirement.atMost(25, " ms", 1), "");
  private static final Result FAILED = new Result.Failed("mail", "no figure", "1 mail is missing.");

  @Test
  void shouldJudgeEachFigureByItsBound() {
    assertThat(MET.met()).isTrue();
    assertThat(MISSED.met()).isFalse();
    assertThat(FAILED.met()).isFalse();
    assertThat(new Report(MACHINE, List.of(MET)).met()).isTrue();
    assertThat(new Report(MACHINE, List.of(MET, FAILED)).met()).isFalse();
  }

  @Test
  void shouldAlignTheTable() {
    // when
    var lines = new Report(MACHINE, List.of(MET, MISSED, FAILED)).text().lines().toList();

    // then
    assertThat(lines.get(0).strip()).matches("row +what +measured +required +verdict");
    assertThat(lines.get(1)).contains("8,123/s").contains("≥ 8,000/s").contains("met");
    assertThat(lines.get(2)).contains("25.0 ms").contains("≤ 25.0 ms").contains("NOT MET");
    assertThat(lines.get(3)).contains("FAILED");
    assertThat(lines.subList(0, 4)).extracting(String::length).containsOnly(lines.get(0).length());
    assertThat(lines).contains("mail, no figure: 1 mail is missing.");
  }

  @Test
  void shouldPrintMarkdownWithOneRowForEachResult() {
    var lines = new Report(MACHINE, List.of(MET, FAILED)).markdown().lines().toList();
    assertThat(lines.get(1)).startsWith("|---");
    assertThat(lines.get(2)).isEqualTo("| events | 20,000 events | 8,123/s | ≥ 8,000/s | met |");
    assertThat(lines.get(3)).startsWith("| mail |");
  }

  @Test
  void shouldPrintJson() {
    var json = JsonMapper.shared().readTree(new Report(MACHINE, List.of(MET, FAILED)).json());
    assertThat(json.path("met").asBoolean()).isFalse();
    assertThat(json.path("machine").path("at").asString()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(json.path("results").path(0).path("measured").asDouble()).isEqualTo(8_123.4);
    assertThat(json.path("results").path(0).path("direction").asString()).isEqualTo("at_least");
    assertThat(json.path("results").path(1).path("failure").asString())
        .isEqualTo("1 mail is missing.");
  }

  @Test
  void shouldTakeTheMiddleOfSeveralValues() {
    assertThat(Median.of(List.of(9.0, 1.0, 5.0))).isEqualTo(5.0);
    assertThat(Median.of(List.of(4.0, 1.0))).isEqualTo(2.5);
    assertThat(Median.list(List.of(8_123.4, 1.5))).isEqualTo("8,123, 1.50");
  }
}
