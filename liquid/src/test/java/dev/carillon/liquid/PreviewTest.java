package dev.carillon.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.liquid.Warning.Kind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A preview shows the text and warns of what would go wrong")
class PreviewTest {
  private static final TemplateCache TEMPLATES =
      new TemplateCache(Environment.standard(), 1_000_000);

  private static Preview preview(String source) {
    return preview(source, Liquid.STRICT, null);
  }

  private static Preview preview(String source, RenderOptions options, @Nullable Layout layout) {
    return Preview.of(Environment.standard(), source, Map.of("name", "Ada"), options, layout);
  }

  private static List<String> sentences(Preview preview) {
    return preview.warnings().stream()
        .map(each -> each.kind() + ": " + each.sentenceWithPlace())
        .toList();
  }

  @Test
  void shouldFindNothingToSayAboutAGoodTemplate() {
    // when
    var preview = preview("Hi {{ name }}{% if customer.x %}!{% endif %}{{ a | default: 'x' }}");

    // then
    assertThat(preview.text()).isEqualTo("Hi Adax");
    assertThat(preview.warnings()).isEmpty();
  }

  @Test
  @DisplayName("journeys §7.2: what would fail is named with its line, once, and prints nothing")
  void shouldWarnOfMissingVariables() {
    // when
    var preview =
        preview(
            """
            Hi {{ customer.first_name }}{{ name }}
            {% for i in (1..3) %}
              {{ customer.city | upcase }}{% endfor %}
            {{ "x" | append: customer.id }}\
            """);

    // then
    assertThat(preview.text()).isEqualTo("Hi Ada\n\n  \n  \n  \nx");
    assertThat(sentences(preview))
        .containsExactly(
            "MISSING_VARIABLE: variable customer.first_name is missing and has no default (line 1)",
            "MISSING_VARIABLE: variable customer.city is missing and has no default (line 3)",
            "MISSING_VARIABLE: variable customer.id is missing and has no default (line 4)");
  }

  @Test
  void shouldWarnOfUnknownFiltersAndTags() {
    // when
    var preview =
        preview(
            """
            {{ name | shout: 1, loud: true | upcase }}
            {% sparkle x %}in{% endsparkle %}
            {% if true %}{{ name | nope }}{% endif %}\
            """);

    // then
    assertThat(preview.text()).isEqualTo("ADA\nin\nAda");
    assertThat(sentences(preview))
        .containsExactly(
            "UNKNOWN_FILTER: there is no filter called 'shout' (line 1)",
            "UNKNOWN_TAG: there is no tag called 'sparkle' (line 2)",
            "UNKNOWN_FILTER: there is no filter called 'nope' (line 3)");
  }

  @Test
  void shouldWarnOfOldAndUselessThings() {
    // when
    var preview =
        preview(
            """
            {{ name | h }}
            {% if name <> "Bo" %}a{% else %}b{% else %}c{% endif %}
            {% ifchanged %}d{% endifchanged %}\
            """);

    // then
    assertThat(preview.text()).isEqualTo("Ada\na\nd");
    assertThat(sentences(preview))
        .containsExactly(
            "DEPRECATED: the filter 'h' is an old name of 'escape' (line 1)",
            "DEPRECATED: '<>' is an old way to write '!=' (line 2)",
            "NEVER_WRITTEN: this 'else' is never written: the if already has an else (line 2)",
            "DEPRECATED: the tag 'ifchanged' is old; compare with a variable (line 3)");
  }

  @Test
  void shouldGiveTheSameWarningsOfATemplateThatIsSaved() {
    assertThat(Template.parse("\n{{ 1 | h }}").warnings())
        .containsExactly(
            new Warning(Kind.DEPRECATED, "", 2, "the filter 'h' is an old name of 'escape'"));
    assertThat(Template.parse("{{ name }}").warnings()).isEmpty();
  }

  @Test
  void shouldNameTheSnippetOrLayoutThatAWarningIsIn() {
    // given
    var snippets = Snippets.of(Map.of("footer", "a\n{{ nobody }}"), TEMPLATES);
    var options = Liquid.STRICT.withHost(Host.none().withSnippets(snippets));
    var layout = new Layout(4, "Main", Template.parse("{{ title }}\n{{ content }}"));

    // when
    var preview = preview("\n{{ snippets.footer }}{{ snippets.none }}{{ gone }}", options, layout);

    // then
    assertThat(preview.text()).isEqualTo("\n\na\n");
    assertThat(sentences(preview))
        .containsExactly(
            "MISSING_VARIABLE: variable nobody is missing and has no default"
                + " (snippet footer, line 2)",
            "UNKNOWN_SNIPPET: there is no snippet behind snippets.none (line 2)",
            "MISSING_VARIABLE: variable gone is missing and has no default (line 2)",
            "MISSING_VARIABLE: variable title is missing and has no default (layout Main, line 1)");
  }

  @Test
  void shouldWarnOfALayoutThatHidesTheText() {
    var layout = new Layout(4, "Main", Template.parse("<p>empty</p>"));
    assertThat(sentences(preview("text", Liquid.STRICT, layout)))
        .containsExactly(
            "NEVER_WRITTEN: the layout does not print {{ content }}, so the text inside is never"
                + " seen (layout Main, line 1)");
  }

  @Test
  @DisplayName("journeys §7.4: links of previews lead nowhere")
  void shouldPrintLinksThatLeadNowhere() {
    assertThat(
            preview("{% unsubscribe_url %} {% cio_link url:'https://x.test/{{ name }}' %}").text())
        .isEqualTo("# https://x.test/Ada");
  }

  @Test
  void shouldKeepAHundredWarningsAtMost() {
    String many = "{{ gone }}\n".repeat(150) + "{{ 1 | nope }}".repeat(150);
    assertThat(preview(many).warnings()).hasSize(Preview.MOST_WARNINGS);
  }

  @Test
  void shouldStillRefuseWhatCannotBeRead() {
    assertThatThrownBy(() -> preview("{{ name")).isInstanceOf(LiquidSyntaxException.class);
    assertThatThrownBy(() -> preview("{% endif %}")).isInstanceOf(LiquidSyntaxException.class);
    assertThatThrownBy(() -> preview("{{ 1 | divided_by: 0 }}"))
        .isInstanceOf(LiquidRenderException.class);
  }
}
