package dev.carillon.liquid;

import static dev.carillon.liquid.Liquid.failure;
import static dev.carillon.liquid.Liquid.render;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.liquid.LiquidRenderException.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("journeys §7.6: the cases of the contract")
class ContractCasesTest {
  @Test
  void shouldPrintTheDefaultOfAMissingAttribute() {
    assertThat(render("Hi {{customer.first_name | default: \"there\"}}")).isEqualTo("Hi there");
  }

  @Test
  void shouldFailOnAMissingAttribute() {
    // when
    var failure = failure("Hi {{customer.first_name}}");

    // then
    assertThat(failure.reason()).isEqualTo(Reason.MISSING_VARIABLE);
    assertThat(failure.variable()).hasValue("customer.first_name");
    assertThat(failure).hasMessage("variable customer.first_name is missing and has no default");
  }

  @Test
  void shouldTakeTheOtherBranchForAMissingAttribute() {
    assertThat(render("{% if customer.first_name != blank %}A{% else %}B{% endif %}"))
        .isEqualTo("B");
  }

  @Test
  void shouldKeepZeroAndReplaceEmptyText() {
    assertThat(render("{{ 0 | default: 5 }}")).isEqualTo("0");
    assertThat(render("{{ \"\" | default: \"x\" }}")).isEqualTo("x");
  }

  @Test
  void shouldFormatUnixSecondsInUtcAndInAZone() {
    assertThat(render("{{ 1700000000 | date: \"%Y-%m-%d\" }}")).isEqualTo("2023-11-14");
    assertThat(render("{{ 1700000000 | timezone: \"Asia/Tokyo\" | date: \"%H:%M\" }}"))
        .isEqualTo("07:13");
  }

  @Test
  void shouldDigestAndSlice() {
    assertThat(render("{{ \"abc\" | sha256 | slice: 0, 8 }}")).isEqualTo("ba7816bf");
  }

  @Test
  @DisplayName("L-3: the boolean true is not the text \"True\", and letters have a case")
  void shouldCompareWithTypesAndCase() {
    var data = Map.of("customer", Map.of("unsubscribed", "True", "likes", List.of("Sports")));
    assertThat(render("{% if customer.unsubscribed == true %}A{% else %}B{% endif %}", data))
        .isEqualTo("B");
    assertThat(render("{% if customer.likes contains 'sports' %}A{% else %}B{% endif %}", data))
        .isEqualTo("B");
  }
}
