package dev.carillon.api.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimesTest {

  @ParameterizedTest
  @DisplayName("pipelines §5.1: dates and date-times become Unix seconds")
  @CsvSource({
    "2026-02-03,1770076800",
    "1969-12-31,-86400",
    "2024-02-29,1709164800",
    "2026-02-03T04:05:06,1770091506",
    "2026-02-03T04:05:06Z,1770091506",
    "2026-02-03T04:05Z,1770091500",
    "2026-02-03T04:05:06.9Z,1770091506",
    "2026-02-03T04:05:06.123456789+00:00,1770091506",
    "2026-02-03T04:05:06+05:30,1770071706",
    "2026-02-03T04:05:06-0800,1770120306",
    "2026-02-03T04:05:06+02,1770084306",
    "1969-12-31T23:59:59.5Z,-1"
  })
  void shouldConvertDates(String text, long seconds) {
    assertThat(converted(text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @DisplayName("pipelines §5.1: only a text that is a date as a whole")
  @ValueSource(
      strings = {
        "",
        "2026",
        "2026-02",
        "20260203",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-02-03 04:05:06",
        "2026-02-03T",
        "2026-02-03T04",
        "2026-02-03T04:05:0",
        "2026-02-03T24:00:00Z",
        "2026-02-03T04:60:00Z",
        "2026-02-03T04:05:60Z",
        "2026-02-03T04:05:06.Z",
        "2026-02-03T04:05:06.1234567890Z",
        "2026-02-03T04:05:06z",
        "2026-02-03T04:05:06+5",
        "2026-02-03T04:05:06+19:00",
        "2026-02-03T04:05:06+05:3",
        "2026-02-03T04:05:06Z ",
        " 2026-02-03",
        "on 2026-02-03",
        "2026-02-03 is a date",
        "\u0662\u0660\u0662\u0666-02-03",
        "1751000000",
        "+2026-02-03"
      })
  void shouldLeaveOtherTexts(String text) {
    assertThat(converted(text)).isEqualTo(text);
  }

  private static @Nullable Object converted(String text) {
    return IsoTimes.converted(Map.of("at", text)).get("at");
  }

  @Test
  @DisplayName("pipelines §5.1: recursively through objects, not inside arrays")
  void shouldConvertInsideObjectsOnly() {
    var inner = new LinkedHashMap<String, @Nullable Object>();
    inner.put("since", "2026-02-03");
    inner.put("none", null);
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("plan", inner);
    members.put("days", List.of("2026-02-03", Map.of("at", "2026-02-03")));

    var converted = IsoTimes.converted(members);

    var expected = new LinkedHashMap<String, @Nullable Object>();
    expected.put("since", 1_770_076_800L);
    expected.put("none", null);
    assertThat(converted.get("plan")).isEqualTo(expected);
    assertThat(converted.get("days")).isEqualTo(members.get("days"));
  }

  @Test
  void shouldAgreeWithTheJdkOnRandomTimes() {
    var random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      var time =
          OffsetDateTime.parse("1950-01-01T00:00:00Z")
              .plusSeconds(random.nextLong(6_000_000_000L))
              .withNano(random.nextInt(1_000_000_000))
              .withOffsetSameInstant(
                  ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2_161) - 1_080)));
      var text = time.toString();

      assertThat(IsoTimes.millis(text)).as(text).isEqualTo(time.toInstant().toEpochMilli());
    }
  }

  @Test
  @DisplayName("pipelines §4: integers and digits are milliseconds; what cannot be read is receipt")
  void shouldReadWhenSomethingHappened() {
    assertThat(IsoTimes.millis(1_770_091_506_123L)).isEqualTo(1_770_091_506_123L);
    assertThat(IsoTimes.millis(1.770091506123e12)).isEqualTo(1_770_091_506_123L);
    assertThat(IsoTimes.millis("1770091506123")).isEqualTo(1_770_091_506_123L);
    assertThat(IsoTimes.millis("-5")).isEqualTo(-5);
    assertThat(IsoTimes.millis("2026-02-03T04:05:06.123999999999999Z"))
        .isEqualTo(1_770_091_506_123L);
    assertThat(IsoTimes.millis("2026-02-03")).isEqualTo(1_770_076_800_000L);
    assertThat(IsoTimes.millis(null)).isZero();
    assertThat(IsoTimes.millis("yesterday")).isZero();
    assertThat(IsoTimes.millis("")).isZero();
    assertThat(IsoTimes.millis("-")).isZero();
    assertThat(IsoTimes.millis(true)).isZero();
    assertThat(IsoTimes.millis(List.of())).isZero();
    assertThat(IsoTimes.millis(Long.MAX_VALUE)).isZero();
    assertThat(IsoTimes.millis(1e300)).isZero();
    assertThat(IsoTimes.millis("99999999999999999999999999")).isZero();
  }
}
