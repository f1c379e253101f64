package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("journeys §5.10: the translation of exactly the person's language")
class TranslationsTest {
  private static final Translations<String> HELLO =
      Translations.of("Hello", Map.of("nl", "Hallo", "nl-BE", "Goeiedag", "he", "שלום"));

  @Test
  @DisplayName("M-120: exact match, no fallback from nl-NL to nl, otherwise the default")
  void shouldMatchExactly() {
    assertThat(HELLO.in("nl")).isEqualTo("Hallo");
    assertThat(HELLO.in("nl-BE")).isEqualTo("Goeiedag");
    assertThat(HELLO.in("he")).isEqualTo("שלום");
    assertThat(HELLO.in("nl-NL")).isEqualTo("Hello");
    assertThat(HELLO.in("n")).isEqualTo("Hello");
    assertThat(HELLO.in("nl_BE")).isEqualTo("Hello");
    assertThat(HELLO.in(" nl")).isEqualTo("Hello");
    assertThat(HELLO.in("")).isEqualTo("Hello");
    assertThat(HELLO.in(null)).isEqualTo("Hello");
    assertThat(HELLO.in(5)).isEqualTo("Hello");
    assertThat(HELLO.exactly("de")).isEmpty();
    assertThat(HELLO.exactly("nl")).hasValue("Hallo");
  }

  @Test
  @DisplayName("M-121: without regard to capitals")
  void shouldIgnoreCapitals() {
    assertThat(HELLO.in("NL-be")).isEqualTo("Goeiedag");
    assertThat(Translations.of("d", Map.of("FI", "f")).in("fi")).isEqualTo("f");
  }

  @Test
  void shouldRefuseTagsThatMeanTheSame() {
    assertThatThrownBy(() -> Translations.of("d", Map.of("de", "a", "DE", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith("two translations have the language");
    assertThatThrownBy(() -> Translations.of("d", Map.of(" ", "a")))
        .hasMessage("the language of a translation is blank");
  }
}
