package dev.carillon.liquid;

import static dev.carillon.liquid.Liquid.render;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Text is counted and cut in characters, never inside one")
class UnicodeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ '😀😀😀' | size }}~3",
        "{{ '😀a😀b' | truncate: 3, '' }}~😀a😀",
        "{{ '😀a😀b' | slice: 2 }}~😀",
        "{{ '😀a😀b' | slice: -2, 2 }}~😀b",
        "{{ 'a😀' | split: '' | join: '-' }}~a-😀",
        "{{ 'a😀' | replace: '', '-' }}~-a-😀-",
        "{{ 'straße élan' | upcase }}~STRASSE ÉLAN",
        "{{ 'İSTANBUL' | downcase | size }}~9",
        "{{ 'été au lac' | titlecase }}~Été Au Lac",
        "{{ 'Ärger & Öl!' | slugify }}~ärger-öl",
        "{{ 'שלום עולם' | split: ' ' | last }}~עולם",
        "{{ 'مرحبا' | append: '!' }}~مرحبا!",
        "{{ '😀' | url_encode }}~%F0%9F%98%80",
        "{{ '%F0%9F%98%80' | url_decode }}~😀",
        "{{ '😀' | base64 | base64_decode }}~😀",
      })
  void shouldKeepCharactersWhole(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upcase",
        "downcase",
        "capitalize",
        "titlecase",
        "camelize",
        "slugify",
        "escape",
        "strip",
        "url_encode",
        "sha256",
        "to_json",
        "split: ''",
        "truncate: 1",
        "size",
        "slice: 0, 1",
        "replace: '', 'x'",
        "strip_html",
        "base64"
      })
  void shouldEndureHalfCharacters(String filter) {
    for (String text : new String[] {"\uD83D", "a\uDE00b", "\uDE00\uD83D"}) {
      assertThat(render("{{ t | " + filter + " }}", Map.of("t", text))).isNotNull();
    }
  }

  @Test
  void shouldWriteHalfCharactersAsEscapesInJson() {
    assertThat(render("{{ t | to_json }}", Map.of("t", "😀\uD83D\u2028\u0001")))
        .isEqualTo("\"😀\\ud83d\\u2028\\u0001\"");
  }

  @Test
  void shouldLookUpNamesInAnyScript() {
    assertThat(render("{{ prénom }} {{ 名前.値 }}", Map.of("prénom", "Zoé", "名前", Map.of("値", "x"))))
        .isEqualTo("Zoé x");
  }
}
