package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("journeys §7: the rendering corpus")
class CorpusTest {
  @TestFactory
  Stream<DynamicTest> shouldRenderAsTheCorpusSays() {
    return Corpus.all().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.name(), () -> assertThat(each.outcome()).isEqualTo(each.expected())));
  }

  @Test
  void shouldBeLarge() {
    assertThat(Corpus.all()).hasSizeGreaterThan(300);
  }
}
