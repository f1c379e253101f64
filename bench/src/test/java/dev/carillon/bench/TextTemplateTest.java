package dev.carillon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTemplateTest {

  @Test
  void shouldPutValuesWhereverTheirBlanksStand() {
    var template =
        TextTemplate.of("{\"id\":\"a-0\",\"email\":\"a-0@b\",\"n\":777}", List.of("a-0", "777"));

    assertThat(template.with("z-9", "5")).isEqualTo("{\"id\":\"z-9\",\"email\":\"z-9@b\",\"n\":5}");
  }

  @Test
  void shouldRefuseATextWithoutABlank() {
    assertThatThrownBy(() -> TextTemplate.of("{}", List.of("plan-blank")))
        .isInstanceOf(BenchFailure.class)
        .hasMessageContaining("plan-blank");
  }
}
